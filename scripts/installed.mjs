import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { runCommand } from './run-command.mjs'

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * True if the installed packages are those of the lock file. Compares versions and not the ages of the files: a checkout
 * gives files new ages without changing them.
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile | undefined} present node_modules/.package-lock.json; undefined if nothing is installed
 */
export function isInstalled(wanted, present) {
  if (present?.packages === undefined || wanted.packages === undefined) return false
  const unwanted = new Set(Object.keys(present.packages))
  for (const [path, locked] of Object.entries(wanted.packages)) {
    if (path === '') continue
    const found = present.packages[path]
    unwanted.delete(path)
    if (found === undefined && !isOptional(locked)) return false
    if (found !== undefined && found.version !== locked.version) return false
  }
  return [...unwanted].every((path) => isOptional(present.packages?.[path]))
}

/**
 * Optional packages are mostly programs for one platform. Most are not for this platform, and the lock file need not name all.
 * @param {LockedPackage | undefined} locked
 */
function isOptional(locked) {
  return locked?.optional === true || locked?.devOptional === true
}

/**
 * Installs the dependencies if they are missing or differ from package-lock.json, and prints a line of progress every few
 * seconds. Ends the process with npm's output if npm fails.
 *
 * Uses `npm install --no-save`, which takes the locked versions and writes neither package.json nor the lock file. `npm ci`
 * refuses a lock file that lacks the optional packages of another platform, and a registry may not have all of them.
 */
export async function ensureInstalled() {
  const installedLock = inRoot('node_modules', '.package-lock.json')
  const present = existsSync(installedLock) ? readLock(installedLock) : undefined
  const wanted = readLock(inRoot('package-lock.json'))
  if (isInstalled(wanted, present)) return
  console.log(
    `Installing ${Object.keys(wanted.packages ?? {}).length} packages with npm; the first time takes a minute or two …`,
  )
  const startedAtMs = performance.now()
  let fetched = 0
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    console.log(`  ${seconds} s: npm has fetched ${fetched} files`)
  }, progressEveryMs)
  const { exitCode, output } = await runCommand(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=http'],
    {
      onOutput: (text) => {
        fetched += fetchesIn(text)
      },
    },
  )
  clearInterval(timer)
  if (exitCode === 0) {
    console.log(`Installed after ${Math.round((performance.now() - startedAtMs) / 1000)} s.`)
    return
  }
  console.error(withoutFetches(output))
  console.error('npm install failed; its output is above.')
  process.exit(1)
}

const progressEveryMs = 3000
const fetchLine = /^npm http (?:fetch|cache) .*$/gm

/**
 * The files that npm reports as fetched, from the registry or from its cache.
 * @param {string} output of npm with `--loglevel=http`
 */
export function fetchesIn(output) {
  return output.match(fetchLine)?.length ?? 0
}

/**
 * The output of npm without the lines about what it has fetched.
 * @param {string} output
 */
export function withoutFetches(output) {
  return output.replaceAll(/^npm http (?:fetch|cache) .*\n?/gm, '')
}

/**
 * @param {string} path
 * @returns {LockFile}
 */
function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
