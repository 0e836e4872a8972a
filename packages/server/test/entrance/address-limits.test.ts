import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it, test } from 'vitest'
import { AddressLimits, limitPerAddress, RequestRate, TokenBuckets } from '../../src/entrance/address-limits.js'

test.each([
  [undefined, '203.0.113.7', 100],
  [undefined, '127.0.0.1', Number.POSITIVE_INFINITY],
  [undefined, '::1', Number.POSITIVE_INFINITY],
  [5, '203.0.113.7', 5],
  [5, '127.0.0.1', 5],
])('with %s given, %s may have %s where 100 are usual', (given, host, limit) => {
  expect(limitPerAddress(given, 100)(host)).toBe(limit)
})

const limitOf = (host: string): number => (host === '127.0.0.1' ? Number.POSITIVE_INFINITY : 2)

test('an address is full when it has as many sessions as it may, and no longer when one ends', () => {
  const places = new AddressLimits(limitOf)
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
  const places = new AddressLimits(limitOf)
  for (const clientId of ['a', 'b']) places.place(clientId, '203.0.113.7')
  places.place('a', '203.0.113.8')
  places.place('b', undefined)
  for (const clientId of ['c', 'd']) places.place(clientId, '203.0.113.8')
  expect(places.isFull('203.0.113.7')).toBe(false)
  expect(places.isFull('203.0.113.8')).toBe(true)
})

test('the addresses of an IPv6 network of 64 bits share a place', () => {
  const places = new AddressLimits(limitOf)
  places.place('a', '2001:db8::1')
  places.place('b', '2001:db8::2')
  expect(places.isFull('2001:db8::3')).toBe(true)
  expect(places.isFull('2001:db8:0:1::3')).toBe(false)
})

test('an address without a limit is never full', () => {
  const places = new AddressLimits(limitOf)
  for (let i = 0; i < 1000; i++) places.place(`${i}`, '127.0.0.1')
  expect(places.isFull('127.0.0.1')).toBe(false)
})

function setBuckets() {
  const clock = new VirtualClock()
  const buckets = new TokenBuckets(clock)
  /** How many tokens a key gives until there are none. */
  const takeAll = (key: string, rate: { burst: number; perMinute: number }): number => {
    let taken = 0
    while (buckets.take(key, rate)) taken++
    return taken
  }
  return { clock, buckets, takeAll }
}

test('a bucket gives as many tokens as it holds, and then as many as come in with each minute', () => {
  const { clock, takeAll } = setBuckets()
  const rate = { burst: 3, perMinute: 2 }
  expect(takeAll('ada', rate)).toBe(3)
  let later = 0
  for (let second = 0; second < 600; second++) {
    clock.advance(1000)
    later += takeAll('ada', rate)
  }
  expect(later).toBe(20)
})

test('no more than it holds is saved up', () => {
  const { clock, takeAll } = setBuckets()
  const rate = { burst: 2, perMinute: 60 }
  takeAll('ada', rate)
  clock.advance(3_600_000)
  expect(takeAll('ada', rate)).toBe(2)
})

test('each key has its own', () => {
  const { takeAll } = setBuckets()
  const rate = { burst: 2, perMinute: 1 }
  expect([takeAll('ada', rate), takeAll('bob', rate), takeAll('ada', rate)]).toEqual([2, 2, 0])
})

test('it says when there will be one, and then there is', () => {
  const { clock, buckets, takeAll } = setBuckets()
  const rate = { burst: 1, perMinute: 4 }
  expect(buckets.waitMs('ada', rate)).toBe(0)
  takeAll('ada', rate)
  expect(buckets.waitMs('ada', rate)).toBe(15_000)
  clock.advance(14_999)
  expect(buckets.take('ada', rate)).toBe(false)
  clock.advance(1)
  expect([buckets.waitMs('ada', rate), buckets.take('ada', rate)]).toEqual([0, true])
})

test('10,000 keys are remembered, and then the one that was used longest ago is not', () => {
  const { buckets } = setBuckets()
  const rate = { burst: 1, perMinute: 1 }
  for (let i = 0; i < 10_001; i++) buckets.take(`${i}`, rate)
  expect([buckets.size, buckets.left('0', rate), buckets.left('1', rate)]).toEqual([10_000, 1, 0])
})

const here = '203.0.113.7'

function setUp(perMinute: number | undefined) {
  const clock = new VirtualClock()
  const rate = new RequestRate(perMinute, clock)
  /** How many of `count` requests get through. */
  const passing = (count: number, host: string | undefined = here) =>
    Array.from({ length: count }, () => rate.take(host)).filter((waitS) => waitS === 0).length
  return { clock, rate, passing }
}

describe('the rate of requests', () => {
  it("lets a minute's worth pass at once, and then as many as the minute has room for [M35]", () => {
    const { clock, passing } = setUp(60)
    expect(passing(100)).toBe(60)
    clock.advance(999)
    expect(passing(5)).toBe(0)
    clock.advance(1)
    expect(passing(5)).toBe(1)
    clock.advance(10_000)
    expect(passing(100)).toBe(10)
    clock.advance(3_600_000)
    expect(passing(100)).toBe(60)
  })

  it.each([
    [1, 60],
    [2, 30],
    [60, 1],
    [7, 9],
  ])('of %i a minute says that there is one again in %i seconds, and then there is', (perMinute, seconds) => {
    const { clock, rate, passing } = setUp(perMinute)
    passing(perMinute)
    expect(rate.take(here)).toBe(seconds)
    clock.advance(seconds * 1000)
    expect(rate.take(here)).toBe(0)
  })

  it('never says a second too few, however little of it is left', () => {
    const { clock, rate, passing } = setUp(30)
    passing(30)
    clock.advance(999.5)
    expect(rate.take(here)).toBe(2)
  })

  it('counts each address by itself, and an IPv6 network of 64 bits as one', () => {
    const { passing } = setUp(3)
    expect(passing(5)).toBe(3)
    expect(passing(5, '203.0.113.8')).toBe(3)
    expect(passing(2, '2001:db8::1')).toBe(2)
    expect(passing(5, '2001:db8::2')).toBe(1)
    expect(passing(5, '2001:db8:0:1::1')).toBe(3)
  })

  it('is 600 by default, and none for this machine; a number that is given holds for it too', () => {
    expect(setUp(undefined).passing(1000)).toBe(600)
    expect(setUp(undefined).passing(1000, '127.0.0.1')).toBe(1000)
    expect(setUp(10).passing(1000, '127.0.0.1')).toBe(10)
  })

  it('holds for nobody who has no address', () => {
    const { rate } = setUp(1)
    expect([rate.take(undefined), rate.take(undefined)]).toEqual([0, 0])
    expect(rate.size).toBe(0)
  })

  it('remembers 10,000 addresses at most', () => {
    const { rate } = setUp(1)
    for (let i = 0; i < 10_001; i++) rate.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
    expect(rate.size).toBe(10_000)
    expect(rate.take('10.0.0.1')).toBe(60)
    expect(rate.take('10.0.0.0')).toBe(0)
  })
})
