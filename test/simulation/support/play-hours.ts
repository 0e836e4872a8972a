import { seedOfRun } from '@tygase/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { often } from '../../support/effort.js'
import { clientMsOf, playRoom } from './play-room.js'
import { addFigures, describeFigures, noFigures, Stopwatch } from './room-figures.js'
import { type Carrier, drawRoomPlan, type RoomPlan } from './room-plan.js'

const hourMs = 3_600_000

/** The time of play in one room. */
const roomMs = often(60_000, 300_000)

/** A room takes seconds; on a busy machine it takes longer. */
const roomTimeoutMs = 900_000

/** The first seeds are the same in each run, the others are fresh. */
const fixedRooms = 2

/**
 * Declares the tests of one carrier's rooms, and prints their figures. `npm run soak` plays the same rooms for longer.
 * @param hours of client time
 */
export function playHours(carrier: Carrier, hours: number): void {
  const freshSeed = seedOfRun()
  const plans: RoomPlan[] = []
  for (let clientMs = 0; clientMs < hours * hourMs; ) {
    const seed = plans.length < fixedRooms ? plans.length + 1 : (freshSeed + plans.length) % 2 ** 32
    const plan = drawRoomPlan(seed, carrier)
    plans.push(plan)
    clientMs += clientMsOf(plan, roomMs)
  }
  let figures = noFigures
  const stopwatch = new Stopwatch()

  describe(`rooms of clients that come, go, sleep and crash, on networks and servers that fail, over ${carrier}`, () => {
    const title = 'hold every version and every event, with seed $seed'
    it.each(plans)(title, { timeout: roomTimeoutMs }, async (plan) => {
      figures = addFigures(figures, await playRoom(plan, roomMs))
    })

    it(`come to ${hours} hours of client time`, () => {
      expect(figures.clientMs).toBeGreaterThan(hours * hourMs)
    })
  })

  afterAll(() => {
    const line = describeFigures(figures, stopwatch)
    console.log(`note: ${carrier}: ${line}; again: SEED=${freshSeed} npm test -- --only simulation`)
  })
}
