import { seedOfRun } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { beginToSend, ClusterWorld, type Process } from './support.js'

/** The record of a room, as an engine keeps it. */
function recordKey(room: string): string {
  return `room.${Buffer.from(room).toString('base64url')}`
}

test.each([0, 1])(
  'a room whose claim was written, but never answered, is made when a client asks server %s',
  async (at) => {
    const world = new ClusterWorld(seedOfRun())
    for (let servers = 0; servers < 2; servers++) await world.start()
    const [first] = world.processes as [Process, Process]
    const record = { serverId: first.cluster.serverId, epoch: 1 }
    const bytes = new TextEncoder().encode(JSON.stringify(record))
    await world.until(first.engine.records.create(recordKey('arena/9'), bytes))
    const player = await world.join('/arena/9', world.processes[at]!)
    expect(player.status).toBe('connected')
  },
)

test('a room is lost at no moment of its way, if a server is cut off there for less than a lease', async () => {
  for (const isFrom of [true, false]) {
    for (let ms = 0; ms < 20; ms++) {
      const world = new ClusterWorld(seedOfRun())
      for (let servers = 0; servers < 2; servers++) await world.start()
      const player = await world.join('/arena/9')
      world.watchTicks()
      const sending = beginToSend(world)
      await world.play(300)
      const from = world.serverOf(player)
      const to = world.processes.find((process) => process !== from)!
      // one that could not be moved has gone on where it was
      const draining = from.server.drain().catch(() => {})
      await world.play(ms)
      const { engine } = isFrom ? from : to
      world.network.cut(engine)
      await world.play(300)
      world.network.heal(engine)
      await world.until(draining)
      await world.play(3000)
      await sending.end()
      sending.expectOnce()
      expect(player.status, `cut after ${ms} ms`).toBe('connected')
      expect(world.processes.filter(({ server }) => server.rooms.has('arena/9'))).toHaveLength(1)
      expect(world.problems).toEqual([])
    }
  }
})
