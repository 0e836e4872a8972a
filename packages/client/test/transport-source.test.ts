import { createTransportPair } from '@tygase/protocol'
import { expect, test } from 'vitest'
import { transportSourceOf } from '../src/transport-source.js'

test.each([
  ['ws://localhost:8080', '/'],
  ['wss://example.com/game/42', '/game/42'],
  ['ws://[::1]:8080/a?token=1', '/a'],
])('the URL %s asks for the path %s', (url, path) => {
  expect(transportSourceOf(url).path).toBe(path)
})

test.each(['', 'localhost:8080', 'http://localhost', 'ws://', 'ws://localhost/#part', undefined, null, 5, {}])(
  '%s is no address',
  (address) => {
    expect(() => transportSourceOf(address as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)

test('a function, or the method of a server, opens transports', () => {
  const [transport] = createTransportPair(queueMicrotask)
  const { signal } = new AbortController()
  expect(transportSourceOf(() => transport).open(signal)).toBe(transport)
  expect(transportSourceOf({ openTransport: () => transport }).open(signal)).toBe(transport)
  const opening = Promise.resolve(transport)
  expect(transportSourceOf({ openTransport: () => opening }).open(signal)).toBe(opening)
})
