import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Place, stepTowards } from '../src/motion.js'

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true })
const places: fc.Arbitrary<Place> = fc.record({ x: coordinate, y: coordinate, z: coordinate })
const distanceOf = (from: Place, to: Place) => Math.hypot(to.x - from.x, to.y - from.y, to.z - from.z)

describe('a step', () => {
  it('is as long as it may be, towards the goal and never beyond it, in all directions [R4]', () => {
    fc.assert(
      fc.property(places, places, fc.double({ min: 0.01, max: 10, noNaN: true }), (from, to, length) => {
        const next = stepTowards(from, to, length)
        const before = distanceOf(from, to)
        expect(distanceOf(next, to)).toBeCloseTo(Math.max(0, before - length), 6)
        expect(distanceOf(from, next)).toBeCloseTo(Math.min(before, length), 6)
      }),
    )
  })

  it('after step arrives at exactly the goal, in as many as the way is long [R4]', () => {
    fc.assert(
      fc.property(places, places, (from, to) => {
        const length = 7.5
        const steps = Math.max(1, Math.ceil(distanceOf(from, to) / length - 1e-9))
        let here = from
        for (let step = 0; step < steps; step++) here = stepTowards(here, to, length)
        expect(here).toEqual(to)
      }),
    )
  })

  it.each([
    [
      { x: -10, y: 0, z: 0 },
      { x: -0.5, y: 0, z: 0 },
    ],
    [
      { x: 0, y: -3, z: 4 },
      { x: 0, y: -0.3, z: 0.4 },
    ],
    [
      { x: 0.2, y: 0, z: 0 },
      { x: 0.2, y: 0, z: 0 },
    ],
    [
      { x: 0, y: 0, z: 0 },
      { x: 0, y: 0, z: 0 },
    ],
  ])('towards %j from the middle ends at %j', (to, end) => {
    const { x, y, z } = stepTowards({ x: 0, y: 0, z: 0 }, to, 0.5)
    expect([x, y, z]).toEqual([end.x, end.y, end.z].map((part) => expect.closeTo(part, 9)))
  })
})
