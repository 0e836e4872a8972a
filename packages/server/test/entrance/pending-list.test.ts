import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { PendingList } from '../../src/entrance/pending-list.js'

function setUp(max = 4, maxPerAddress = 2) {
  const clock = new VirtualClock()
  const pending = new PendingList({ clock, timeoutMs: 2000, max, maxPerAddress: () => maxPerAddress })
  const ends: string[] = []
  const enter = (name: string, host?: string) => pending.add(host, ({ code }) => ends.push(`${name} ${code}`))
  return { clock, pending, ends, enter }
}

test('who has not left when the time is over is dropped, to the millisecond, and no timer remains [M8]', () => {
  const { clock, pending, ends, enter } = setUp()
  enter('slow')
  const leave = enter('quick')
  clock.advance(1999)
  leave()
  expect(ends).toEqual([])
  clock.advance(1)
  expect(ends).toEqual(['slow handshake_timeout'])
  expect(pending.size).toBe(0)
  expect(clock.pending).toBe(0)
})

test('one too many makes the one go that has waited longest', () => {
  const { pending, ends, enter } = setUp()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) enter(name)
  expect(ends).toEqual(['a server_full', 'b server_full'])
  expect(pending.size).toBe(4)
})

test('one too many of an address makes the longest waiting one of that address go, and nobody else', () => {
  const { ends, enter } = setUp()
  enter('other', '198.51.100.1')
  enter('a', '203.0.113.7')
  enter('b', '203.0.113.7')
  enter('c', '203.0.113.7')
  expect(ends).toEqual(['a too_many_sessions'])
})

test('the addresses of an IPv6 network of 64 bits count as one', () => {
  const { ends, enter } = setUp()
  for (const i of [1, 2, 3]) enter(`${i}`, `2001:db8:0:1::${i}`)
  enter('next door', '2001:db8:0:2::1')
  expect(ends).toEqual(['1 too_many_sessions'])
})

test('leaving makes room, may be said twice, and is harmless after having been dropped', () => {
  const { pending, ends, enter } = setUp()
  const leaves = ['a', 'b', 'c', 'd'].map((name) => enter(name, '203.0.113.7'))
  expect(ends).toEqual(['a too_many_sessions', 'b too_many_sessions'])
  for (const leave of [...leaves, ...leaves]) leave()
  expect(pending.size).toBe(0)
  enter('e', '203.0.113.7')
  enter('f', '203.0.113.7')
  expect(ends.length).toBe(2)
})

test('of 1,000 that come and stay silent no more than the limit is kept, and an honest one is let through [M9]', () => {
  const { pending, ends, enter } = setUp(256, Number.POSITIVE_INFINITY)
  let honest: (() => void) | undefined
  for (let i = 0; i < 1000; i++) {
    if (i === 500) honest = enter('honest', '198.51.100.1')
    enter(`${i}`, '203.0.113.7')
    // its round trip is over when 100 more have come
    if (i === 600) honest?.()
  }
  expect(pending.size).toBe(256)
  expect(ends.length).toBe(744)
  expect(ends).not.toContain('honest server_full')
})

test('one too many in all makes one of the address with the most go, so that a rush from one address pushes out no other', () => {
  const { ends, enter } = setUp(6, 100)
  enter('honest', '198.51.100.1')
  enter('none')
  for (let number = 1; number <= 20; number++) enter(`rush${number}`, '203.0.113.7')
  enter('late', '198.51.100.2')
  expect(ends).toEqual(Array.from({ length: 17 }, (_, index) => `rush${index + 1} server_full`))
})

test('an allowance leaves a quarter of each limit to others', () => {
  const { pending } = setUp(8, 4)
  const allows = pending.allowance()
  const hosts = [
    '203.0.113.7',
    '203.0.113.7',
    '203.0.113.7',
    '203.0.113.7',
    '198.51.100.1',
    undefined,
    undefined,
    undefined,
  ]
  expect(hosts.map(allows)).toEqual([true, true, true, false, true, true, true, false])
  expect(pending.size).toBe(0)
})
