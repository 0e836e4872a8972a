import { performance } from 'node:perf_hooks'
import { seedOfRun } from '@tygase/testkit'
import { afterAll, describe, it } from 'vitest'
import { playRoom } from './play-room.js'
import { addFigures, describeFigures, noFigures } from './room-figures.js'
import { type Carrier, drawRoomPlan } from './room-plan.js'

/** Each room is played for an hour of client time: 1 client for an hour, or 16 for four minutes. */
const roomClientMs = 3_600_000

/** Half of what a run of all tests plays; the other carrier plays as many. */
const rooms = 51

/** These are the same in each run, the others are fresh. */
const fixedRooms = 10

/** Declares the tests of one carrier's rooms, and prints what they came to. */
export function playHours(carrier: Carrier): void {
  const freshSeed = seedOfRun()
  const seeds = Array.from({ length: rooms }, (_, i) => (i < fixedRooms ? i + 1 : (freshSeed + i) % 2 ** 32))
  let figures = noFigures
  const beganAt = performance.now()

  describe(`rooms of clients that come, go, sleep and crash, on networks and servers that fail, over ${carrier}`, () => {
    it.each(seeds)('hold every version and every event for an hour of client time, with seed %i', async (seed) => {
      figures = addFigures(figures, await playRoom(drawRoomPlan(seed, carrier), roomClientMs))
    })
  })

  afterAll(() => {
    const line = describeFigures(figures, (performance.now() - beganAt) / 1000)
    console.log(`note: ${carrier}: ${line}; again: SEED=${freshSeed} npm test -- --only simulation`)
  })
}
