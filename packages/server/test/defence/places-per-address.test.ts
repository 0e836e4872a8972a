import { expect, test } from 'vitest'
import { PlacesPerAddress } from '../../src/defence/places-per-address.js'

const limitOf = (host: string): number => (host === '127.0.0.1' ? Number.POSITIVE_INFINITY : 2)

test('an address is full when it has as many sessions as it may, and no longer when one ends', () => {
  const places = new PlacesPerAddress(limitOf)
  places.place('a', '203.0.113.7')
  expect(places.isFull('203.0.113.7')).toBe(false)
  places.place('b', '203.0.113.7')
  expect(places.isFull('203.0.113.7')).toBe(true)
  expect(places.isFull('203.0.113.8')).toBe(false)
  places.remove('a')
  places.remove('a')
  expect(places.isFull('203.0.113.7')).toBe(false)
})

test('a session that moves counts where it is now', () => {
  const places = new PlacesPerAddress(limitOf)
  for (const clientId of ['a', 'b']) places.place(clientId, '203.0.113.7')
  places.place('a', '203.0.113.8')
  places.place('b', undefined)
  for (const clientId of ['c', 'd']) places.place(clientId, '203.0.113.8')
  expect(places.isFull('203.0.113.7')).toBe(false)
  expect(places.isFull('203.0.113.8')).toBe(true)
})

test('the addresses of an IPv6 network of 64 bits share a place', () => {
  const places = new PlacesPerAddress(limitOf)
  places.place('a', '2001:db8::1')
  places.place('b', '2001:db8::2')
  expect(places.isFull('2001:db8::3')).toBe(true)
  expect(places.isFull('2001:db8:0:1::3')).toBe(false)
})

test('an address without a limit is never full', () => {
  const places = new PlacesPerAddress(limitOf)
  for (let i = 0; i < 1000; i++) places.place(`${i}`, '127.0.0.1')
  expect(places.isFull('127.0.0.1')).toBe(false)
})
