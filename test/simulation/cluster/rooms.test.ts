import { seedOfRun } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { BarePage } from './bare-page.js'
import { beginToSend, ClusterWorld, type Process } from './support.js'

test('a client that asks any server comes into the one room of that id', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 3; servers++) await world.start()
  for (const process of world.processes) await world.join('/arena/42', process)
  await world.play(200)
  const [first] = world.players
  expect(world.processes.filter(({ server }) => server.rooms.size > 0)).toHaveLength(1)
  for (const player of world.players) {
    expect(player.room.id).toBe('42')
    expect(Object.keys(player.state.counts)).toHaveLength(3)
  }
  expect(first!.status).toBe('connected')
})

test('clients that ask for any room fill the rooms that there are, at whichever server', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start({ maxClients: 3 })
  for (let clients = 0; clients < 6; clients++) {
    await world.join('/arena')
    await world.play(600)
  }
  expect(world.processes.flatMap(({ server }) => [...server.rooms.keys()])).toHaveLength(2)
})

test('a drained server leaves its rooms to others, with their clients, and no event is lost or done twice', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start()
  for (let clients = 0; clients < 4; clients++) await world.join('/arena/7')
  const from = world.serverOf(world.players[0]!)
  const sending = beginToSend(world)
  await world.play(500)
  await world.until(from.server.drain())
  expect(from.server.rooms.size).toBe(0)
  await world.play(1000)
  await sending.end()
  sending.expectOnce()
  const to = world.serverOf(world.players[0]!)
  expect(to).not.toBe(from)
  for (const player of world.players) expect(player.status).toBe('connected')
})

test('a join takes six messages of the engine at most', async () => {
  const world = new ClusterWorld(seedOfRun())
  // a lease so long that no renewal is counted
  for (let servers = 0; servers < 3; servers++) {
    await world.start({ maxClients: 4, weight: servers === 0 ? 1 : 1e-6, ownLeaseMs: 600_000 })
  }
  const [first, second] = world.processes as [Process, Process]
  const messagesOf = async (path: string, at: Process): Promise<number> => {
    // until the lists say what is new
    await world.play(600)
    const before = world.messages
    await world.join(path, at)
    return world.messages - before
  }
  const found = {
    'a new room, at the server that is asked': await messagesOf('/arena/new', first),
    'a new room, at another server': await messagesOf('/arena/other', second),
    'a room that the server has': await messagesOf('/arena/new', first),
    'a room that another server has': await messagesOf('/arena/new', second),
    'any room, where one is open': await messagesOf('/arena', second),
  }
  for (const [what, messages] of Object.entries(found)) expect(messages, what).toBeLessThanOrEqual(6)
  console.log(`note: messages of an engine for a join: ${JSON.stringify(found)}`)
})

test('a page that was loaded again is the same client, at whichever server it asks for any room', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 3; servers++) await world.start()
  const [first, second] = world.processes as [Process, Process]
  const before = new BarePage(world, '/arena')
  before.ask(first)
  await world.play(500)
  const owner = before.movedTo ? world.processes.find(({ address }) => before.movedTo!.startsWith(address))! : first
  if (before.movedTo !== undefined) before.ask(owner, new URL(before.movedTo).pathname)
  await world.play(500)
  expect(before.session.status).toBe('connected')
  const { secret } = before.session
  const other = owner === second ? first : second
  const after = new BarePage(world, '/arena', secret)
  after.ask(other)
  await world.play(500)
  const [key] = [...owner.server.rooms.keys()]
  expect(after.movedTo).toBe(`${owner.address}/${key}`)
  after.ask(owner, `/${key}`)
  await world.play(500)
  expect(after.session.clientId).toBe(before.session.clientId)
  // one that no server knows is a new client
  const stranger = new BarePage(world, '/arena/other', { ...secret!, clientId: 'zzzzzzzz' })
  stranger.ask(other)
  await world.play(1000)
  expect(stranger.session.clientId ?? 'moved').not.toBe('zzzzzzzz')
})

test('a room that the other server refuses goes on where it was, and drain says why', async () => {
  const world = new ClusterWorld(seedOfRun())
  const from = await world.start()
  const full = await world.start({ maxRooms: 1 })
  await world.until(from.server.createRoom('arena', { id: '1' }))
  await world.until(full.server.createRoom('arena', { id: '2' }))
  const [player] = [await world.join('/arena/1'), await world.join('/arena/2')]
  await world.play(500)
  const drained = world.until(from.server.drain())
  await expect(drained).rejects.toMatchObject({ code: 'room_refused', message: expect.stringContaining('room_limit') })
  expect([...from.server.rooms.keys()]).toEqual(['arena/1'])
  expect([...full.server.rooms.keys()]).toEqual(['arena/2'])
  await world.play(3000)
  const { turn } = player.state
  await world.play(1000)
  expect(player.status).toBe('connected')
  expect(player.state.turn).toBeGreaterThan(turn)
})

test('a list of rooms too long for one message is cut, so that a server which joins later has the oldest', async () => {
  const world = new ClusterWorld(seedOfRun())
  const [first, second] = [await world.start(), await world.start()]
  const metadata = { text: 'x'.repeat(3500) }
  for (let room = 0; room < 200; room++) await world.until(first.server.createRoom('arena', { metadata }))
  const third = await world.start()
  await world.play(3000)
  for (const { server } of [second, third]) expect(server.listRooms({ limit: 1000 }).length).toBeGreaterThan(100)
  expect(first.server.listRooms({ limit: 1000 })).toHaveLength(200)
})

test('a client is sent on to the longest address, and to the longest names of a room', async () => {
  const world = new ClusterWorld(seedOfRun())
  const long = (name: string): string => `ws://${name.repeat(47)}.${name.repeat(46)}`.slice(0, 100)
  const servers = [await world.start({ address: long('a') }), await world.start({ address: long('b') })]
  const path = `/arena/${'x'.repeat(64)}`
  for (const server of servers) expect((await world.join(path, server)).room.id).toHaveLength(64)
  expect(servers.filter(({ server }) => server.rooms.size > 0)).toHaveLength(1)
})
