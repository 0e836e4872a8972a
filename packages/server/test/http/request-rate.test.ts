import { VirtualClock } from '@tygase/testkit/sim'
import { describe, expect, it } from 'vitest'
import { RequestRate } from '../../src/http/request-rate.js'

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
