import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { ReadingPause } from '../../src/defence/reading-pause.js'

function setUp() {
  const clock = new VirtualClock()
  const pause = new ReadingPause(clock)
  const ends: number[] = []
  return { clock, pause, ends, resume: () => void ends.push(clock.now()) }
}

test('a pause ends once, when it is over', () => {
  const { clock, pause, ends, resume } = setUp()
  pause.begin(100, resume)
  clock.advance(1000)
  expect(ends).toEqual([100])
  expect(clock.pending).toBe(0)
})

test('a pause that begins anew ends when the later one does', () => {
  const { clock, pause, ends, resume } = setUp()
  pause.begin(100, resume)
  clock.advance(50)
  pause.begin(200, resume)
  clock.advance(1000)
  expect(ends).toEqual([200])
})

test('a pause does not end when it is cancelled, and leaves no timer', () => {
  const { clock, pause, ends, resume } = setUp()
  pause.begin(100, resume)
  pause.cancel()
  expect(clock.pending).toBe(0)
  clock.advance(1000)
  expect(ends).toEqual([])
})

test('a pause does not end before its time though its timer goes off early', () => {
  const { clock, ends, resume } = setUp()
  const hasty = { now: () => clock.now(), schedule: (ms: number, work: () => void) => clock.schedule(ms * 0.9, work) }
  new ReadingPause(hasty).begin(100, resume)
  clock.advance(99)
  expect(ends).toEqual([])
  clock.advance(2)
  expect(ends).toHaveLength(1)
})
