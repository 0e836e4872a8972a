import { IncomingMessage } from 'node:http'
import { isIP, Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatAddress,
  hostBits,
  isLoopback,
  neighbourhoodOf,
  normalHost,
  parseHostRule,
  requestAddress,
  setRequestAddress,
} from '../../src/entrance/address.js'

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

test.each([
  ['203.0.113.7', { text: '203.0.113.7', host: '203.0.113.7', family: 'ipv4', prefix: 32 }],
  ['203.0.113.7/32', { text: '203.0.113.7', host: '203.0.113.7', family: 'ipv4', prefix: 32 }],
  ['203.0.113.0/24', { text: '203.0.113.0/24', host: '203.0.113.0', family: 'ipv4', prefix: 24 }],
  ['::ffff:203.0.113.0/120', { text: '203.0.113.0/24', host: '203.0.113.0', family: 'ipv4', prefix: 24 }],
  ['2001:DB8:0::/32', { text: '2001:db8::/32', host: '2001:db8::', family: 'ipv6', prefix: 32 }],
  ['::/0', { text: '::/0', host: '::', family: 'ipv6', prefix: 0 }],
])('the rule %s is read', (rule, parsed) => {
  expect(parseHostRule(rule)).toEqual(parsed)
})

test.each([
  '',
  'localhost',
  '203.0.113.0/33',
  '203.0.113.0/-1',
  '203.0.113.0/',
  '203.0.113.0/8/8',
  '::ffff:1.2.3.4/95',
  '::/129',
  '1.2.3.4/1e1',
])('the rule %j throws invalid_argument with its text', (rule) => {
  expect(() => parseHostRule(rule)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(`'${rule}'`) }),
  )
})

test.each([
  [{ host: '203.0.113.7', port: 4242 }, '203.0.113.7:4242'],
  [{ host: '2001:db8::1', port: 4242 }, '[2001:db8::1]:4242'],
  [{ host: '2001:db8::1', port: undefined }, '2001:db8::1'],
  [undefined, 'unknown'],
])('%j is written as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text)
})

test('the address that the listener has stored for a request is its address', () => {
  const request = new IncomingMessage(new Socket())
  const client = { host: '203.0.113.7', port: undefined }
  setRequestAddress(request, client)
  expect(requestAddress(request)).toBe(client)
})

test('a request without a stored address comes from the other end of its socket', () => {
  const socket = { remoteAddress: '::ffff:192.0.2.1', remotePort: 7 } as Socket
  expect(requestAddress({ socket })).toEqual({ host: '192.0.2.1', port: 7 })
})

test('an address has the bits of its text, IPv4 in 32 and IPv6 in 128', () => {
  expect(hostBits('1.2.3.4')).toBe(0x01020304n)
  expect(hostBits('2001:db8::1')).toBe((0x20010db8n << 96n) | 1n)
  expect(hostBits('localhost')).toBeUndefined()
})
