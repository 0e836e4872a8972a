// `npm run arena`, `chat`, `rpg`, `playground`, `tutorial`: installs, builds and runs an app, from a fresh clone.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { inRoot, programPath } from './root.mjs'
import { runCommand } from './run-command.mjs'

requireNode()
await ensureInstalled()

const [, , name = '', ...args] = process.argv
console.log('Building the packages …')
const build = await runCommand(
  programPath('turbo'),
  ['run', 'build', `--filter=@tygase/${name}...`, '--output-logs=errors-only'],
  { env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } },
)
if (build.exitCode !== 0) {
  console.error(build.output)
  process.exit(1)
}

// an app with a page has several programs, and one that is only a page has none; the tutorial is no app
const program = [
  inRoot('apps', name, 'dist', 'main.js'),
  inRoot('apps', name, 'dist', 'server', 'main.js'),
  inRoot('docs', name, 'code', 'start.mjs'),
].find(existsSync)
const command =
  program === undefined ? [programPath('vite'), 'preview', inRoot('apps', name)] : [process.execPath, program]
// not in a group of its own: there it could not read the keyboard
const app = spawn(command[0] ?? '', [...command.slice(1), ...args], { stdio: 'inherit' })
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // if a terminal sends the signal to both processes, the app counts it once
  process.on(signal, () => app.kill(signal))
}
app.on('error', (error) => {
  console.error(`${name} cannot be run: ${error.message}`)
  process.exitCode = 1
})
app.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
})
