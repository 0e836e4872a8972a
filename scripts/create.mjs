// `npm run create -- ../my-game`: makes a game from a template, with the packages of this repository, as long as no registry has them.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { packPackages } from './pack.mjs'
import { inRoot, programPath } from './root.mjs'
import { runCommand } from './run-command.mjs'
import { packedForSteps } from './steps.mjs'

requireNode()
await ensureInstalled()

console.log('Building and packing the packages …')
const build = await runCommand(
  programPath('turbo'),
  ['run', 'build', '--filter=./packages/*', '--output-logs=errors-only'],
  { env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } },
)
if (build.exitCode !== 0) {
  console.error(build.output)
  process.exit(1)
}
rmSync(packedForSteps, { recursive: true, force: true })
await packPackages(packedForSteps)

const command = inRoot('packages/create-tygase/bin/create-tygase.js')
const args = [command, '--packages', packedForSteps, ...process.argv.slice(2)]
spawn(process.execPath, args, { stdio: 'inherit' }).on('exit', (code) => {
  process.exitCode = code ?? 1
})
