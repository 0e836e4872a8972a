import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lateBoundsMs, TickLateness } from '../../src/metrics/tick-lateness.js'

describe('the lateness of ticks', () => {
  it('has quantiles that are no smaller than the true ones, and 10 % larger at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (times) => {
          const lateness = new TickLateness()
          for (const ms of times) lateness.add(ms)
          const sorted = [...times].sort((a, b) => a - b)
          const { p50, p99, max } = lateness.take()
          for (const [found, share] of [
            [p50, 0.5],
            [p99, 0.99],
          ] as const) {
            const exact = sorted[Math.ceil(times.length * share) - 1]!
            // below a hundredth of a millisecond all is 0
            expect(found).toBeGreaterThanOrEqual(exact <= 0.01 ? 0 : exact * (1 - 1e-9))
            expect(found).toBeLessThanOrEqual(Math.max(0.011, exact * 1.1))
          }
          expect(max).toBe(sorted.at(-1))
        },
      ),
    )
  })

  it('counts each time in one bucket, whose bound it does not exceed', () => {
    const lateness = new TickLateness()
    for (const bound of lateBoundsMs) {
      lateness.add(bound)
      lateness.add(bound * 1.001)
    }
    lateness.add(-5)
    const { length } = lateBoundsMs
    expect(lateness.counts).toEqual([2, ...new Array<number>(length - 1).fill(2), 1])
    expect(lateness.sumMs).toBeCloseTo(
      lateBoundsMs.reduce((sum, ms) => sum + ms * 2.001, 0),
      6,
    )
  })

  it('forgets its quantiles when they are taken, and keeps its counts', () => {
    const lateness = new TickLateness()
    lateness.add(7)
    expect(lateness.take()).toEqual({ p50: 7, p99: 7, max: 7 })
    expect(lateness.take()).toEqual({ p50: 0, p99: 0, max: 0 })
    expect(lateness.counts[3]).toBe(1)
    lateness.add(1e9)
    expect(lateness.take().max).toBe(1e9)
    expect(lateness.counts.at(-1)).toBe(1)
  })
})
