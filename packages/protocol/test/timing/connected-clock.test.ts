import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConnectedClock } from '../../src/timing.js'

it('connected time stops while there is no connection', () => {
  const clock = new ConnectedClock()
  expect(clock.read(50)).toBe(0)
  clock.start(100)
  clock.start(120)
  expect(clock.read(150)).toBe(50)
  clock.stop(160)
  expect(clock.read(500)).toBe(60)
  clock.start(1000)
  expect(clock.read(1010)).toBe(70)
})

it('connected time does not go on while nothing is read, and goes on by itself after that', () => {
  const clock = new ConnectedClock()
  clock.waitUntil(50, 0)
  clock.start(100)
  clock.waitUntil(300, 150)
  expect([clock.read(150), clock.read(299), clock.read(310)]).toEqual([50, 50, 60])
  expect(clock.whenReads(70)).toBe(320)
  clock.waitUntil(500, 310)
  clock.stop(400)
  clock.start(1000)
  expect(clock.read(1005)).toBe(65)
})

it('connected time says when it will reach a value, and never while it is stopped', () => {
  const clock = new ConnectedClock()
  expect(clock.whenReads(10)).toBe(Number.POSITIVE_INFINITY)
  clock.start(100)
  clock.stop(160)
  clock.start(1000)
  expect(clock.whenReads(70)).toBe(1010)
})

it('connected time has reached a value when it said so, however the numbers round', () => {
  const ms = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(ms, ms, ms, fc.double({ min: 0, max: 1e5, noNaN: true }), (start, counted, pause, wait) => {
      const clock = new ConnectedClock()
      clock.start(start)
      clock.stop(start + counted)
      clock.start(start + counted + pause)
      const due = clock.read(start + counted + pause) + wait
      const at = clock.whenReads(due)
      expect(clock.read(at)).toBeGreaterThanOrEqual(due)
      expect(clock.read(at) - due).toBeLessThan(1e-5)
    }),
    { numRuns: 2000 },
  )
})
