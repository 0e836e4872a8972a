import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { inRoot } from './root.mjs'

/**
 * The folders of workspaces, relative to the root, in alphabetical order.
 * @param {'packages' | 'apps'} parent
 * @returns {string[]}
 */
export function workspaceFolders(parent) {
  if (!existsSync(inRoot(parent))) return []
  return readdirSync(inRoot(parent))
    .filter((name) => existsSync(inRoot(parent, name, 'package.json')))
    .map((name) => `${parent}/${name}`)
    .sort()
}

/** The folders of the packages that are published. */
export function publicPackageFolders() {
  return workspaceFolders('packages').filter(
    (folder) => JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8')).private !== true,
  )
}
