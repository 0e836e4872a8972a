import { seedOfRun } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { beginToSend, ClusterWorld, leaseMs } from './support.js'

/** Three servers, two rooms, six clients that play. */
async function begin(seed: number): Promise<ClusterWorld> {
  const world = new ClusterWorld(seed)
  for (let servers = 0; servers < 3; servers++) await world.start({ isKept: true })
  for (let clients = 0; clients < 6; clients++) await world.join(`/arena/${clients % 2}`)
  return world
}

describe('a room whose server dies goes on at another one', () => {
  test('with its clients and their sessions, and no acked event is lost or done twice', async () => {
    const world = await begin(seedOfRun())
    const sending = beginToSend(world)
    await world.play(1500)
    const ids = world.players.map(({ clientId }) => clientId)
    const dead = world.serverOf(world.players[0]!)
    world.kill(dead)
    await world.play(3 * leaseMs)
    expect(world.serverOf(world.players[0]!)).not.toBe(dead)
    await world.play(1000)
    await sending.end()
    sending.expectOnce()
    expect(world.players.map(({ status }) => status)).toEqual(ids.map(() => 'connected'))
    expect(world.players.map(({ clientId }) => clientId)).toEqual(ids)
  })

  test('within 1.3 leases, in the median of twenty deaths', async () => {
    const gaps: number[] = []
    for (let turn = 0; turn < 20; turn++) {
      const world = await begin(seedOfRun() + turn)
      await world.play(700 + 37 * turn)
      const [player] = world.players as [(typeof world.players)[0]]
      world.kill(world.serverOf(player))
      const atMs = world.time.clock.now()
      const { turn: before } = player.state
      await world.play(5 * leaseMs, () => player.state.turn > before)
      gaps.push(world.time.clock.now() - atMs)
    }
    gaps.sort((a, b) => a - b)
    console.log(
      `note: failover in virtual time: p50 ${Math.round(gaps[10]!)} ms, longest ${Math.round(gaps.at(-1)!)} ms, of a lease of ${leaseMs} ms`,
    )
    expect(gaps[10]).toBeLessThanOrEqual(1.3 * leaseMs)
    expect(gaps.at(-1)).toBeLessThanOrEqual(2 * leaseMs)
  })

  test('also if nobody asks for it: its saved leaves run', async () => {
    const world = await begin(seedOfRun())
    await world.play(500)
    const dead = world.serverOf(world.players[0]!)
    const { key } = [...dead.server.rooms.values()].find(({ id }) => id === '0')!
    for (const player of world.players) player.disconnect()
    world.kill(dead)
    await world.play(4 * leaseMs)
    expect(world.processes.filter(({ server, isUp }) => isUp && server.rooms.has(key))).toHaveLength(1)
  })

  test('although another one that it has left cannot be made', async () => {
    const world = new ClusterWorld(seedOfRun())
    const dead = await world.start({ isKept: true })
    for (const id of ['1', '2', '3']) await world.until(dead.server.createRoom('arena', { id }))
    const next = await world.start({
      isKept: true,
      onCreate: ({ id }) => {
        if (id === '1') throw new Error('of a test')
      },
    })
    await world.play(500)
    world.kill(dead)
    await world.play(4 * leaseMs)
    expect([...next.server.rooms.keys()].sort()).toEqual(['arena/2', 'arena/3'])
  })

  test('and where it could not be made it does not go on from there once it has ended', async () => {
    const world = new ClusterWorld(seedOfRun())
    const dead = await world.start({ isKept: true })
    const player = await world.join('/arena/5')
    await world.play(2000)
    expect(player.state.turn).toBeGreaterThan(30)
    player.disconnect()
    const full = await world.start({ isKept: true, maxRooms: 1 })
    const other = await world.until(full.server.createRoom('arena', { id: 'other' }))
    world.kill(dead)
    await world.play(3 * leaseMs)
    await expect(world.until(full.server.createRoom('arena', { id: '5' }))).rejects.toMatchObject({
      code: 'room_limit',
    })
    const third = await world.start({ isKept: true })
    // it takes what nobody asks for
    expect(await world.play(5 * leaseMs, () => third.server.rooms.has('arena/5'))).toBe(true)
    await world.play(100)
    await world.until(third.server.rooms.get('arena/5')!.close())
    await world.until(other.close())
    await world.play(500)
    await world.until(full.server.createRoom('arena', { id: '5' }))
    expect((await world.join('/arena/5', full)).state.turn).toBeLessThan(30)
  })

  test('but not at one that drains: it takes no more rooms', async () => {
    const world = new ClusterWorld(seedOfRun())
    for (let servers = 0; servers < 2; servers++) await world.start({ isKept: true })
    for (let clients = 0; clients < 4; clients++) await world.join(`/arena/${clients}`)
    await world.play(500)
    const dead = world.serverOf(world.players[0]!)
    const drained = world.processes.find((process) => process !== dead)!
    const before = [...drained.server.rooms.keys()]
    // longer than the test
    void drained.server.drain({ deadlineMs: 600_000 })
    for (const player of world.players) player.disconnect()
    world.kill(dead)
    await world.play(5 * leaseMs)
    expect(before).toEqual(expect.arrayContaining([...drained.server.rooms.keys()]))
  })
})

test('a room without a journal ends with its server: its clients are closed, and come into a new room', async () => {
  const world = new ClusterWorld(seedOfRun())
  for (let servers = 0; servers < 2; servers++) await world.start()
  const player = await world.join('/arena/1')
  await world.play(500)
  world.kill(world.serverOf(player))
  await world.play(5 * leaseMs)
  expect(player.status).toBe('closed')
  const again = await world.join('/arena/1')
  expect(again.room.id).toBe('1')
  expect(again.clientId).not.toBe(player.clientId)
})

test('a server that stands still for longer than its lease finds its rooms gone, and its clients play on elsewhere', async () => {
  const world = await begin(seedOfRun())
  const sending = beginToSend(world)
  await world.play(1000)
  const paused = world.serverOf(world.players[0]!)
  paused.clock.pause()
  await world.play(3 * leaseMs)
  paused.clock.resume()
  await world.play(12_000)
  await sending.end()
  sending.expectOnce()
  for (const player of world.players) expect(player.status).toBe('connected')
  expect(world.serverOf(world.players[0]!)).not.toBe(paused)
})
