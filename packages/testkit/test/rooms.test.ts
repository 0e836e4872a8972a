import { RefusalError, type Server } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { describe, expect, it } from 'vitest'
import { datagrams, links, type SimulatedClient, type SimulationError, simulate } from '../src/index.js'
import type { RoomsOptions } from '../src/options.js'
import { inn, named } from './support/inn.js'

const define = (server: Server): void => void server.define('inn', inn, named)
const paths = ['/inn/a', '/inn/a', '/inn/b']

/** Registers what the guests of an inn listen to. */
const listen = ({ connection }: SimulatedClient): void => {
  connection.registerEventHandler('toast', () => {})
  connection.registerEventHandler('bell', () => {})
}

const start = (options: Partial<RoomsOptions> = {}) =>
  simulate({ define, clients: paths, seed: 1, onConnect: listen, ...options })

type Played = Awaited<ReturnType<typeof start>>

/** Everybody who is there orders something now and then. */
async function play(simulation: Played, ms: number): Promise<void> {
  for (const endMs = simulation.nowMs + ms; simulation.nowMs < endMs; ) {
    for (const { connection } of simulation.clients.filter(({ hasConnected, isGone }) => hasConnected && !isGone)) {
      connection.dispatchEvent('order', 3, { retries: Number.POSITIVE_INFINITY })
    }
    await simulation.step(200)
  }
}

const failure = async (promise: Promise<unknown>): Promise<SimulationError> => {
  try {
    await promise
  } catch (error) {
    return error as SimulationError
  }
  throw new Error('it did not fail')
}

describe.each([
  ['WebSocket', links.wifi],
  ['datagrams', datagrams(links.wifi)],
])('a simulation of rooms over %s', (_, link) => {
  it('leads each client to the room that it asks for, and checks its replica there', async () => {
    const simulation = await start({ link })
    expect([...simulation.server.rooms.keys()].sort()).toEqual(['inn/a', 'inn/b'])
    await play(simulation, 2000)
    await simulation.settle()
    expect(simulation.clients.map(({ path, connection }) => [path, connection.state.name])).toEqual([
      ['/inn/a', 'inn/a'],
      ['/inn/a', 'inn/a'],
      ['/inn/b', 'inn/b'],
    ])
    expect(simulation.clients.map(({ connection }) => connection.state.orders)).toEqual([20, 20, 10])
    expect(simulation.stats.comparedVersions).toBeGreaterThan(40)
    expect(simulation.stats.handledEvents).toBeGreaterThan(45)
    await simulation.end()
  })

  it('is the same for the same seed, to the last bit, and another one for another', async () => {
    const fingerprints: number[] = []
    for (const seed of [5, 5, 6]) {
      const simulation = await start({ seed, link })
      await play(simulation, 2000)
      simulation.addClient({ path: '/inn' })
      await play(simulation, 1000)
      fingerprints.push(simulation.fingerprint)
    }
    expect(fingerprints[1]).toBe(fingerprints[0])
    expect(fingerprints[2]).not.toBe(fingerprints[0])
  })

  it('drops a room after its grace time, and makes it anew for the next client', async () => {
    const simulation = await start({ link })
    await simulation.complete(simulation.clients[2]!.connection.disconnect())
    const { rooms } = simulation.server
    const first = rooms.get('inn/b')
    await simulation.runUntil(() => !rooms.has('inn/b'))
    await simulation.complete(simulation.addClient({ path: '/inn/b' }).connected)
    expect(rooms.get('inn/b')).not.toBe(first)
    await play(simulation, 1000)
    await simulation.settle()
    await simulation.end()
    expect([simulation.server.stats.sessions, rooms.size]).toEqual([0, 0])
  })

  it('finds rooms and sessions again after a restart', async () => {
    const simulation = await start({ link })
    const ids = simulation.clients.map(({ connection }) => connection.clientId)
    await play(simulation, 1000)
    await simulation.serverProcess.restart({ downMs: 1500 })
    await play(simulation, 1000)
    await simulation.settle()
    expect(simulation.clients.map(({ connection }) => connection.clientId)).toEqual(ids)
    expect(simulation.clients[0]!.connection.state.orders).toBe(20)
    await simulation.end()
  })

  it('starts a new process after a crash, without rooms, and with the storage outside of it', async () => {
    const storage = memoryStorage()
    const save = { version: 1, intervalMs: 500, storage }
    const simulation = await start({ link, define: (server) => server.define('inn', inn, { ...named, save }) })
    await play(simulation, 1000)
    simulation.serverProcess.crash()
    await simulation.serverProcess.restart({ downMs: 500 })
    expect(simulation.server.rooms.size).toBe(0)
    const again = await simulation.complete(simulation.addClient({ path: '/inn/a' }).connected)
    expect(again.state.orders).toBeGreaterThan(1)
    await simulation.settle()
    expect(simulation.clients.slice(0, 3).map(({ connection }) => connection.closeInfo?.code)).toEqual(
      Array(3).fill('resume_failed'),
    )
    await simulation.end()
  })
})

