import { connect } from '@tygase/client'
import { defineGame, EntityMap, encodeDelta, equalStates } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { datagrams, links, type Simulation, simulate } from '@tygase/testkit'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { court } from './support/court.js'
import { pass } from './support/telephone.js'

type Room = Simulation<typeof court>

function isEqual(room: Room, index: number): boolean {
  return equalStates(room.clients[index]!.connection.state, room.server.store.state)
}

/** Bytes that a client has got since the last call. */
function meter(room: Room, index: number): () => number {
  const { connection } = room.clients[index]!
  let before = connection.stats.bytesIn
  return () => {
    const bytes = connection.stats.bytesIn - before
    before = connection.stats.bytesIn
    return bytes
  }
}

test.each([32_760, 65_530, 2 ** 32 - 5])(
  'versions continue beyond %i, and a client that joins then has the whole state within a second [P10]',
  async (begin) => {
    const clock = new VirtualClock()
    const random = createSeededRandom(10)
    const server = new Server({ game: court, clock, random })
    const { store } = server
    store.reset({ ...court.initialState(), score: 100 }, begin)
    await server.run({ port: false })
    const join = async () => {
      const joining = connect<typeof court>(server, { clock, random })
      await pass(clock, 1000)
      return joining
    }
    const first = await join()
    for (let count = 0; count < 20; count++) {
      first.dispatchEvent('score', 1)
      await pass(clock, 100)
    }
    const late = await join()
    expect(store.version).toBeGreaterThan(begin + 10)
    for (const { version, state } of [first, late]) {
      expect(version).toBe(store.version)
      expect(state.score).toBe(120)
      expect(equalStates(state, store.state)).toBe(true)
    }
    await server.shutdown({ endSessions: true })
  },
)

describe('a client that joins late', () => {
  test('after 1,000 changes has the whole state at once, and gets small deltas from then on [P35]', async () => {
    const room: Room = await simulate({ game: court, clients: 1, seed: 35 })
    const [first] = room.clients
    await room.complete(first!.connection.request('fill', 20_000))
    for (let count = 0; count < 1000; count++) {
      first!.connection.dispatchEvent('score', 1)
      await room.step(50)
    }
    await room.settle()
    const joiner = room.addClient()
    const begunMs = room.nowMs
    await room.complete(joiner.connected)
    expect(room.nowMs - begunMs).toBeLessThanOrEqual(2 * 50)
    expect(joiner.connection.state.score).toBe(1000)
    await room.settle()
    expect(isEqual(room, 1)).toBe(true)
    const bytes = meter(room, 1)
    for (let count = 0; count < 20; count++) {
      first!.connection.dispatchEvent('score', 1)
      await room.step(50)
    }
    const snapshotBytes = encodeDelta(undefined, room.server.store.state).length
    expect(bytes()).toBeLessThan(snapshotBytes / 20)
    await room.settle()
    expect(isEqual(room, 1)).toBe(true)
    await room.end()
  })
})

/** Versions that clients may come back with are held, unless that is forbidden. */
const few = { maxVersions: 100, maxHeldVersions: 0 }

describe('a client that hears nothing for longer than versions are kept', () => {
  test.each([
    ['WebSocket', links.lan],
    ['datagrams', datagrams(links.lan)],
  ])('gets a whole state again, and ends with that of the server, over %s [P36]', async (_, link) => {
    const room: Room = await simulate({ game: court, clients: 2, seed: 36, link, server: few })
    const [first, silent] = room.clients
    silent!.cut()
    for (let count = 0; count < 300; count++) {
      first!.connection.dispatchEvent('score', 1)
      await room.step(50)
    }
    expect(silent!.connection.version).toBeLessThan(room.server.store.oldestVersion)
    silent!.heal()
    await room.settle()
    expect(silent!.connection.state.score).toBe(300)
    expect(isEqual(room, 1)).toBe(true)
    await room.end()
  })
})

const lastStep = 200

