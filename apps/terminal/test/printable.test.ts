import { expect, it } from 'vitest'
import { printable } from '../src/printable.js'

it.each([
  ['a\nb\tc', 'a b c'],
  ['\u001b[31mred\u0007', '[31mred'],
  ['\u202eturned\u200b', 'turned'],
  ['👩‍👩‍👧', '👩‍👩‍👧'],
  ['half \ud800', 'half \ufffd'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})