describe('the server of a simulation of rooms', () => {
  it('is found out if it handles an event that no client has sent', async () => {
    const simulation = await start()
    const { clientId } = simulation.clients[2]!.connection
    const client = { id: clientId, userId: undefined, name: undefined, isHost: false, data: undefined }
    const { machine } = simulation.server.rooms.get('inn/b')!
    machine.push({ kind: 'event', name: 'order', data: 1, client, sequence: 1 })
    await expect(simulation.step(10)).rejects.toMatchObject({
      code: 'event_misdelivered',
      message: expect.stringContaining(`from client '${clientId}': 'order' 1 was handled once more than it was sent`),
    })
  })

  it('is found out if a replica differs from the version of its room', async () => {
    const simulation = await start({ seed: 78, command: 'npm run soak' })
    const { connection } = simulation.clients[2]!
    Object.defineProperty(connection, 'state', { get: () => ({ ...connection.store.state, name: 'inn/a' }) })
    const { code, message } = await failure(simulation.step(1000))
    expect(code).toBe('replica_differs')
    expect(message).toMatch(/client 2: its replica differs from the server's version \d+ at name/)
    expect(message).toContain('SEED=78 npm run soak')
  })

  it('may push events of its own to the rules', async () => {
    const simulation = await start()
    const room = simulation.server.rooms.get('inn/b')!
    const { clientId } = simulation.clients[2]!.connection
    room.pushEvent('order', 4, clientId)
    await simulation.settle()
    await simulation.step(100)
    expect((room.store.state as { orders: number }).orders).toBe(1)
  })

  it('may have handlers in rooms, whose events count once, also if a handler keeps one from the rules', async () => {
    const handlers = { complain: (text: string) => `sorry for ${text}` }
    const simulation = await start({ define: (server) => server.define('inn', inn, { ...named, handlers }) })
    const { connection } = simulation.clients[0]!
    expect(await simulation.complete(connection.request('complain', 'the soup'))).toBe('sorry for the soup')
    const end = simulation.server.rooms.get('inn/a')!.registerEventHandler('order', (drinks) => {
      if (Number(drinks) > 5) throw new RefusalError('too_many', 'that is enough')
    })
    expect(await simulation.complete(connection.request('order', 2))).toBe(1)
    await expect(simulation.complete(connection.request('order', 6))).rejects.toMatchObject({ code: 'too_many' })
    end()
    expect(await simulation.complete(connection.request('order', 6))).toBe(2)
    // reason: a caller without types
    const order = () => simulation.server.rooms.get('inn/a')!.registerEventHandler('order', 'no function' as never)
    expect(order).toThrow('is a function')
    await simulation.end()
  })

  it('sends events to the clients of a room, and each event is checked', async () => {
    const simulation = await start()
    const room = simulation.server.rooms.get('inn/a')!
    const outcomes: string[] = []
    room.dispatchEvent('bell', 'time', {
      retries: Number.POSITIVE_INFINITY,
      onAck: ({ id }) => outcomes.push(id),
    })
    expect(() => room.dispatchEvent('bell', 'time', { to: 'nobody' })).toThrow("there is no client 'nobody'")
    await simulation.settle()
    expect(outcomes.sort()).toEqual([...room.clients.keys()].sort())
    expect(simulation.stats.handledEvents).toBe(2)
  })

  it('is found out if empty rooms remain', async () => {
    const simulation = await start()
    simulation.server.rooms.get('inn/b')!.reserve({ forMs: 1e9 })
    const { code, message } = await failure(simulation.end())
    expect([code, message.split('\n')[0]]).toEqual(['memory_unbounded', '1 rooms remain at the server'])
  })

  it('may keep rooms for ever', async () => {
    const options = { ...named, idleGraceMs: Number.POSITIVE_INFINITY }
    const simulation = await start({ define: (server) => server.define('inn', inn, options) })
    await simulation.end()
    expect(simulation.server.rooms.size).toBe(0)
  })
})

it.each([{ seed: -1 }, { seed: 0.5 }])('a simulation of rooms refuses %j', async (options) => {
  expect((await failure(start(options))).code).toBe('invalid_argument')
})

it('a client that is refused has not connected, and the end does not wait for it', async () => {
  const simulation = await start()
  const stranger = simulation.addClient({ path: '/cellar/1' })
  await expect(simulation.complete(stranger.connected)).rejects.toMatchObject({ refusal: { code: 'unknown_room' } })
  expect([stranger.hasConnected, stranger.isGone]).toEqual([false, true])
  await simulation.settle()
  await simulation.end()
})
