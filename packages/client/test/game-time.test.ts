import { createSeededRandom } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GameTime } from '../src/replica.js'

const tickRate = 20

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
