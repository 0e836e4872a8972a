import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../src/clock.js'

const dayMs = 24 * 3600 * 1000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([
  ['a millisecond', 1],
  ['the longest that a timer can count', 2 ** 31 - 1],
  ['one more', 2 ** 31],
  ['a hundred days', 100 * dayMs],
])('a call scheduled after %s is made then, and once', (_, delayMs) => {
  const calls: number[] = []
  const beganMs = systemClock.now()
  systemClock.schedule(delayMs, () => calls.push(systemClock.now() - beganMs))
  vi.advanceTimersByTime(delayMs - 1)
  expect(calls).toEqual([])
  vi.advanceTimersByTime(1)
  vi.advanceTimersByTime(200 * dayMs)
  expect(calls).toEqual([delayMs])
})

test.each([0, 5, 50 * dayMs])('a call cancelled after %d ms is not made, and leaves no timer', (afterMs) => {
  let calls = 0
  const cancel = systemClock.schedule(100 * dayMs, () => calls++)
  vi.advanceTimersByTime(afterMs)
  cancel()
  expect(vi.getTimerCount()).toBe(0)
  expect(calls).toBe(0)
})

test('a call scheduled after Infinity is never made', () => {
  let calls = 0
  const cancel = systemClock.schedule(Number.POSITIVE_INFINITY, () => calls++)
  vi.advanceTimersByTime(400 * dayMs)
  expect(calls).toBe(0)
  cancel()
  expect(vi.getTimerCount()).toBe(0)
})

test('a call scheduled after 0 ms is made after schedule has returned, as soon as the runtime can', () => {
  const order: string[] = []
  systemClock.schedule(0, () => order.push('call'))
  order.push('returned')
  vi.advanceTimersByTime(0)
  expect(order).toEqual(['returned', 'call'])
})
