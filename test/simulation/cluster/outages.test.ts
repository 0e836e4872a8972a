import { seedOfRun } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { beginToSend, ClusterWorld, leaseMs } from './support.js'

describe('an outage of the engine', () => {
  test.each([
    ['of a third of a lease stops nothing', leaseMs / 3, true],
    ['of two leases stops all rooms, and ends no session', 2 * leaseMs, false],
    ['of ten leases does neither', 10 * leaseMs, false],
  ])('%s', async (_, outageMs, goesOn) => {
    const world = new ClusterWorld(seedOfRun())
    for (let servers = 0; servers < 2; servers++) await world.start()
    for (let clients = 0; clients < 4; clients++) await world.join(`/arena/${clients % 2}`)
    const sending = beginToSend(world)
    await world.play(1000)
    world.network.stop()
    await world.play(outageMs)
    const turns = world.players.map(({ state }) => state.turn)
    await world.play(100)
    const isMoving = world.players.every(({ state }, index) => state.turn > turns[index]!)
    expect(isMoving).toBe(goesOn)
    world.network.start()
    await world.play(3 * leaseMs)
    await sending.end()
    sending.expectOnce()
    for (const player of world.players) expect(player.status).toBe('connected')
    // nobody was taken for dead
    for (const { server } of world.processes) expect(server.cluster!.servers).toHaveLength(2)
    expect(world.processes.flatMap(({ server }) => [...server.rooms.keys()]).sort()).toEqual(['arena/0', 'arena/1'])
  })
})

test('a server that is cut off stops its rooms before another one may have them', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start()
  const player = await world.join('/arena/1')
  await world.play(500)
  const cut = world.serverOf(player)
  const other = world.processes.find((process) => process !== cut)!
  world.network.cut(cut.engine)
  let lastMs = 0
  let turn = player.state.turn
  await world.play(3 * leaseMs, () => {
    if (player.state.turn !== turn) lastMs = world.time.clock.now()
    turn = player.state.turn
    return other.server.cluster!.servers.length === 1
  })
  expect(world.time.clock.now() - lastMs).toBeGreaterThanOrEqual(leaseMs / 4)
  expect(cut.server.rooms.size).toBe(1)
  world.network.heal(cut.engine)
  await world.play(2 * leaseMs)
  // it has heard of its end, and begins anew
  expect(cut.server.rooms.size).toBe(0)
  expect(other.server.cluster!.servers).toHaveLength(2)
})

test('a server that finds no engine does not run alone: run rejects, and later it runs', async () => {
  const world = new ClusterWorld(seedOfRun())
  world.network.stop()
  const starting = world.start()
  await expect(starting).rejects.toMatchObject({ code: 'engine_unavailable' })
  world.network.start()
  await world.start()
  expect((await world.join('/arena/1')).status).toBe('connected')
})

test.each([
  ['with a journal', true],
  ['without one', false],
])('a server shuts down while the engine is gone: rooms %s wait for nothing', async (_, isKept) => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start({ isKept })
  for (let clients = 0; clients < 4; clients++) await world.join(`/arena/${clients}`)
  await world.play(500)
  const [first] = world.processes
  // one before it may not act, one after that
  world.network.stop()
  const early = world.processes[1]!.server.shutdown()
  await world.play(2 * leaseMs)
  await world.until(first!.server.shutdown(), 1000)
  await world.until(early, 10_000)
  expect(world.processes.flatMap(({ server }) => [...server.rooms.keys()])).toEqual([])
})
