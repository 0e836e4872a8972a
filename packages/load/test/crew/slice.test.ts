import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Arrivals, addSlice, newSlice, newTimes, noteFault, noteTime, summaryOf } from '../../src/crew/slice.js'

describe('times', () => {
  it('are summed up to a hundredth of their size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 50_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const times = newTimes()
          for (const value of values) noteTime(times, value)
          const { p50, p99, max, count } = summaryOf(times)!
          const sorted = values.toSorted((a, b) => a - b)
          const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!
          expect(count).toBe(values.length)
          const near = (found: number, value: number): void =>
            expect(Math.abs(found - value)).toBeLessThanOrEqual(value * 0.01 + 0.0015)
          near(p50, at(0.5))
          near(p99, at(0.99))
          near(max, at(1))
        },
      ),
    )
  })

  it('have no summary if there are none', () => {
    expect(summaryOf(newTimes())).toBeUndefined()
  })

  it('that take longer than a minute count as a minute, and none as nothing', () => {
    const times = newTimes()
    noteTime(times, 0)
    expect(summaryOf(times)).toMatchObject({ p50: 0, max: 0 })
    noteTime(times, 3_600_000)
    expect(summaryOf(times)!.max).toBe(60_000)
  })
})

describe('slices', () => {
  it('of two threads add up, and those of two seconds follow each other', () => {
    const [sum, one, two] = [newSlice(), newSlice(), newSlice()]
    for (const [slice, connected] of [
      [one, 3],
      [two, 4],
    ] as const) {
      Object.assign(slice, { tried: 2, versions: 10, bytesIn: 5, bytesOut: 1, connected, utilization: connected / 10 })
      noteTime(slice.acks, connected)
      noteFault(slice.faults, 'too_soon', `of ${connected}`, connected)
    }
    addSlice(sum, one, true)
    addSlice(sum, two, true)
    expect(sum).toMatchObject({ tried: 4, versions: 20, bytesIn: 10, bytesOut: 2, connected: 7, utilization: 0.4 })
    expect(sum.acks.count).toBe(2)
    expect(sum.faults).toEqual(new Map([['too_soon', { count: 7, message: 'of 3' }]]))
    addSlice(sum, { ...newSlice(), connected: 5 }, false)
    expect(sum.connected).toBe(5)
  })
})

describe('the lateness of versions', () => {
  /** Versions at 10 Hz: number and arrival in ms. */
  function latenessOf(arrivals: readonly (readonly [version: number, atMs: number])[]): (number | undefined)[] {
    const seen = new Arrivals()
    return arrivals.map(([version, atMs]) => seen.note(version, atMs, 10))
  }

  it('counts from the best one, by the numbers of the versions', () => {
    expect(
      latenessOf([
        [1, 1000],
        [2, 1100],
        [3, 1230],
        [5, 1400],
        [6, 1560],
      ]),
    ).toEqual([undefined, 0, 30, 0, 60])
  })

  it('is none for a version that comes earlier than any other one, which is the best from then on', () => {
    expect(
      latenessOf([
        [1, 1000],
        [2, 1080],
        [3, 1200],
      ]),
    ).toEqual([undefined, 0, 20])
  })

  it('forgets the best one after two to four seconds, as clocks drift and servers drop ticks', () => {
    const seen = new Arrivals()
    seen.note(0, 0, 10)
    // from here on the server is 500 ms behind for ever
    const late = Array.from({ length: 300 }, (_, index) => seen.note(index + 1, 600 + index * 100, 10)!)
    expect(late[0]).toBe(500)
    expect(late[13]).toBe(500)
    expect(late.slice(40).every((lateMs) => lateMs === 0)).toBe(true)
  })

  it('begins anew after a restart, and when the game changes its pace', () => {
    const seen = new Arrivals()
    seen.note(1, 1000, 10)
    seen.restart()
    expect(seen.note(2, 5000, 10)).toBeUndefined()
    expect(seen.note(3, 5050, 20)).toBeUndefined()
    expect(seen.note(4, 5110, 20)).toBe(10)
  })
})
