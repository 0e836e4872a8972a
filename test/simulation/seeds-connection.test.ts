import { connect } from '@tygase/client'
import { createTransportPair, type Transport } from '@tygase/protocol'
import { Server } from '@tygase/server'
import { datagrams, type LinkConditions, simulate } from '@tygase/testkit'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { court } from './support/court.js'
import { pass } from './support/telephone.js'

const fiftyMs: LinkConditions = { latencyMs: 50, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }

test.each([
  ['WebSocket', fiftyMs],
  ['datagrams', datagrams(fiftyMs)],
])('the smoothed round-trip time over a network of 100 ms is that of the network, over %s [P43]', async (_, link) => {
  const room = await simulate({ game: court, clients: 1, seed: 43, link })
  const { connection } = room.clients[0]!
  for (let packets = 0; packets < 50; packets++) {
    connection.dispatchEvent('look')
    await room.step(100)
  }
  expect(connection.rttMs).toBeGreaterThanOrEqual(90)
  expect(connection.rttMs).toBeLessThanOrEqual(110)
  expect(connection.jitterMs).toBeLessThan(10)
  const [own] = room.server.clients.values()
  expect(own!.rttMs).toBeGreaterThanOrEqual(90)
  expect(own!.rttMs).toBeLessThanOrEqual(110)
  await room.end()
})

/** A server in virtual time, and clients in its process, whose transports may be full. */
async function open() {
  const clock = new VirtualClock()
  const random = createSeededRandom(44)
  const server = new Server({ game: court, clock, random, seed: 44, maxBufferedBytes: 1000 })
  await server.run({ port: false })
  const join = async (bufferedBytes: () => number = () => 0) => {
    const dial = (): Transport => {
      const [atServer, atClient] = createTransportPair((deliver) => void clock.schedule(0, deliver))
      Object.defineProperty(atServer, 'bufferedBytes', { get: bufferedBytes, set: () => {} })
      server.acceptTransport(atServer)
      return atClient
    }
    const connecting = connect<typeof court>(dial, { clock, random })
    await pass(clock, 300)
    return connecting
  }
  return { clock, server, join }
}

test('a client whose transport is full is skipped, and one delta catches it up when there is room again [P44]', async () => {
  const { clock, server, join } = await open()
  let full = 0
  const [slow, player] = [await join(() => full), await join()]
  const play = async (ticks: number): Promise<void> => {
    for (let tick = 0; tick < ticks; tick++) {
      player.dispatchEvent('score', 1)
      await pass(clock, 50)
    }
    await pass(clock, 200)
  }
  const versions: number[] = []
  slow.subscribe(() => versions.push(slow.version))

  // step by step: room, full to the last byte that is allowed, beyond it, room again
  await play(5)
  expect(versions.length).toBeGreaterThan(0)
  expect(slow.version).toBe(server.store.version)
  full = 1000
  await play(5)
  expect(slow.version).toBe(server.store.version)
  const before = versions.length
  full = 1001
  const { writesSkipped } = server.stats
  await play(20)
  expect([versions.length, player.version]).toEqual([before, server.store.version])
  expect(server.stats.writesSkipped).toBeGreaterThanOrEqual(writesSkipped + 20)
  full = 0
  await pass(clock, 100)
  expect(versions.length).toBe(before + 1)
  expect(slow.version).toBe(server.store.version)
  expect(slow.state.score).toBe(30)
  await server.shutdown({ endSessions: true })
})

describe('waitUntil', () => {
  test('resolves with the first version that fits, the current one included [P49]', async () => {
    const room = await simulate({ game: court, clients: 2, seed: 49 })
    const [one, other] = room.clients.map(({ connection }) => connection)
    const now = await room.complete(one!.waitUntil(({ score }) => score === 0))
    expect(now.score).toBe(0)
    const waiting = one!.waitUntil(({ score }) => score === 5)
    other!.dispatchEvent('score', 5)
    const begunMs = room.nowMs
    expect((await room.complete(waiting)).score).toBe(5)
    // a flush, a tick and two milliseconds of network
    expect(room.nowMs - begunMs).toBeLessThanOrEqual(110)
    await room.end()
  })

  test('rejects with a code when its time is over, and at once with an error of the predicate [P49]', async () => {
    const room = await simulate({ game: court, clients: 1, seed: 49 })
    const { connection } = room.clients[0]!
    const begunMs = room.nowMs
    const late = connection.waitUntil(({ score }) => score === 5, { timeoutMs: 700 })
    await expect(room.complete(late)).rejects.toMatchObject({ code: 'wait_timeout' })
    expect(room.nowMs - begunMs).toBeCloseTo(700)
    const broken = connection.waitUntil(() => {
      throw new TypeError('not there yet')
    })
    await expect(broken).rejects.toThrow('not there yet')
    await room.end()
  })
})

test('a client in the process of the server plays by the same calls, without a socket [P50]', async () => {
  const { clock, server, join } = await open()
  const [host, guest] = [await join(), await join()]
  expect(server.port).toBeUndefined()
  expect([host.isHost, guest.isHost]).toEqual([true, false])
  const told: unknown[] = []
  guest.registerEventHandler('told', (data) => void told.push(data))
  const reply = host.request('shout', 8)
  await pass(clock, 200)
  expect(await reply).toBe(8)
  expect(told).toEqual([{ number: 8, words: ['from', 'a rule'] }])
  const waiting = guest.waitUntil(({ score }) => score === 3)
  host.dispatchEvent('score', 3)
  await pass(clock, 200)
  expect((await waiting).score).toBe(3)
  const leaving = guest.disconnect()
  await pass(clock, 200)
  await leaving
  expect([...server.clients.keys()]).toEqual([host.clientId])
  await server.shutdown({ endSessions: true })
})
