import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installWithApt } from './apt.mjs'

const advice = 'Install tmux (on Debian: apt-get install tmux), or set TMUX_PATH to the program of one that is there.'

/**
 * Looks for tmux: `TMUX_PATH`, then the `PATH`.
 * @param {Record<string, string | undefined>} [env]
 * @returns {string | undefined} the path of the program
 * @throws {Error} when `TMUX_PATH` names no program, because then somebody wants another tmux than would be found
 */
export function findTmux(env = process.env) {
  if (env.TMUX_PATH) {
    if (isProgram(env.TMUX_PATH)) return env.TMUX_PATH
    throw new Error(`TMUX_PATH is ${env.TMUX_PATH}, and there is no program there. ${advice}`)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, 'tmux')).find(isProgram)
}

/**
 * Finds tmux. If there is none and it may, it installs Debian's.
 * @returns {Promise<string>} the path of the program
 * @throws {Error} with a sentence that says what to install
 */
export async function tmuxPath() {
  const found = findTmux()
  if (found !== undefined) return found
  const words = await installWithApt(['tmux'])
  const installed = findTmux()
  if (installed !== undefined) return installed
  throw new Error(`There is no tmux here for the tests in a terminal. ${words} ${advice}`)
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
