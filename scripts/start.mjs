// `npm start`: installs, builds and runs the demo, from a fresh clone.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { inRoot, programPath, root } from './root.mjs'
import { runCommand } from './run-command.mjs'

/**
 * One Ctrl-C can reach this process twice, from the terminal and from npm. The demo's server gets it once. A second Ctrl-C
 * after this time gets through, too.
 */
const sameSignalMs = 500

requireNode()
await ensureInstalled()

console.log('Building the packages and the demo …')
const build = await runCommand(
  programPath('turbo'),
  ['run', 'build', '--filter=@tygase/demo...', '--output-logs=errors-only'],
  { env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } },
)
if (build.exitCode !== 0) {
  console.error(build.output)
  process.exit(1)
}

// in a group of its own, so that signals reach it only through this process
const server = spawn(
  process.execPath,
  [inRoot('apps', 'demo', 'dist', 'server', 'main.js'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    detached: process.platform !== 'win32',
  },
)
let passedOnAt = -sameSignalMs
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    if (performance.now() - passedOnAt < sameSignalMs) return
    passedOnAt = performance.now()
    server.kill(signal)
  })
}
server.on('error', (error) => {
  console.error(`The demo's server cannot be run: ${error.message}`)
  process.exitCode = 1
})
server.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
})
