// What vitest does to the sources in a run with mutants: it puts one fault in, or marks where each of them stands.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** @typedef {import('./find-mutants.mjs').Mutant} Mutant */

/**
 * @param {string} root of the repository
 * @param {readonly Mutant[]} mutants
 * @param {number | undefined} chosen number of the one that is put in; undefined to mark all
 * @returns {import('vite').Plugin}
 */
export function mutatePlugin(root, mutants, chosen) {
  return {
    name: 'mutants',
    enforce: 'pre',
    // vitest keeps what it has made of a source for the next run, but not of one with a fault in it
    configureVitest({ experimental_defineCacheKeyGenerator: defineKey }) {
      const file = chosen === undefined ? undefined : mutants[chosen]?.file
      defineKey(({ id }) => (relative(root, id.split('?')[0] ?? '') === file ? false : undefined))
    },
    transform(_, id) {
      const path = id.split('?')[0] ?? ''
      const file = relative(root, path)
      const here = mutants.map((mutant, number) => ({ mutant, number })).filter(({ mutant }) => mutant.file === file)
      if (here.length === 0) return undefined
      const source = readFileSync(path, 'utf8')
      if (chosen === undefined) return { code: withMarks(source, here), map: null }
      const own = here.find(({ number }) => number === chosen)
      return own && { code: withFault(source, own.mutant), map: null }
    },
  }
}

/**
 * @param {string} source
 * @param {Mutant} mutant
 */
export function withFault(source, { start, end, replacement, kind, begins }) {
  const text = kind === 'expression' ? `${begins ? ';' : ''}(${replacement})` : replacement
  return source.slice(0, start) + text + source.slice(end)
}

/**
 * Each place that is about to run says so: `globalThis.mutantHit(number)`.
 * @param {string} source
 * @param {readonly { mutant: Mutant, number: number }[]} here
 */
export function withMarks(source, here) {
  /** @type {{ at: number, width: number, isEnd: boolean, text: string, begins: boolean }[]} */
  const marks = []
  for (const { mutant, number } of here) {
    const { start, end, kind, begins } = mutant
    const [open, close] = kind === 'expression' ? ['(', ')'] : ['{', '}']
    const call = `globalThis.mutantHit?.(${number})${kind === 'expression' ? ',' : ';'}`
    marks.push({
      at: start,
      width: end - start,
      isEnd: false,
      text: `${open}${call}`,
      begins: kind === 'expression' && begins,
    })
    marks.push({ at: end, width: end - start, isEnd: true, text: close, begins: false })
  }
  // at one place: first what ends there, the inner one first; then what begins there, the outer one first
  marks.sort((a, b) => {
    if (a.at !== b.at) return a.at - b.at
    if (a.isEnd !== b.isEnd) return a.isEnd ? -1 : 1
    return a.isEnd ? a.width - b.width : b.width - a.width
  })
  let text = ''
  let at = 0
  for (const mark of marks) {
    text += source.slice(at, mark.at)
    // only the outermost of several at one place stands at the begin of its statement
    if (mark.begins && /(^|[\n{;])\s*$/.test(text.slice(-200)) && !text.endsWith(';')) text += ';'
    text += mark.text
    at = mark.at
  }
  return text + source.slice(at)
}

/**
 * The file with the numbers of the places that a test file reaches.
 * @param {string} folder
 * @param {string} test its whole path
 */
export function hitsFile(folder, test) {
  return join(folder, `${test.replaceAll(/[^\w.-]/g, '_')}.json`)
}
