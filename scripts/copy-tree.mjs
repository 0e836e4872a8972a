import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { inRoot, root } from './root.mjs'

/**
 * Copies what belongs to the repository into a folder and links what is installed, so that tests run there as they do
 * here, on the copy's own packages.
 * @param {string} folder empty
 * @throws {Error} when git does not say what belongs to the repository
 */
export function copyTree(folder) {
  for (const path of trackedFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(inRoot(path), join(folder, path))
  }
  linkInstalled(inRoot('node_modules'), join(folder, 'node_modules'), folder)
}

/** @returns {string[]} also those that were not committed yet; not those that are ignored */
function trackedFiles() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`git does not list the files of the repository: ${stderr}`)
  const deleted = new Set(
    spawnSync('git', ['ls-files', '--deleted', '-z'], { cwd: root, encoding: 'utf8' }).stdout.split('\0'),
  )
  return stdout.split('\0').filter((path) => path !== '' && !deleted.has(path))
}

/**
 * @param {string} installed
 * @param {string} target
 * @param {string} folder of the copy
 */
function linkInstalled(installed, target, folder) {
  mkdirSync(target)
  for (const name of readdirSync(installed)) {
    const path = join(installed, name)
    if (name.startsWith('.') && name !== '.bin') continue
    if (name === '@tygase') linkInstalled(path, join(target, name), folder)
    else {
      const place = relative(root, realpathSync(path))
      // workspaces are linked into node_modules: the copy links to its own
      const isWorkspace = !place.startsWith('node_modules')
      symlinkSync(isWorkspace ? join(folder, place) : path, join(target, name), 'junction')
    }
  }
}
