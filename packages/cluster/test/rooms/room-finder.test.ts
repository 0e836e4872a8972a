import { VirtualTime } from '@tygase/testkit/internal'
import { expect, it } from 'vitest'
import { RoomFinder, type RoomFinderOptions } from '../../src/rooms/room-finder.js'
import { SilentError } from '../../src/rooms/server-requests.js'

const leaseMs = 1000

/** A finder at the server `own`, beside the server `other`, which answers no request and keeps its lease. */
function besideSilent(time: VirtualTime, owner: string | undefined): RoomFinder {
  const servers = ['own', 'other'].map((serverId) => ({ serverId, address: '', kinds: { arena: 0 }, status: 'up' }))
  const server = {
    serverId: 'own',
    servers,
    ownerOf: async () => owner,
    place: () => servers[1],
  }
  const requests = {
    ask: async () => {
      throw new SilentError('of a test')
    },
  }
  const host = { sessions: 0, maxSessions: 10, isLeft: async () => false }
  // reason: the finder needs no more of them
  const parts = { server, requests, host, index: { openRooms: () => [] } } as unknown as RoomFinderOptions
  return new RoomFinder({ ...parts, clock: time.clock, logger: silentLogger, leaseMs, random: () => 0.5 })
}

const silentLogger = { debug() {}, info() {}, warn() {}, error() {} }

it.each([
  ['whose server keeps its lease and answers nothing', 'other'],
  ['that only such a server may take', undefined],
])('a client is not left waiting for a room %s', async (_, owner) => {
  const time = new VirtualTime()
  const finder = besideSilent(time, owner)
  let code: unknown
  finder.find({ kind: 'arena', id: '1' }, { mayMake: true, isBack: false }).catch((error: { code: unknown }) => {
    code = error.code
  })
  await time.moveTo(4 * leaseMs, () => code !== undefined)
  expect(code).toBe('room_unreachable')
  expect(time.clock.now()).toBeLessThanOrEqual(3 * leaseMs)
})
