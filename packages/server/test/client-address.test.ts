import { expect, test } from 'vitest'
import { formatAddress } from '../src/client-address.js'

test.each([
  [{ host: '203.0.113.7', port: 4242 }, '203.0.113.7:4242'],
  [{ host: '2001:db8::1', port: 4242 }, '[2001:db8::1]:4242'],
  [{ host: '2001:db8::1', port: undefined }, '2001:db8::1'],
  [undefined, 'unknown'],
])('%j is written as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text)
})
