import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { RoomTicks, TickSchedule } from '../../src/sending/tick-loop.js'

describe.each([[1], [7], [20], [30], [60], [128], [1000]])('at %i Hz', (tickRate) => {
  const intervalMs = 1000 / tickRate

  test('the first tick is due within one interval, whenever a room begins and wherever its slot is', () => {
    const random = createSeededRandom(tickRate)
    const slots = new TickSchedule(new VirtualClock())
    for (let i = 0; i < 500; i++) {
      const nowMs = i % 2 === 0 ? random() * 1e9 : Math.floor(random() * 1000) * intervalMs
      const waitMs = new RoomTicks(slots, tickRate).begin(nowMs) - nowMs
      expect(waitMs).toBeGreaterThan(0)
      expect(waitMs).toBeLessThan(intervalMs * (1 + 1e-6))
    }
  })

  test.each([
    ['few rooms tick four at a time', 0.5, 4],
    ['more than fit so are spread evenly', 1.5, 6],
  ])('%s, and those of a slot tick together whenever they begin', (_which, share, perSlot) => {
    const slots = new TickSchedule(new VirtualClock())
    const all = Math.max(1, Math.round(intervalMs / 5))
    const count = share < 1 ? Math.ceil(all * share) : all
    const phases = new Map<string, number>()
    for (let i = 0; i < count * perSlot; i++) {
      // each later than the one before by some ticks
      const atMs = new RoomTicks(slots, tickRate).begin(1000 + Math.floor(i / count) * 3 * intervalMs)
      const phase = ((atMs + 1e-6) % intervalMs).toFixed(3)
      phases.set(phase, (phases.get(phase) ?? 0) + 1)
    }
    expect([phases.size, ...new Set(phases.values())]).toEqual([count, perSlot])
  })
})

test('a slot that a room has left is filled first', () => {
  const slots = new TickSchedule(new VirtualClock())
  // four in each of ten slots
  const rooms = Array.from({ length: 40 }, () => new RoomTicks(slots, 20))
  const begins = rooms.map((room) => room.begin(0))
  rooms[13]!.end()
  rooms[13]!.end()
  expect(new RoomTicks(slots, 20).begin(0)).toBe(begins[13])
  // one that runs and is run again keeps one slot
  expect(rooms[5]!.begin(0)).toBe(begins[5])
  expect(new RoomTicks(slots, 20).begin(0)).toBe(begins[0])
})
