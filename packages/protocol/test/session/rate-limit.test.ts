import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RateLimit } from '../../src/session/server-role.js'

it('a rate limit lets as many through as the rate allows, after a burst at once', () => {
  const limit = new RateLimit(125, 0)
  let taken = 0
  for (let now = 0; now <= 10_000; ) {
    now = limit.take(1, now)
    taken++
  }
  // the last one is the first that is not paid for within the time
  expect(taken).toBe(20 + 10 * 125 + 1)
})

it('a rate limit is paid back within a second, and lets no more through in the long run', () => {
  const perSecond = fc.double({ min: 1, max: 1e5, noNaN: true })
  const counts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(perSecond, counts, (rate, shares) => {
      const limit = new RateLimit(rate, 0)
      const burst = Math.max(rate / 10, Math.min(rate, 20))
      let now = 0
      let taken = 0
      for (const share of shares) {
        const count = Math.floor(share * rate)
        const paidAt = limit.take(count, now)
        expect(paidAt).toBeGreaterThanOrEqual(now)
        expect(paidAt).toBeLessThanOrEqual(now + 1000)
        taken += count
        now = paidAt
      }
      expect(taken).toBeLessThanOrEqual((burst + (rate * now) / 1000) * (1 + 1e-9))
    }),
    { numRuns: 2000 },
  )
})

it.each([
  ["100 ms' worth", 1000, 100],
  ['20 tokens', 100, 20],
  ["a second's worth", 10, 10],
])('a rate limit saves up no more than %s at %d per second', (_, perSecond, most) => {
  const limit = new RateLimit(perSecond, 0)
  expect(limit.take(most, 60_000)).toBe(60_000)
  expect(limit.take(1, 60_000)).toBe(60_000 + 1000 / perSecond)
})

it('a rate limit takes no tokens if it never holds so many, and none are owed', () => {
  const limit = new RateLimit(10, 0)
  expect(limit.take(11, 0)).toBe(Number.POSITIVE_INFINITY)
  expect(limit.take(10, 0)).toBe(0)
  expect(limit.take(5, 0)).toBe(500)
  expect(new RateLimit(0.5, 0).take(1, 1e9)).toBe(Number.POSITIVE_INFINITY)
})

it('a rate limit of Infinity lets everything through, and nothing is taken for nothing', () => {
  expect(new RateLimit(Number.POSITIVE_INFINITY, 0).take(1e9, 5)).toBe(5)
  expect(new RateLimit(0, 0).take(0, 5)).toBe(5)
})
