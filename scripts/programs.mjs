import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installWithApt } from './apt.mjs'

/**
 * A program beside Node that tests need.
 * @typedef {object} Program
 * @property {string} name of its file
 * @property {string} variable names the file, before any other place
 * @property {string} debianPackage
 */

/** @satisfies {Record<string, Program>} */
export const programs = {
  firefox: { name: 'firefox-esr', variable: 'FIREFOX_PATH', debianPackage: 'firefox-esr' },
  tmux: { name: 'tmux', variable: 'TMUX_PATH', debianPackage: 'tmux' },
  nginx: { name: 'nginx', variable: 'NGINX_PATH', debianPackage: 'nginx-light' },
  nats: { name: 'nats-server', variable: 'NATS_SERVER_PATH', debianPackage: 'nats-server' },
  caddy: { name: 'caddy', variable: 'CADDY_PATH', debianPackage: 'caddy' },
}

/** Where Debian keeps programs for administrators; the `PATH` of others may leave it out. */
const furtherFolders = ['/usr/sbin', '/usr/local/sbin']

/**
 * Looks for a program: its variable, then the `PATH`, then `further`.
 * @param {Program} program
 * @param {Record<string, string | undefined>} [env]
 * @param {readonly string[]} [further] folders
 * @returns {string | undefined} the path of the program
 * @throws {Error} when the variable names no program, because then somebody wants another one than would be found
 */
export function findProgram({ name, variable, debianPackage }, env = process.env, further = furtherFolders) {
  const named = env[variable]
  if (named) {
    if (isProgram(named)) return named
    const advice = adviceFor({ name, variable, debianPackage })
    throw new Error(`${variable} is ${named}, and there is no program there. ${advice}`)
  }
  const folders = [...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...further]
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

/**
 * Finds a program. If there is none and it may, it installs Debian's.
 * @param {Program} program
 * @returns {Promise<string>} the path of the program
 * @throws {Error} with a sentence that says what to install
 */
export async function programPath(program) {
  const found = findProgram(program)
  if (found !== undefined) return found
  const words = await installWithApt([program.debianPackage])
  const installed = findProgram(program)
  if (installed !== undefined) return installed
  throw new Error(`There is no ${program.name} here for the tests. ${words} ${adviceFor(program)}`)
}

/**
 * @param {string} path
 * @returns whether a file is there that may be run
 */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @param {Program} program */
function adviceFor({ name, variable, debianPackage }) {
  return `Install ${name} (on Debian: apt-get install ${debianPackage}), or set ${variable} to the program of one that is there.`
}
