import { expect, it } from 'vitest'
import { reversed } from '../src/reversed.js'

it.each([
  ['', ''],
  ['hello', 'olleh'],
  ['a b', 'b a'],
  ['über', 'rebü'],
  ['cafe\u0301', 'e\u0301fac'],
  ['1👩‍👩‍👧2', '2👩‍👩‍👧1'],
  ['日本', '本日'],
])('%j from its end is %j, with characters as people count them kept whole [C3]', (text, backward) => {
  expect(reversed(text)).toBe(backward)
  expect(reversed(backward)).toBe(text)
})
