import { describe, expect, it } from 'vitest'
import { printable } from '../../src/terminal/printable.js'
import { table } from '../../src/terminal/table.js'
import { nearestWord, spanWords } from '../../src/terminal/words.js'

it.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min 0 s'],
  [3_599_999, '59 min 59 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms are %s', (ms, words) => {
  expect(spanWords(ms)).toBe(words)
})

describe('nearestWord', () => {
  it.each([
    ['help', 'help'],
    ['hlp', 'help'],
    ['hel', 'help'],
    ['pbulish', 'publish'],
    ['wlecoem', 'welcome'],
    ['', undefined],
    ['xyzzy', undefined],
  ])('of %j is %j', (typed, near) => {
    expect(nearestWord(typed, ['help', 'publish', 'welcome'])).toBe(near)
  })
})

it.each([
  ['a\nb\tc', 'a b c'],
  ['\u001b[31mred\u0007', '[31mred'],
  ['\u202eturned\u200b', 'turned'],
  ['👩‍👩‍👧', '👩‍👩‍👧'],
  ['half \ud800', 'half \ufffd'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

it('a table has columns of equal width, also with wide characters, and no spaces at the ends of lines', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['日本', '1'],
        ['x', ''],
      ],
    ),
  ).toBe('name  n\n日本  1\nx')
})
