import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { applyPatch } from './apply-patch.mjs'
import { inRoot } from './root.mjs'

/**
 * A deliberate fault: a patch with a sentence about it and a line `Caught by:` with test files.
 * @typedef {{ name: string, what: string, tests: string[], patch: string }} Fault
 */

/** @returns {Fault[]} all faults, by name */
export function readFaults() {
  const folder = inRoot('test', 'faults')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => faultOf(basename(file, '.patch'), readFileSync(join(folder, file), 'utf8')))
}

/**
 * @param {string} name
 * @param {string} patch
 * @returns {Fault}
 */
export function faultOf(name, patch) {
  const what = patch.slice(0, patch.indexOf('\n'))
  const tests = /^Caught by: (.+)$/m.exec(patch)?.[1]?.split(' ') ?? []
  return { name, what, tests, patch }
}

/**
 * @param {Fault} fault
 * @param {string} tree the folder of a repository
 * @returns {{ path: string, before: string, after: string }[]} the whole contents of each file without and with the fault
 * @throws {Error} if the patch does not apply
 */
export function changesOf({ patch }, tree) {
  /** @param {string} path */
  const read = (path) => readFileSync(join(tree, path), 'utf8')
  return [...applyPatch(patch, read)].map(([path, after]) => ({ path: join(tree, path), before: read(path), after }))
}
