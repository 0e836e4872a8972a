import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SeenPlaces } from '../../src/events/seen-places.js'

/** 40 ticks a second: 10 of them are 250 ms, 20 are 500 ms. */
const bounds = { tickRate: 40, maxRewindMs: 250 }

const seed = 11

/** The moment of an event is known to one tick, in which a screen moves by 1.15, and its place to an eighth. */
const doubt = 1.275

function law(property: fc.IRawProperty<unknown>): void {
  fc.assert(property, { seed, numRuns: 500 })
}

/** What a client claims, some ticks after its last claim. */
const claims = fc.array(
  fc.record({
    ticks: fc.integer({ min: 0, max: 30 }),
    ahead: fc.integer({ min: -10, max: 60 }),
    seen: fc.oneof(fc.integer({ min: -200, max: 2000 }), fc.constantFrom(-1e300, 1e300, 0, 2 ** 53)),
  }),
  { maxLength: 40 },
)

describe('the place that an event has seen', () => {
  test('is within maxRewindMs before its tick and no newer than the newest tick, whatever is claimed', () => {
    law(
      fc.property(claims, (all) => {
        const places = new SeenPlaces(bounds)
        let newest = 100
        for (const { ticks, ahead, seen } of all) {
          newest += ticks
          const tick = newest + 1 + Math.max(0, ahead)
          const place = places.take('a', seen, tick, newest)
          expect(place).toBeLessThanOrEqual(newest)
          expect(place).toBeGreaterThanOrEqual(Math.min(tick - 10, newest))
        }
      }),
    )
  })

  test('moves as a screen does without a break: never back, and at 0.85 to 1.15 of the time', () => {
    law(
      fc.property(claims, (all) => {
        const places = new SeenPlaces(bounds)
        let newest = 100
        const taken: { tick: number; place: number }[] = []
        for (const { ticks, seen } of all) {
          newest += ticks % 20
          const tick = newest + 1
          const place = places.take('a', seen, tick, newest)
          for (const before of taken) {
            const passed = tick - before.tick
            expect(place).toBeGreaterThanOrEqual(before.place)
            // over any number of events the doubt counts once at each end
            expect(place - before.place).toBeLessThanOrEqual(1.15 * passed + 2 * doubt + 3 + 1e-9)
            const least = Math.min(0.85 * passed - 2 * doubt, newest - before.place)
            expect(place - before.place).toBeGreaterThanOrEqual(least - 1e-9)
          }
          taken.push({ tick, place })
        }
      }),
    )
  })

  test('is the claimed one for every screen that is paced by real time, at any moment of a tick', () => {
    const moments = fc.array(
      fc.record({ afterTicks: fc.double({ min: 0, max: 25, noNaN: true }), pace: fc.double({ min: 0.9, max: 1.1 }) }),
      { maxLength: 40 },
    )
    law(
      fc.property(moments, fc.double({ min: 0, max: 6, noNaN: true }), (all, delay) => {
        const places = new SeenPlaces(bounds)
        // where the client lives, and what its screen shows of the others
        let own = 100
        let screen = own - 2 - delay
        for (const { afterTicks, pace } of all) {
          own += afterTicks
          screen = Math.min(Math.max(screen + afterTicks * pace, own - 8.5), own - 2)
          const tick = Math.ceil(own)
          const claimed = tick - Math.round((tick - screen) * 8) / 8
          expect(places.take('a', claimed, tick, tick - 1)).toBe(claimed)
        }
      }),
    )
  })

  test('is cut if its event comes late, and the next one in time is not', () => {
    const places = new SeenPlaces({ ...bounds, maxRewindMs: 1000 })
    const shown = (tick: number): number => tick - 8
    for (let tick = 100; tick < 200; tick += 10) expect(places.take('a', shown(tick), tick, tick - 1)).toBe(shown(tick))
    // three events for ticks 200 to 204 come in tick 208
    for (const tick of [200, 202, 204]) expect(places.take('a', shown(tick), 208, 207)).toBeGreaterThan(shown(tick))
    for (let tick = 209; tick < 260; tick += 3) expect(places.take('a', shown(tick), tick, tick - 1)).toBe(shown(tick))
  })

  test('is cut if its event comes late after a silence, and the next one in time is not', () => {
    const places = new SeenPlaces(bounds)
    const shown = (tick: number): number => tick - 6
    expect(places.take('a', shown(100), 100, 99)).toBe(shown(100))
    // an event for tick 130 comes in tick 136: that is further back than 10 ticks
    expect(places.take('a', shown(130), 136, 135)).toBe(126)
    for (let tick = 142; tick < 200; tick += 6) expect(places.take('a', shown(tick), tick, tick - 1)).toBe(shown(tick))
  })

  test('of an event in time is not cut after a late one that was not cut, as after a silence in a room that rewinds for long', () => {
    const places = new SeenPlaces({ ...bounds, maxRewindMs: 1000 })
    const shown = (tick: number): number => tick - 6
    expect(places.take('a', shown(100), 100, 99)).toBe(shown(100))
    expect(places.take('a', shown(130), 136, 135, 130)).toBe(shown(130))
    for (let tick = 139; tick < 200; tick += 6) expect(places.take('a', shown(tick), tick, tick - 1)).toBe(shown(tick))
  })

  test('moves as fast as a screen and 500 ms at most, whatever stamps say, and without a silence no faster', () => {
    law(
      fc.property(claims, (all) => {
        const places = new SeenPlaces({ ...bounds, maxRewindMs: 1000 })
        let newest = 100
        let last: { tick: number; place: number } | undefined
        for (const { ticks, ahead, seen } of all) {
          newest += ticks
          const tick = newest + 1
          const place = places.take('a', seen, tick, newest, tick + ahead)
          if (last !== undefined) {
            const passed = tick - last.tick
            const silence = passed > 10 ? Number.POSITIVE_INFINITY : 1.15 * 10
            expect(place).toBeGreaterThanOrEqual(last.place)
            expect(place - last.place).toBeLessThanOrEqual(1.15 * passed + silence + 2 * doubt + 3 + 1e-9)
          }
          last = { tick, place }
        }
      }),
    )
  })

  test('may be another one after half a second of silence', () => {
    const places = new SeenPlaces(bounds)
    expect(places.take('a', 99, 101, 100)).toBe(99)
    // 20 ticks later the screen cannot have fallen back by 7
    expect(places.take('a', 112, 121, 120)).toBeCloseTo(99 + 0.85 * 20 - 1.275, 9)
    expect(places.take('a', 132, 142, 141)).toBe(132)
  })

  test('of one client does not bind another, and a client that has left is forgotten', () => {
    const places = new SeenPlaces(bounds)
    expect(places.take('a', 99, 101, 100)).toBe(99)
    expect(places.take('b', 92, 101, 100)).toBe(92)
    expect(places.take('a', 92, 101, 100)).toBe(99)
    places.forget('a')
    expect(places.take('a', 92, 101, 100)).toBe(92)
  })
})
