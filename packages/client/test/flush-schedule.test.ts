import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { FlushSchedule } from '../src/flush-schedule.js'

function setUp() {
  const clock = new VirtualClock()
  const flushes: number[] = []
  const queue = { isEmpty: false }
  const schedule = new FlushSchedule(clock, 50, () => {
    if (!queue.isEmpty) flushes.push(clock.now())
    return !queue.isEmpty
  })
  return { clock, flushes, queue, schedule }
}

test('after a quiet time a request flushes at once, with all that is requested in the same turn', () => {
  const { clock, flushes, schedule } = setUp()
  clock.advance(10)
  schedule.request()
  schedule.request()
  expect(flushes).toEqual([])
  clock.advance(0)
  expect(flushes).toEqual([10])
})

test('requests that follow are flushed together when the interval is over', () => {
  const { clock, flushes, schedule } = setUp()
  schedule.request()
  clock.advance(5)
  schedule.request()
  clock.advance(20)
  schedule.request()
  clock.advance(200)
  expect(flushes).toEqual([0, 50])
})

test('now does not wait, takes what is scheduled along, and the interval begins anew', () => {
  const { clock, flushes, schedule } = setUp()
  schedule.request()
  clock.advance(10)
  schedule.request()
  schedule.now()
  expect(flushes).toEqual([0, 10])
  schedule.request()
  clock.advance(200)
  expect(flushes).toEqual([0, 10, 60])
})

test('stop drops what is scheduled', () => {
  const { clock, flushes, schedule } = setUp()
  schedule.request()
  schedule.stop()
  clock.advance(200)
  expect(flushes).toEqual([])
  expect(clock.pending).toBe(0)
})

test('a flush that finds nothing to send does not make the next one wait', () => {
  const { clock, flushes, queue, schedule } = setUp()
  queue.isEmpty = true
  schedule.request()
  clock.advance(5)
  queue.isEmpty = false
  schedule.request()
  clock.advance(1)
  expect(flushes).toEqual([5])
})
