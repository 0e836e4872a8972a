import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLoopback, neighbourhoodOf, normalHost } from '../../src/defence/host.js'

describe('the normal form', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['1::', '1::'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107'],
  ])('of %s is %s', (text, host) => {
    expect(normalHost(text)).toBe(host)
  })

  test.each([
    '',
    'localhost',
    '256.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.4%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1.2.3.4::',
    '12345::',
    '::g',
    ':1:2:3:4:5:6:7',
    ' 1.2.3.4',
    `${'1:'.repeat(10_000)}1`,
    '__proto__',
  ])('of %j does not exist', (text) => {
    expect(normalHost(text)).toBeUndefined()
  })

  test('is there for exactly what Node calls an IP address, and is what URLs make of it', () => {
    const likeAddresses = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((host) => `::ffff:${host}`),
      fc.string({ unit: fc.constantFrom('0', '1', 'f', ':', '::', '.', '12'), maxLength: 20 }),
    )
    fc.assert(
      fc.property(likeAddresses, (text) => {
        const host = normalHost(text)
        expect(host !== undefined).toBe(isIP(text) !== 0)
        if (host === undefined) return
        expect(normalHost(host)).toBe(host)
        if (host.includes(':')) expect(`[${host}]`).toBe(new URL(`http://[${text}]`).hostname)
      }),
      { numRuns: 2000 },
    )
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
])('the neighbourhood of %s is %s', (host, neighbourhood) => {
  expect(neighbourhoodOf(host)).toBe(neighbourhood)
})

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['128.0.0.1', false],
  ['::2', false],
])('%s is this machine: %s', (host, isOwn) => {
  expect(isLoopback(host)).toBe(isOwn)
})
