import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { runCommand } from './run-command.mjs'

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * Whether what npm has installed is what the lock file asks for. Versions are compared, not the ages of the files, because
 * a checkout gives files new ages without changing them.
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile | undefined} present node_modules/.package-lock.json; nothing when nothing is installed
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
 * Optional ones are mostly programs for a platform: most are not for this one, and the lock file need not name all.
 * @param {LockedPackage | undefined} locked
 */
function isOptional(locked) {
  return locked?.optional === true || locked?.devOptional === true
}

/**
 * Installs the dependencies when they are missing or not those of package-lock.json. Ends the process with npm's
 * own words when that fails.
 *
 * Not by `npm ci`: that refuses a lock file which does not name the optional packages of every platform, and a lock file made
 * where the registry has only some of them does not. `npm install --no-save` takes what is locked at its locked version,
 * finds the rest, and writes to neither package.json nor the lock file.
 */
export async function ensureInstalled() {
  const installedLock = inRoot('node_modules', '.package-lock.json')
  const present = existsSync(installedLock) ? readLock(installedLock) : undefined
  if (isInstalled(readLock(inRoot('package-lock.json')), present)) return
  console.log('Installing the dependencies …')
  const { exitCode, output } = await runCommand('npm', [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  if (exitCode === 0) return
  console.error(output)
  console.error('npm install failed, so there is nothing to run with; its words are above.')
  process.exit(1)
}

/**
 * @param {string} path
 * @returns {LockFile}
 */
function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
