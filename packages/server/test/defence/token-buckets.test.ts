import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { TokenBuckets } from '../../src/defence/token-buckets.js'

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
