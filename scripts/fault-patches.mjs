import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { inRoot } from './root.mjs'

/**
 * A deliberate fault: a patch with a sentence that says what it does and a line `Caught by:` with test files.
 * @typedef {{ name: string, what: string, tests: string[], file: string }} Fault
 */

/** @returns {Fault[]} all that there are, by name */
export function readFaults() {
  const folder = inRoot('test', 'faults')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => faultOf(basename(file, '.patch'), `${folder}/${file}`))
}

/**
 * @param {string} name
 * @param {string} file
 * @returns {Fault}
 */
function faultOf(name, file) {
  const text = readFileSync(file, 'utf8')
  const what = text.slice(0, text.indexOf('\n'))
  const tests = /^Caught by: (.+)$/m.exec(text)?.[1]?.split(' ') ?? []
  return { name, what, tests, file }
}

/**
 * Applies a patch to a tree, takes it back, or asks whether it would apply.
 * @param {Fault} fault
 * @param {string} tree
 * @param {'--apply' | '--reverse' | '--check'} how
 * @returns {string} why it cannot be done; empty when it could
 */
export function applyFault({ file }, tree, how) {
  const options = how === '--apply' ? [] : [how]
  // a tree within another repository would be taken for a part of it, and the patch for one of nothing
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(tree) }
  const { status, stderr, error } = spawnSync('git', ['apply', ...options, file], { cwd: tree, env, encoding: 'utf8' })
  if (error) return error.message
  return status === 0 ? '' : stderr.trim() || `git apply ended with ${status}`
}
