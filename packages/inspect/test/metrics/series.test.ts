import { describe, expect, it } from 'vitest'
import { mostPoints, type SeriesPoint, SeriesRings } from '../../src/metrics/series.js'

const empty = new SeriesRings(0).read()

/** A point whose numbers are all the same. */
function pointOf(number: number): SeriesPoint {
  // reason: the names are those of the rings
  return Object.fromEntries(Object.keys(empty.points).map((name) => [name, number])) as SeriesPoint
}

describe('the rings', () => {
  it('are empty at first, and all of one length', () => {
    expect(empty.startMs).toBe(0)
    expect(new Set(Object.values(empty.points).map(({ length }) => length))).toEqual(new Set([0]))
    expect(Object.keys(empty.points).length).toBe(23)
  })

  it('have the oldest point first, with the end of its second', () => {
    const rings = new SeriesRings(5000)
    for (let i = 1; i <= mostPoints + 7; i++) rings.push(pointOf(i), 1)
    const { points, startMs, everyMs } = rings.read()
    expect([points.bytesOut[0], points.bytesOut.at(-1), points.bytesOut.length]).toEqual([8, 307, 300])
    expect(startMs).toBe(5000 + 8 * everyMs)
    expect(startMs + (mostPoints - 1) * everyMs).toBe(5000 + 307 * everyMs)
  })

  it('repeat a point for the seconds in which the process stood still, however many', () => {
    const rings = new SeriesRings(0)
    rings.push(pointOf(1), 1)
    rings.push(pointOf(2), 3)
    expect(rings.read().points.idle).toEqual([1, 2, 2, 2])
    rings.push(pointOf(3), 1_000_000)
    const { points, startMs } = rings.read()
    expect(new Set(points.idle)).toEqual(new Set([3]))
    expect([points.idle.length, startMs]).toEqual([mostPoints, 1_000_004_000 - 299_000])
  })

  it('are copies: a reading does not change any more', () => {
    const rings = new SeriesRings(0)
    rings.push(pointOf(1), 1)
    const before = rings.read()
    rings.push(pointOf(2), 1)
    expect(before.points.rooms).toEqual([1])
    rings.clear(9000)
    expect(rings.read()).toMatchObject({ startMs: 9000 })
  })
})
