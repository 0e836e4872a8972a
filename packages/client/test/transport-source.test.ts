import { createTransportPair } from '@tygase/protocol'
import { expect, test } from 'vitest'
import { transportSourceOf } from '../src/transport-source.js'

test.each([
  ['ws://localhost:8080', '/'],
  ['wss://example.com/game/42', '/game/42'],
  ['ws://[::1]:8080/a?token=1', '/a'],
  [new URL('ws://localhost:8080/arena'), '/arena'],
  // as a URL of another realm
  [{ href: 'ws://localhost:8080/arena' } as URL, '/arena'],
])('the URL %s asks for the path %s', (url, path) => {
  expect(transportSourceOf(url)).toMatchObject({ path, url: expect.stringContaining('://') })
})

test.each(['', 'localhost:8080', 'ftp://localhost', 'ws://', 'ws://localhost/#part', undefined, null, 5, {}])(
  '%s is no address',
  (address) => {
    expect(() => transportSourceOf(address as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)

test.each([
  ['http://localhost:8080', /use ws: for http:/],
  ['https://localhost:8080', /use wss: for https:/],
])('for the address %s the error names the right scheme', (address, message) => {
  expect(() => transportSourceOf(address)).toThrow(message)
})

test('a function, or the method of a server, opens transports', () => {
  const [transport] = createTransportPair(queueMicrotask)
  const { signal } = new AbortController()
  expect(transportSourceOf(() => transport).open(signal)).toBe(transport)
  expect(transportSourceOf({ openTransport: () => transport }).open(signal)).toBe(transport)
  expect(transportSourceOf({ openTransport: () => transport, path: '/arena/1' }).path).toBe('/arena/1')
  const opening = Promise.resolve(transport)
  expect(transportSourceOf({ openTransport: () => opening }).open(signal)).toBe(opening)
})

test.each([
  'http://ada:opensesame@localhost:8080',
  'ftp://ada:opensesame@localhost',
  'ws://ada:opensesame@localhost/#part',
])('the error for %s shows no password', (address) => {
  expect(() => transportSourceOf(address)).toThrow(/^not the address of a game server: \w+:\/\/localhost/)
})
