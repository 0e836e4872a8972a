import { spawn } from 'node:child_process'
import { processorMsOf } from './processor-time.mjs'
import { root } from './root.mjs'

/**
 * @typedef {object} CommandResult
 * @property {number} exitCode
 * @property {string} output both streams in the order of writing
 * @property {number} [processorMs] processor time of the program and its children, up to the last look at them, four times a second;
 *   only with a limit, and on a system that says it
 * @typedef {object} RunLimit ends a program that hangs, and not one that waits for a busy machine
 * @property {number} processorMs the most processor time that the program and its children may use
 * @property {number} idleMs the longest time in which they may use none
 */

/** On a system that does not say how much processor time a program has used, the clock decides, with this factor. */
const clockFactor = 5
const lookEveryMs = 250

/**
 * Runs a program without input and without colours, and collects its output. Never rejects: if the program cannot be
 * started, or has reached its limit, its output ends with a sentence about it, and its exit code is not 0.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Readonly<Record<string, string | undefined>>, limit?: RunLimit, onOutput?: (text: string) => void }} [options]
 * `cwd`: the repository's folder unless given; `env`: beside that of this process, without what is undefined; `limit`: none unless given; `onOutput`: gets the output as it comes
 * @returns {Promise<CommandResult>}
 */
export function runCommand(program, args, { cwd = root, env = {}, limit, onOutput } = {}) {
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
    const stopWatching =
      limit === undefined
        ? () => undefined
        : watch(child.pid, limit, (reached) => {
            note = `\nStopped: ${reached}.\n`
            end()
          })
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      chunks.push(chunk)
      onOutput?.(chunk.toString('utf8'))
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    /** @param {number} exitCode */
    const finish = (exitCode) => {
      const processorMs = stopWatching()
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      const result = { exitCode, output: Buffer.concat(chunks).toString('utf8') + note }
      resolve(processorMs === undefined ? result : { ...result, processorMs })
    }
    child.once('error', (error) => {
      note = `\n${program} cannot be run: ${error.message}\n`
      finish(127)
    })
    child.once('close', (code) => finish(note === '' ? (code ?? 1) : 1))
  })
}

/**
 * @param {number | undefined} groupId
 * @param {RunLimit} limit
 * @param {(reached: string) => void} onReached called once, with the limit as a clause
 * @returns {() => number | undefined} ends the watch, and gives the processor time seen
 */
function watch(groupId, { processorMs, idleMs }, onReached) {
  const startedAtMs = performance.now()
  let usedMs = 0
  let usedAtMs = startedAtMs
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const used = groupId === undefined ? undefined : processorMsOf(groupId)
    if (used !== undefined && used > usedMs) {
      usedMs = used
      usedAtMs = nowMs
    }
    const clockMs = nowMs - startedAtMs
    let reached = ''
    if (usedMs > processorMs) reached = `not done after ${processorMs / 1000} s of processor time`
    else if (usedMs > 0 && nowMs - usedAtMs > idleMs) reached = `idle for ${idleMs / 1000} s`
    else if (usedMs === 0 && clockMs > clockFactor * Math.max(processorMs, idleMs)) {
      reached = `not done after ${Math.round(clockMs / 1000)} s`
    }
    if (reached === '') return
    clearInterval(timer)
    onReached(reached)
  }, lookEveryMs)
  return () => {
    clearInterval(timer)
    return usedMs === 0 ? undefined : usedMs
  }
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
