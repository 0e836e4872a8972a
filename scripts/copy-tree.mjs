import { cpSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { inRoot, root } from './root.mjs'

/** Folders with built or installed files. */
const leftOut = new Set(['node_modules', 'dist', '.git', '.cache', '.turbo', 'coverage'])

/**
 * Copies the sources of the repository into a folder and links the installed packages. Tests run there as they do here, on
 * the packages of the copy.
 * @param {string} folder empty, outside of the repository
 */
export function copyTree(folder) {
  cpSync(root, folder, { recursive: true, filter: (path) => !leftOut.has(basename(path)) })
  linkInstalled(inRoot('node_modules'), join(folder, 'node_modules'), folder)
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
