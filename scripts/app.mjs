// `npm run arena`, `chat`, `cluster`, `rpg`, `playground`, `tutorial`: installs, builds and runs an app, from a fresh clone.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { programPath as pathOfProgram, programs } from './programs.mjs'
import { inRoot, programPath } from './root.mjs'
import { runCommand } from './run-command.mjs'

requireNode()
await ensureInstalled()

const [, , name = '', ...args] = process.argv
// one of them has another name than its folder, which is that of a package
const manifest = inRoot('apps', name, 'package.json')
const workspace = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).name : `@tygase/${name}`
console.log('Building the packages …')
const build = await runCommand(
  programPath('turbo'),
  ['run', 'build', `--filter=${workspace}...`, '--output-logs=errors-only'],
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
const env =
  name === 'cluster' ? { ...process.env, [programs.nats.variable]: await pathOfProgram(programs.nats) } : process.env
const app = spawn(command[0] ?? '', [...command.slice(1), ...args], { stdio: 'inherit', env })
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
