import { expect, it } from 'vitest'
import { RateLimit } from '../src/rate-limit.js'

it("a rate limit lets as many through as the rate allows, after a second's worth at once", () => {
  const limit = new RateLimit(125, 0)
  let taken = 0
  for (let now = 0; now <= 10_000; now++) while (limit.take(1, now)) taken++
  expect(taken).toBe(125 + 10 * 125)
})

it("a rate limit saves up no more than a second's worth", () => {
  const limit = new RateLimit(100, 0)
  expect(limit.take(101, 60_000)).toBe(false)
  expect(limit.take(100, 60_000)).toBe(true)
  expect(limit.take(1, 60_000)).toBe(false)
})

it('a rate limit of Infinity lets everything through, and nothing is taken for nothing', () => {
  expect(new RateLimit(Number.POSITIVE_INFINITY, 0).take(1e9, 0)).toBe(true)
  expect(new RateLimit(0, 0).take(0, 0)).toBe(true)
  expect(new RateLimit(0, 0).take(1, 1e9)).toBe(false)
})
