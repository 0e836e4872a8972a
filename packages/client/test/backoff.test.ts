import { expect, test } from 'vitest'
import { Backoff } from '../src/backoff.js'

test('delays double from 100 ms to 5 s and begin anew after a success', () => {
  const backoff = new Backoff(() => 0)
  expect(Array.from({ length: 8 }, () => backoff.nextMs())).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
  backoff.reset()
  expect(backoff.nextMs()).toBe(100)
})

test('up to half of a delay is taken off at random', () => {
  const backoff = new Backoff(() => 0.999_999)
  expect(backoff.nextMs()).toBeCloseTo(50, 2)
  expect(backoff.nextMs()).toBeCloseTo(100, 2)
})
