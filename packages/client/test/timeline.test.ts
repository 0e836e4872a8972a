import { createSeededRandom } from '@tygase/testkit/sim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Timeline } from '../src/timeline.js'

const tickRate = 20
const stepMs = 50

/** The place as one number: how far the drawing has come, in versions. */
function placeOf(timeline: Timeline, versions: number[], nowMs: number, delayMs: number): number {
  const { from, to, alpha } = timeline.place(versions, nowMs, delayMs)
  return from + (to - from) * alpha
}

test('with regular arrivals it moves at the pace of the ticks, delayed by delayMs', () => {
  const timeline = new Timeline(tickRate, 1)
  const versions: number[] = []
  for (let nowMs = 0; nowMs <= 2000; nowMs += 10) {
    if (nowMs % stepMs === 0) {
      versions.push(nowMs / stepMs)
      timeline.arrived(nowMs / stepMs, nowMs)
    }
    if (nowMs >= 200) expect(placeOf(timeline, versions, nowMs, 100)).toBeCloseTo((nowMs - 100) / stepMs, 6)
  }
})

describe('laws, whatever arrives when', () => {
  const script = fc.record({
    seed: fc.integer(),
    jitterMs: fc.integer({ min: 0, max: 300 }),
    skipChance: fc.double({ min: 0, max: 0.8, noNaN: true }),
    pauseAt: fc.integer({ min: 0, max: 200 }),
    pauseMs: fc.integer({ min: 0, max: 5000 }),
    delayMs: fc.integer({ min: 0, max: 300 }),
  })

  test('the place never goes back, never leaves the versions that are kept, and alpha is from 0 to 1', () => {
    fc.assert(
      fc.property(script, ({ seed, jitterMs, skipChance, pauseAt, pauseMs, delayMs }) => {
        const random = createSeededRandom(seed)
        const timeline = new Timeline(tickRate, 1)
        const versions: number[] = []
        let nowMs = 0
        let last = Number.NEGATIVE_INFINITY
        for (let version = 1; version <= 200; version++) {
          nowMs = Math.max(nowMs, version * stepMs + random() * jitterMs + (version > pauseAt ? pauseMs : 0))
          if (random() < skipChance) continue
          versions.push(version)
          if (versions.length > 64) versions.shift()
          timeline.arrived(version, nowMs)
          const { from, to, alpha } = timeline.place(versions, nowMs, delayMs)
          const place = from + (to - from) * alpha
          const isLawful = versions.includes(from) && versions.includes(to) && alpha >= 0 && alpha <= 1
          if (!isLawful || place < last - 1e-9) throw new Error(`from ${from} to ${to} at ${alpha} after ${last}`)
          last = place
        }
      }),
    )
  })

  test('jitter below the delay does not show: the speed stays within a tenth of one version per tick', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createSeededRandom(seed)
        const timeline = new Timeline(tickRate, 1)
        const arrivals = Array.from({ length: 400 }, (_, i) => ({
          version: i + 1,
          atMs: (i + 1) * stepMs + random() * 60,
        }))
        const versions: number[] = []
        let last: number | undefined
        let next = 0
        for (let nowMs = 0; nowMs < 390 * stepMs; nowMs += 10) {
          for (let arrival = arrivals[next]; arrival && arrival.atMs <= nowMs; arrival = arrivals[++next]) {
            versions.push(arrival.version)
            timeline.arrived(arrival.version, arrival.atMs)
          }
          if (versions.length < 10) continue
          const place = placeOf(timeline, versions, nowMs, 150)
          const pace = last === undefined ? 1 : (place - last) / (10 / stepMs)
          if (Math.abs(pace - 1) > 0.1 + 1e-9) throw new Error(`at ${nowMs} ms the pace is ${pace}`)
          last = place
        }
      }),
      { numRuns: 30 },
    )
  })
})

test('after a pause it goes on with the newest versions instead of racing after the time that was lost', () => {
  const timeline = new Timeline(tickRate, 1)
  const versions: number[] = []
  const arrive = (version: number, nowMs: number): void => {
    versions.push(version)
    timeline.arrived(version, nowMs)
  }
  for (let version = 1; version <= 20; version++) arrive(version, version * stepMs)
  expect(placeOf(timeline, versions, 10_000, 100)).toBe(20)
  for (let version = 21; version <= 40; version++) arrive(version, 9000 + version * stepMs)
  expect(placeOf(timeline, versions, 9000 + 40 * stepMs, 100)).toBeCloseTo(38, 6)
})

test.each([
  [1, 10, 4],
  [3, 40, 12],
])('with a version every %d ticks, a gap of %d ticks is drawn as a movement of the last %d', (sendEvery, gap, span) => {
  const timeline = new Timeline(tickRate, sendEvery)
  const versions = [10, 10 + gap]
  timeline.arrived(10, 0)
  timeline.arrived(10 + gap, gap * stepMs)
  const still = timeline.place(versions, (gap - span) * stepMs, 0)
  expect(still).toEqual({ from: 10, to: 10 + gap, alpha: 0 })
  const half = timeline.place(versions, (gap - span / 2) * stepMs, 0)
  expect(half.alpha).toBeCloseTo(0.5, 6)
})

test('with one version there is nothing to draw between', () => {
  const timeline = new Timeline(tickRate, 1)
  expect(timeline.place([7], 0, 100)).toEqual({ from: 7, to: 7, alpha: 1 })
  timeline.arrived(7, 0)
  expect(timeline.place([7], 5000, 100)).toEqual({ from: 7, to: 7, alpha: 1 })
})

test('after a restart it may be anywhere', () => {
  const timeline = new Timeline(tickRate, 1)
  timeline.arrived(100, 0)
  timeline.place([100], 0, 0)
  timeline.restart()
  timeline.arrived(3, 50)
  expect(timeline.place([3], 50, 0)).toEqual({ from: 3, to: 3, alpha: 1 })
})
