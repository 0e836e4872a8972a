import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { TrustedProxies, type TrustProxy } from '../../src/entrance/address.js'

const proxy = '10.0.0.1'

/** @param forwarded the header, undefined for none */
function clientOf(trust: TrustProxy | undefined, forwarded: string | undefined, socketHost = proxy): string {
  const request = {
    socket: { remoteAddress: socketHost, remotePort: 4242 },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage
  return new TrustedProxies(trust).clientOf(request).host
}

test.each<[TrustProxy | undefined, string | undefined, string]>([
  // nobody is trusted
  [undefined, '203.0.113.7', proxy],
  [false, '203.0.113.7', proxy],
  [0, '203.0.113.7', proxy],
  // as many hops as there are proxies, from the right
  [1, '203.0.113.7', '203.0.113.7'],
  [1, '198.51.100.66, 203.0.113.7', '203.0.113.7'],
  [2, '198.51.100.66, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  [5, '203.0.113.7', '203.0.113.7'],
  [1, undefined, proxy],
  // proxies by their addresses
  [['10.0.0.0/8'], '203.0.113.7', '203.0.113.7'],
  [['10.0.0.0/8'], '198.51.100.66, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  [['10.0.0.0/8'], '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  [['192.168.0.0/16'], '203.0.113.7', proxy],
  [[], '203.0.113.7', proxy],
  // other ways to write it
  [1, ' 203.0.113.7 ', '203.0.113.7'],
  [1, '203.0.113.7:5555', '203.0.113.7'],
  [1, '[2001:db8::1]:5555', '2001:db8::1'],
  [1, '2001:DB8:0::1', '2001:db8::1'],
  [1, '::ffff:203.0.113.7', '203.0.113.7'],
  // garbage: what is left of it is nobody's word
  [1, 'unknown', proxy],
  [1, '', proxy],
  [2, '198.51.100.66, garbage, 10.0.0.2', '10.0.0.2'],
  [2, '198.51.100.66,, 10.0.0.2', '10.0.0.2'],
  // it ends the walk, also where what is left of it would be trusted
  [3, '198.51.100.66, garbage, 10.0.0.2', '10.0.0.2'],
  [['10.0.0.0/8'], '198.51.100.66, garbage, 10.0.0.2', '10.0.0.2'],
  [['10.0.0.0/8'], '198.51.100.66, 10.0.0.3, [::1, 10.0.0.2', '10.0.0.2'],
  [['10.0.0.0/8'], '198.51.100.66,, 10.0.0.2', '10.0.0.2'],
  [1, '999.1.1.1', proxy],
  [1, '__proto__', proxy],
  [1, ','.repeat(10_000), proxy],
])('with trustProxy %j, a header %j means %s', (trust, forwarded, host) => {
  expect(clientOf(trust, forwarded)).toBe(host)
})

test('a client that connects directly and forges the header is where its socket is, when proxies are named by address', () => {
  expect(clientOf(['10.0.0.0/8'], '198.51.100.66', '203.0.113.7')).toBe('203.0.113.7')
  expect(clientOf(['10.0.0.0/8'], '198.51.100.66', '::ffff:203.0.113.7')).toBe('203.0.113.7')
})

test.each<[TrustProxy | undefined, boolean]>([
  [false, false],
  [1, true],
  [['10.0.0.0/8'], true],
  [['192.168.0.0/16'], false],
])('with trustProxy %j, a socket of %s is one that others share: %s', (trust, isProxy) => {
  expect(new TrustedProxies(trust).isProxy(proxy)).toBe(isProxy)
})

test.each([-1, 1.5, Number.NaN, 'loopback', true, ['nonsense']])('trustProxy %j throws invalid_argument', (trust) => {
  expect(() => new TrustedProxies(trust as TrustProxy)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})
