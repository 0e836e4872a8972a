import { expect, it } from 'vitest'
import { equalBytes } from '../../src/wire/handshake-messages.js'

it.each([
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
  [[1, 2], [1], false],
  [[1], [1, 0], false],
  [[], [], true],
])('the bytes %s and %s are equal: %s', (a, b, isEqual) => {
  expect(equalBytes(new Uint8Array(a), new Uint8Array(b))).toBe(isEqual)
})
