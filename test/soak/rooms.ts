import { playRoom } from '../simulation/support/play-room.js'
import { addFigures, describeFigures, noFigures, Stopwatch } from '../simulation/support/room-figures.js'
import { type Carrier, describeRoomPlan, drawRoomPlan } from '../simulation/support/room-plan.js'
import type { SoakOptions } from './options.js'

/** Longer than `npm test` plays a room. */
const roomMs = 1_200_000
const carriers: readonly Carrier[] = ['WebSocket', 'datagrams']

/** Plays one room after the other, each with the next seed. @returns whether nothing was found */
export async function playRooms({ minutes, seed, rooms, carrier }: SoakOptions): Promise<boolean> {
  const stopwatch = new Stopwatch()
  let figures = noFigures
  let findings = 0
  for (let count = 0; count < rooms && stopwatch.seconds < minutes * 60; count++) {
    const plan = drawRoomPlan((seed + count) % 2 ** 32, carrier ?? carriers[count % carriers.length]!)
    try {
      figures = addFigures(figures, await playRoom(plan, roomMs))
      console.log(`rooms: ${describeRoomPlan(plan)}\n       ${describeFigures(figures, stopwatch)}`)
    } catch (error) {
      findings++
      console.log(`rooms: FOUND ${error instanceof Error ? error.message : error}`)
    }
  }
  console.log(`rooms: ${describeFigures(figures, stopwatch)}, ${findings} findings`)
  return findings === 0
}