/** Everybody walks, at each tick until the last step. */
const walk = defineGame({
  initialState: () => ({
    steps: 0,
    walkers: new EntityMap(
      Array.from({ length: 20 }, (_, id): [number, { x: number; y: number }] => [id, { x: id, y: 0 }]),
    ),
  }),
  tickRate: 20,
  timeStep(state) {
    if (state.steps === lastStep) return
    state.steps++
    state.walkers.editEach((walker) => {
      walker.x += 0.5
    })
  },
})

const bad = { latencyMs: 100, jitterMs: 200, duplicate: 0.1, reorder: 0.3, reliable: false }

describe.each([0.1, 0.3])(
  'over datagrams of which %d are lost, others doubled, out of order and up to 300 ms late',
  (loss) => {
    test('a replica never goes back to an older value, and is that of the server a second after the last change [P37]', async () => {
      const room = await simulate({ game: walk, clients: 2, seed: 437, link: { ...bad, loss } })
      const { store } = room.server
      const seen: number[] = []
      const end = room.clients[1]!.connection.subscribe(({ steps }) => seen.push(steps))
      await room.runUntil(() => store.state.steps === lastStep)
      await room.step(1000)
      for (const { connection } of room.clients) expect(equalStates(connection.state, store.state)).toBe(true)
      expect(seen).toEqual([...seen].sort((one, other) => one - other))
      expect(seen.length).toBeGreaterThan(lastStep / 3)
      end()
      await room.end()
    })
  },
)

describe('a large state', () => {
  test.each([100_000, 1_000_000])('of %i bytes arrives whole, at who is there and at who joins [P38]', async (size) => {
    const room: Room = await simulate({ game: court, clients: 1, seed: 38 })
    await room.complete(room.clients[0]!.connection.request('fill', size))
    const joiner = room.addClient()
    await room.complete(joiner.connected)
    await room.settle()
    expect([isEqual(room, 0), isEqual(room, 1)]).toEqual([true, true])
    expect(joiner.connection.state.load).toHaveLength(size)
    await room.end()
  })

  test('above what a client takes ends its session with a code, and the others play on [P38]', async () => {
    const room: Room = await simulate({ game: court, clients: 1, seed: 38 })
    const small = room.addClient({ connect: { limits: { maxPacketBytes: 50_000 } } })
    await room.complete(small.connected)
    const { connection } = room.clients[0]!
    await room.complete(connection.request('fill', 100_000))
    await room.runUntil(() => small.connection.status === 'closed')
    expect(small.connection.closeInfo?.code).toBe('packet_too_large')
    expect(await room.complete(connection.request('score', 1))).toBe(1)
    await room.settle()
    expect(isEqual(room, 0)).toBe(true)
    await room.end()
  })

  test('in an event is refused at the call, with a code [P38]', async () => {
    const room: Room = await simulate({ game: court, clients: 1, seed: 38 })
    const { connection } = room.clients[0]!
    expect(() => connection.dispatchEvent('say', 'x'.repeat(100_000))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/value_too_large|value_limit/) }),
    )
    expect(await room.complete(connection.request('score', 1))).toBe(1)
    await room.end()
  })
})

test("a client cannot change its replica, and nothing that it tries reaches the server's state [P39]", async () => {
  const room: Room = await simulate({ game: court, clients: 2, seed: 39 })
  const { connection } = room.clients[0]!
  const state = connection.state as unknown as { score: number; said: string[]; table: { cloth: { holes: number } } }
  expect(() => {
    state.score = 1000
  }).toThrow(TypeError)
  expect(() => state.said.push('mine')).toThrow(TypeError)
  expect(() => {
    state.table.cloth.holes = 9
  }).toThrow(TypeError)
  expect(() => (connection.state.players as unknown as Map<string, object>).set('me', {})).toThrow()
  await room.step(500)
  expect(room.server.store.state.score).toBe(0)
  expect([isEqual(room, 0), isEqual(room, 1)]).toEqual([true, true])
  await room.end()
})
