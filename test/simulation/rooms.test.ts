import { describe, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { playRoom } from './support/play-room.js'
import { type Carrier, drawRoomPlan } from './support/room-plan.js'

const carriers: readonly Carrier[] = ['WebSocket', 'datagrams']
const seeds = withSeedOfRun(...often([], [1, 2, 3, 4, 5, 6, 7, 8]))

/** Short rooms. The hours of `hours-*.test.ts` are for rare faults. */
describe.each(carriers)('a room on a network and with clients and a server that fail, over %s', (carrier) => {
  it.each(seeds)('holds every version and every event, with seed %i', async (seed) => {
    await playRoom(drawRoomPlan(seed, carrier), 20_000)
  })
})
