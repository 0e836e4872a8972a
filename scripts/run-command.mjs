import { spawn } from 'node:child_process'
import { root } from './root.mjs'

/**
 * @typedef {{ exitCode: number, output: string }} CommandResult `output` has both streams as they came
 */

/**
 * Runs a program, in the repository's folder unless another one is given, without input and without colours, and collects what it prints. Never
 * rejects: a program that cannot be started, or that was stopped because its time was up, has a sentence in its output and
 * an exit code that is not 0.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number }} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(program, args, { cwd = root, env = {}, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const onWindows = process.platform === 'win32'
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // .cmd files need a shell; elsewhere a group of its own lets us end the program with all that it has started
      shell: onWindows,
      detached: !onWindows,
    })
    /** @type {Buffer[]} */
    const chunks = []
    let note = ''
    const end = () => endWithChildren(child)
    const stop = () => {
      end()
      process.exit(130)
    }
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs)
    function onTimeout() {
      note = `\nStopped: not done after ${(timeoutMs ?? 0) / 1000} s.\n`
      end()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))
    /** @param {number} exitCode */
    const finish = (exitCode) => {
      clearTimeout(timer)
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') + note })
    }
    child.once('error', (error) => {
      note = `\n${program} cannot be run: ${error.message}\n`
      finish(127)
    })
    child.once('close', (code) => finish(note === '' ? (code ?? 1) : 1))
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function endWithChildren(child) {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has ended in the meantime
  }
}
