import { createSeededRandom } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GameTime, Timeline } from '../src/replica.js'

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
          // a second caller, with another delay
          timeline.place(versions, nowMs, random() * 400)
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

test('places of other delays have no influence', () => {
  const timeline = new Timeline(tickRate, 1)
  for (let version = 1; version <= 20; version++) timeline.arrived(version, version * stepMs)
  const versions = Array.from({ length: 20 }, (_, i) => i + 1)
  const past = timeline.place(versions, 1000, 100)
  expect(past).toEqual({ from: 17, to: 18, alpha: 1 })
  expect(timeline.place(versions, 1000, 0)).toEqual({ from: 19, to: 20, alpha: 1 })
  expect(timeline.place(versions, 1000, 100)).toEqual(past)
})

test('after a restart it may be anywhere', () => {
  const timeline = new Timeline(tickRate, 1)
  timeline.arrived(100, 0)
  timeline.place([100], 0, 0)
  timeline.restart()
  timeline.arrived(3, 50)
  expect(timeline.place([3], 50, 0)).toEqual({ from: 3, to: 3, alpha: 1 })
})

describe('the game time', () => {
  const info = {
    ...{ host: null, running: true, tickRate, sendEveryTicks: 1, tick: 0, atMs: 0 },
    room: { kind: 'game', id: '1', maxClients: null, metadata: {} },
  }

  test('is that of the tick which is due at the server, also while no version comes', () => {
    const time = new GameTime()
    time.take({ ...info, tick: 100, atMs: 50_000 }, 1000, 49_000)
    expect(time.at(1000, 49_000)).toBeCloseTo(5, 6)
    expect(time.at(61_000, 49_000)).toBeCloseTo(65, 6)
  })

  test('runs from the arrival of the news until the clock of the server is known, then follows without a leap', () => {
    const time = new GameTime()
    time.take({ ...info, tick: 100, atMs: 50_000 }, 1000, undefined)
    expect(time.at(1500, undefined)).toBeCloseTo(5.5, 6)
    // the news took 80 ms: it is 5.58 at the server
    const times = Array.from({ length: 40 }, (_, i) => time.at(1500 + i * 50, 49_080))
    for (let i = 1; i < times.length; i++) {
      expect(times[i]! - times[i - 1]!).toBeGreaterThan(0.0449)
      expect(times[i]! - times[i - 1]!).toBeLessThan(0.0551)
    }
    expect(times.at(-1)).toBeCloseTo((1500 + 39 * 50 + 80 + 4000) / 1000, 6)
  })

  test('is never before the newest version', () => {
    const time = new GameTime()
    time.take({ ...info, tick: 100, atMs: 50_000 }, 1000, undefined)
    time.reached(200)
    expect(time.at(1000, undefined)).toBe(10)
  })

  test('stands still during a pause and goes on where it was', () => {
    const time = new GameTime()
    time.take(info, 0, 0)
    time.at(1000, 0)
    // the news of the pause at tick 20 comes 100 ms late
    time.take({ ...info, running: false, tick: 20, atMs: 1000 }, 1100, 0)
    const stopped = time.at(1100, 0)
    expect(stopped).toBeCloseTo(1.1, 6)
    expect(time.at(60_000, 0)).toBe(stopped)
    time.take({ ...info, tick: 21, atMs: 60_050 }, 60_100, 0)
    expect(time.at(63_000, 0)).toBeCloseTo(1.05 + 2.95, 6)
  })

  test('does not move with versions that are made during a pause, nor after it', () => {
    const time = new GameTime()
    time.take({ ...info, running: false, tick: 20, atMs: 1000 }, 1000, 0)
    time.reached(60)
    expect(time.at(5000, 0)).toBe(1)
    time.take({ ...info, tick: 60, time: 1, atMs: 9000 }, 9000, 0)
    time.reached(61)
    expect(time.at(9000, 0)).toBeCloseTo(1, 6)
    expect(time.at(10_000, 0)).toBeCloseTo(2, 2)
  })

  test('leaps if ticks are far ahead, and waits if they are far behind', () => {
    const time = new GameTime()
    time.take(info, 0, 0)
    expect(time.at(1000, 0)).toBe(1)
    time.take({ ...info, tick: 1000, atMs: 1000 }, 1000, 0)
    expect(time.at(1000, 0)).toBe(50)
    time.take({ ...info, tick: 900, atMs: 1000 }, 1000, 0)
    expect([time.at(1000, 0), time.at(5000, 0)]).toEqual([50, 50])
    time.restart()
    expect(time.at(5000, 0)).toBe(49)
  })

  test('never goes back, whatever comes when', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createSeededRandom(seed)
        const time = new GameTime()
        let last = 0
        let nowMs = 0
        for (let i = 0; i < 300; i++) {
          nowMs += random() * 200
          if (random() < 0.05) {
            const tick = Math.floor(random() * 400)
            time.take({ ...info, tick, atMs: nowMs - 500 * random(), running: random() < 0.7 }, nowMs, undefined)
          }
          if (random() < 0.1) time.reached(Math.floor(nowMs / 50))
          const offsetMs = random() < 0.5 ? undefined : random() * 600 - 300
          const seconds = time.at(nowMs, offsetMs)
          if (!(seconds >= last)) throw new Error(`${seconds} after ${last}`)
          last = seconds
        }
      }),
    )
  })
})
