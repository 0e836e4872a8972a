import { listRooms, watchRooms } from '@tygase/client'
import { seedOfRun } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { ClusterWorld, leaseMs } from './support.js'

const ids = (world: ClusterWorld, place: number): string[] =>
  world.processes[place]!.server.cluster!.servers.map(({ address }) => address).sort()

describe('the list of servers', () => {
  test('has all of them at each, and not one that has died, within a lease and a second; a new start is no second entry [C9]', async () => {
    const world = new ClusterWorld(seedOfRun())
    await world.start()
    const second = await world.start()
    await world.play(100)
    expect(ids(world, 0)).toEqual(['ws://server-1', 'ws://server-2'])
    expect(ids(world, 1)).toEqual(['ws://server-1', 'ws://server-2'])
    const [listed] = world.processes[0]!.server.cluster!.servers
    expect(listed).toMatchObject({ processId: process.pid, sessions: 0, maxSessions: 1000, weight: 1, status: 'up' })
    world.kill(second)
    await world.play(leaseMs + 1000)
    expect(ids(world, 0)).toEqual(['ws://server-1'])
    await world.start({ address: 'ws://server-2' })
    await world.play(100)
    expect(ids(world, 0)).toEqual(['ws://server-1', 'ws://server-2'])
  })

  test('has the load of each', async () => {
    const world = new ClusterWorld(seedOfRun())
    await world.start()
    await world.start()
    for (let clients = 0; clients < 3; clients++) await world.join('/arena/1')
    await world.play(leaseMs)
    const loads = world.processes[0]!.server.cluster!.servers.map(({ sessions }) => sessions)
    expect(loads.sort()).toEqual([0, 3])
  })
})

test.each([0, 100, 200, 300, 400, 500, 600, 700])(
  'a server that is cut off, shuts down %i ms later and runs again is in the list once',
  async (laterMs) => {
    const world = new ClusterWorld(seedOfRun())
    await world.start()
    const cut = await world.start()
    world.network.cut(cut.engine)
    // the others have taken it for dead, and it tries to come back
    await world.play(3 * leaseMs + laterMs)
    await world.until(cut.server.shutdown())
    const again = cut.server.run({ port: false })
    await world.play(10)
    world.network.heal(cut.engine)
    await world.until(again)
    await world.play(3 * leaseMs)
    expect(ids(world, 0)).toEqual(['ws://server-1', 'ws://server-2'])
  },
)

test('servers without an address say once that clients do not get from one to another', async () => {
  const world = new ClusterWorld(seedOfRun())
  const warnings: string[][] = []
  for (let servers = 0; servers < 3; servers++) {
    const own: string[] = []
    warnings.push(own)
    await world.start({ address: '', warn: (message) => own.push(message) })
  }
  await world.play(3 * leaseMs)
  const sentence = 'servers of the cluster have no `address`: clients do not get from one to another'
  expect(warnings).toEqual([[sentence], [sentence], [sentence]])
})

describe('new rooms', () => {
  const loads = (world: ClusterWorld): number[] =>
    world.processes.map(({ server, isUp }) => (isUp ? server.stats.sessions : 0))

  test('go to the server with less load [C10]', async () => {
    const world = new ClusterWorld(seedOfRun())
    await world.start()
    await world.start()
    for (let clients = 0; clients < 10; clients++) {
      await world.join(`/arena/${clients}`)
      // until the record of a server says how many it has
      await world.play(leaseMs / 2)
    }
    expect(loads(world)).toEqual([5, 5])
  })

  test('count for the address of the client that has asked for them, at whichever server they are', async () => {
    const world = new ClusterWorld(seedOfRun())
    await world.start({ maxRoomsPerAddress: 3 })
    await world.start({ maxRoomsPerAddress: 3 })
    world.clientHost = '192.0.2.1'
    const asked = world.processes[0]!
    for (let room = 0; room < 6; room++) {
      await world.join(`/arena/${room}`, asked)
      await world.play(leaseMs / 2)
    }
    expect(world.processes.map(({ server }) => server.rooms.size)).toEqual([3, 3])
    await expect(world.join('/arena/6', asked)).rejects.toMatchObject({ refusal: { code: 'room_limit' } })
    world.clientHost = '192.0.2.2'
    await world.join('/arena/7', asked)
  })

  test('go to no server that has just begun to drain, though not all have heard of it', async () => {
    const world = new ClusterWorld(seedOfRun())
    const draining = await world.start()
    const other = await world.start()
    await world.join('/arena/1', other)
    const busy = world.processes.find(({ server }) => server.rooms.size > 0)!
    const idle = busy === other ? draining : other
    await world.play(leaseMs)
    void idle.server.drain({ deadlineMs: 60_000 })
    const player = await world.join('/arena/2', busy)
    expect(world.serverOf(player).address).toBe(busy.address)
  })

  test('go to the others once a server has as many sessions as it takes, and to none if all have, with the reason [C10]', async () => {
    const world = new ClusterWorld(seedOfRun())
    await world.start({ maxSessions: 2 })
    await world.start({ maxSessions: 5 })
    for (let clients = 0; clients < 7; clients++) await world.join(`/arena/${clients}`)
    expect(loads(world)).toEqual([2, 5])
    await expect(world.join('/arena/7')).rejects.toMatchObject({
      code: 'connect_refused',
      closeInfo: { code: 'server_full' },
    })
  })

  test('go to servers by their weights [C10]', async () => {
    const world = new ClusterWorld(seedOfRun())
    await world.start({ weight: 2 })
    await world.start({ weight: 1 })
    for (let clients = 0; clients < 60; clients++) await world.join(`/arena/${clients}`)
    expect(loads(world)[0]).toBeGreaterThanOrEqual(36)
    expect(loads(world)[0]).toBeLessThanOrEqual(44)
  })

  test('pass over servers that drain or are dead [C10]', async () => {
    const world = new ClusterWorld(seedOfRun())
    const [dead, draining] = [await world.start(), await world.start(), await world.start()]
    world.kill(dead!)
    await world.until(draining!.server.drain())
    await world.play(leaseMs * 2)
    for (let clients = 0; clients < 6; clients++) await world.join(`/arena/${clients}`)
    expect(loads(world)).toEqual([0, 0, 6])
  })
})

test('the list of rooms at any server has those of all, and a client that watches it sees them come and go', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start({ idleGraceMs: 0 })
  for (let clients = 0; clients < 4; clients++) await world.join(`/arena/${clients}`)
  await world.play(1000)
  for (const { server } of world.processes) {
    expect((await listRooms(server)).map(({ id }) => id).sort()).toEqual(['0', '1', '2', '3'])
  }
  const list = await world.until(watchRooms(world.processes[0]!.address, {}, world.clientOptions()))
  expect(list.rooms.map(({ id }) => id).sort()).toEqual(['0', '1', '2', '3'])
  await world.until(world.players[2]!.disconnect())
  await world.play(2000)
  expect(list.rooms.map(({ id }) => id).sort()).toEqual(['0', '1', '3'])
  list.close()
})
