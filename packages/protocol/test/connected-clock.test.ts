import { expect, it } from 'vitest'
import { ConnectedClock } from '../src/connected-clock.js'

it('connected time stands still while there is no connection', () => {
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

it('connected time tells when it will have come to a point, and never while it stands', () => {
  const clock = new ConnectedClock()
  expect(clock.whenReads(10)).toBe(Number.POSITIVE_INFINITY)
  clock.start(100)
  clock.stop(160)
  clock.start(1000)
  expect(clock.whenReads(70)).toBe(1010)
})
