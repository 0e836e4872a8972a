import { expect, test } from 'vitest'
import { secureRandom } from '../src/secure-random.js'

test('numbers are from 0 to below 1, spread evenly, and differ', () => {
  const buckets = new Array<number>(16).fill(0)
  const seen = new Set<number>()
  for (let i = 0; i < 16_000; i++) {
    const value = secureRandom()
    expect(value >= 0 && value < 1).toBe(true)
    buckets[Math.floor(value * 16)]!++
    seen.add(value)
  }
  // 1,000 are expected in each, with a deviation of 31
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(310)
  expect(seen.size).toBe(16_000)
})
