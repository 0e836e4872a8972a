import { describe, expect, it } from 'vitest'
import { applyPatch } from '../apply-patch.mjs'

const patch = (...lines: string[]) =>
  ['A sentence.', '', '--- a/x.ts', '+++ b/x.ts', '@@ -9,3 +9,3 @@', ...lines, ''].join('\n')
const files: Record<string, string> = { 'x.ts': 'one\ntwo\nthree\nfour\ntwo\n', 'y.ts': 'one\nfive\n' }
const read = (path: string) => files[path]!

describe('applyPatch', () => {
  it('finds lines by what they are, wherever they have moved', () => {
    expect([...applyPatch(patch(' two', '-three', '+3', ' four'), read)]).toEqual([
      ['x.ts', 'one\ntwo\n3\nfour\ntwo\n'],
    ])
  })

  it('changes the first line too, and no part of a line', () => {
    expect(applyPatch(patch('-one', '+1'), read).get('x.ts')).toBe('1\ntwo\nthree\nfour\ntwo\n')
    expect(() => applyPatch(patch('-hree', '+3'), read)).toThrow('no place')
  })

  it('adds and takes away', () => {
    expect(applyPatch(patch(' three', '+and', '-four'), read).get('x.ts')).toBe('one\ntwo\nthree\nand\ntwo\n')
  })

  it('changes several places and several files', () => {
    const more = '@@ -1 +1 @@\n-four\n+4\n--- a/y.ts\n+++ b/y.ts\n@@ -2 +2 @@\n-five\n+$&\n'
    expect([...applyPatch(patch('-three', '+3') + more, read)]).toEqual([
      ['x.ts', 'one\ntwo\n3\n4\ntwo\n'],
      ['y.ts', 'one\n$&\n'],
    ])
  })

  it.each([
    ['no place', patch('-six', '+6')],
    ['more than one', patch('-two', '+2')],
    ['no file', 'A sentence.\n'],
  ])('refuses a patch for which there is %s', (what, text) => {
    expect(() => applyPatch(text, read)).toThrow(what)
  })
})
