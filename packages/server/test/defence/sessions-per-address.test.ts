import { expect, test } from 'vitest'
import { SessionsPerAddress } from '../../src/defence/sessions-per-address.js'

const limitOf = (host: string): number => (host === '127.0.0.1' ? Number.POSITIVE_INFINITY : 2)

test('an address is full when it has as many sessions as it may, and no longer when one ends', () => {
  const sessions = new SessionsPerAddress(limitOf)
  sessions.place('a', '203.0.113.7')
  expect(sessions.isFull('203.0.113.7')).toBe(false)
  sessions.place('b', '203.0.113.7')
  expect(sessions.isFull('203.0.113.7')).toBe(true)
  expect(sessions.isFull('203.0.113.8')).toBe(false)
  sessions.remove('a')
  sessions.remove('a')
  expect(sessions.isFull('203.0.113.7')).toBe(false)
})

test('a session that moves counts where it is now', () => {
  const sessions = new SessionsPerAddress(limitOf)
  for (const clientId of ['a', 'b']) sessions.place(clientId, '203.0.113.7')
  sessions.place('a', '203.0.113.8')
  sessions.place('b', undefined)
  for (const clientId of ['c', 'd']) sessions.place(clientId, '203.0.113.8')
  expect(sessions.isFull('203.0.113.7')).toBe(false)
  expect(sessions.isFull('203.0.113.8')).toBe(true)
})

test('the addresses of an IPv6 network of 64 bits share a place', () => {
  const sessions = new SessionsPerAddress(limitOf)
  sessions.place('a', '2001:db8::1')
  sessions.place('b', '2001:db8::2')
  expect(sessions.isFull('2001:db8::3')).toBe(true)
  expect(sessions.isFull('2001:db8:0:1::3')).toBe(false)
})

test('an address without a limit is never full', () => {
  const sessions = new SessionsPerAddress(limitOf)
  for (let i = 0; i < 1000; i++) sessions.place(`${i}`, '127.0.0.1')
  expect(sessions.isFull('127.0.0.1')).toBe(false)
})
