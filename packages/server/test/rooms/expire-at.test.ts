import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { expireAt } from '../../src/rooms/expire-at.js'

/** A clock, and a time of day that goes with it. */
function setTime() {
  const clock = new VirtualClock()
  const wallClock = { now: () => 1_000_000 + clock.now() }
  const ends: number[] = []
  const end = (): void => void ends.push(clock.now())
  return { clock, wallClock, ends, end }
}

test('it comes once, when the time of day is there', () => {
  const { clock, wallClock, ends, end } = setTime()
  expireAt(clock, wallClock, 1_005_000, end)
  clock.advance(20_000)
  expect(ends).toEqual([5000])
})

test('what has passed already comes with the next turn, and not within the call', () => {
  const { clock, wallClock, ends, end } = setTime()
  expireAt(clock, wallClock, 5, end)
  expect(ends).toEqual([])
  clock.advance(0)
  expect(ends).toEqual([0])
})

test('more days than a timer of the runtime can count are waited for', () => {
  const { clock, wallClock, ends, end } = setTime()
  const days = 100 * 24 * 3600 * 1000
  expireAt(clock, wallClock, 1_000_000 + days, end)
  clock.advance(days - 1)
  expect(ends).toEqual([])
  clock.advance(1)
  expect(ends).toEqual([days])
})

test.each([0, 50 * 24 * 3600 * 1000])('cancelled after %d ms it does not come', (afterMs) => {
  const { clock, wallClock, ends, end } = setTime()
  const cancel = expireAt(clock, wallClock, 1_000_000 + 100 * 24 * 3600 * 1000, end)
  clock.advance(afterMs)
  cancel()
  expect(clock.pending).toBe(0)
  clock.advance(200 * 24 * 3600 * 1000)
  expect(ends).toEqual([])
})
