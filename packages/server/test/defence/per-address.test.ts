import { expect, test } from 'vitest'
import { limitPerAddress } from '../../src/defence/per-address.js'

test.each([
  [undefined, '203.0.113.7', 100],
  [undefined, '127.0.0.1', Number.POSITIVE_INFINITY],
  [undefined, '::1', Number.POSITIVE_INFINITY],
  [5, '203.0.113.7', 5],
  [5, '127.0.0.1', 5],
])('with %s given, %s may have %s where 100 are usual', (given, host, limit) => {
  expect(limitPerAddress(given, 100)(host)).toBe(limit)
})
