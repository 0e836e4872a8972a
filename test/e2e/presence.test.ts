import { defineGame } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { datagrams, links, simulate } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { connect } from './support/patient.js'
import { searchedLogger } from './support/searched-log.js'

const cursor = z.object({ x: z.number(), typing: z.boolean().default(false) })

const board = defineGame({
  initialState: () => ({ ticks: 0 }),
  tickRate: 20,
  timeStep: (state) => void state.ticks++,
  presence: cursor,
})

const start = (clients = 3, link = links.lan, seed = 1) => simulate({ game: board, clients, link, seed })

describe('presence', () => {
  test('is seen by all clients of the room as the schema has returned it, and is not in the state', async () => {
    const simulation = await start()
    const [a, b, c] = simulation.clients.map(({ connection }) => connection)
    const seen: number[] = []
    const off = b!.presence.onChange((all) => void seen.push(all.size))
    a!.presence.set({ x: 1 })
    c!.presence.set({ x: 3, typing: true })
    await simulation.step(300)
    const all = { [a!.clientId]: { x: 1, typing: false }, [c!.clientId]: { x: 3, typing: true } }
    for (const { connection } of simulation.clients) expect(Object.fromEntries(connection.presence.all)).toEqual(all)
    expect(Object.keys(b!.state)).toEqual(['ticks'])
    expect(Object.isFrozen(b!.presence.all.get(a!.clientId))).toBe(true)
    expect(seen.at(-1)).toBe(2)
    off()
    a!.presence.clear()
    await simulation.step(300)
    expect([...b!.presence.all.keys()]).toEqual([c!.clientId])
    expect(seen.at(-1)).toBe(2)
    await simulation.end()
  })

  test('that changes often is sent with the next packet, and only the newest value', async () => {
    const simulation = await start(2)
    const [a, b] = simulation.clients.map(({ connection }) => connection)
    let changes = 0
    b!.presence.onChange(() => changes++)
    const { eventsOut, packetsOut } = a!.stats
    for (let x = 0; x < 1000; x++) {
      a!.presence.set({ x })
      await simulation.step(1)
    }
    await simulation.step(300)
    expect(b!.presence.all.get(a!.clientId)).toEqual({ x: 999, typing: false })
    expect(changes).toBeGreaterThan(15)
    expect(changes).toBeLessThanOrEqual(22)
    expect(a!.stats.eventsOut - eventsOut).toBeLessThanOrEqual(22)
    expect(a!.stats.packetsOut - packetsOut).toBeLessThanOrEqual(30)
    await simulation.end()
  })

  test('is there for a client that joins later, stays while its client is suspended, and goes with it', async () => {
    const simulation = await start(2)
    const [a] = simulation.clients
    a!.connection.presence.set({ x: 7 })
    await simulation.step(200)
    const late = simulation.addClient()
    await simulation.complete(late.connected)
    await simulation.step(200)
    const seen = () => late.connection.presence.all.get(a!.connection.clientId)
    expect(seen()).toEqual({ x: 7, typing: false })
    const calls: unknown[] = []
    const { presence } = late.connection
    const off = presence.onChange((all) => void calls.push(Object.fromEntries(all)), { immediate: true })
    presence.onChange(() => void calls.push('later'))
    expect(calls).toEqual([{ [a!.connection.clientId]: { x: 7, typing: false } }])
    off()
    expect(() => presence.onChange(() => {}, { immediately: true } as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
    a!.cut()
    a!.connection.presence.set({ x: 8 })
    a!.connection.presence.set({ x: 9 })
    await simulation.step(8000)
    expect(a!.connection.status).toBe('suspended')
    expect(seen()).toEqual({ x: 7, typing: false })
    a!.heal()
    await simulation.step(8000)
    expect([a!.connection.status, seen()]).toEqual(['connected', { x: 9, typing: false }])
    await simulation.complete(a!.connection.disconnect())
    await simulation.step(200)
    expect(seen()).toBeUndefined()
    expect(() => a!.connection.presence.set({ x: 1 })).toThrow(expect.objectContaining({ code: 'connection_closed' }))
    await simulation.end()
  })

  test('reaches a client that was away as its newest values, in few events', async () => {
    const simulation = await start(2)
    const [a, b] = simulation.clients
    b!.cut()
    for (let x = 0; x < 200; x++) {
      a!.connection.presence.set({ x })
      await simulation.step(50)
    }
    let changes = 0
    b!.connection.presence.onChange(() => changes++)
    b!.heal()
    await simulation.step(8000)
    expect(b!.connection.presence.all.get(a!.connection.clientId)).toEqual({ x: 199, typing: false })
    expect(changes).toBeLessThanOrEqual(10)
    await simulation.end()
  })

  test.each([1, 2, 3])('agrees at all clients over links that lose packets, seed %d', async (seed) => {
    const simulation = await start(4, datagrams({ ...links.mobile, loss: 0.2 }), seed)
    for (let i = 0; i < 100; i++) {
      const { presence } = simulation.clients[Math.floor(simulation.random() * 4)]!.connection
      if (simulation.random() < 0.1) presence.clear()
      else presence.set({ x: i })
      await simulation.step(30)
    }
    await simulation.step(5000)
    const views = simulation.clients.map(({ connection }) => [...connection.presence.all].sort())
    for (const view of views) expect(view).toEqual(views[0])
    await simulation.end()
  })

  test('that the schema or the limit refuses is logged, and the one before stays', async () => {
    const simulation = await start(2)
    const [a, b] = simulation.clients.map(({ connection }) => connection)
    a!.presence.set({ x: 1 })
    await simulation.step(200)
    a!.presence.set({ x: 'left' } as never)
    await simulation.step(200)
    a!.presence.set({ x: 2, typing: false, note: 'n'.repeat(2000) } as never)
    await simulation.step(200)
    // the schema has taken the note off
    expect(b!.presence.all.get(a!.clientId)).toEqual({ x: 2, typing: false })
    expect(simulation.problems.map(({ details }) => (details as { code?: string }).code)).toEqual(['presence_invalid'])
    expect(() => a!.presence.set((() => 1) as never)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
    await simulation.end()
  })
})

test('large presences of many clients go out in as many events as the limits ask for', async () => {
  const texts = defineGame({ initialState: () => ({}), presence: z.string() })
  const limits = { maxEventBytes: 6144, maxPayloadElements: 1000 }
  const simulation = await simulate({ game: texts, clients: 20, seed: 1, server: { limits } })
  for (const [i, { connection }] of simulation.clients.entries()) connection.presence.set(`${i} `.repeat(250))
  await simulation.step(1000)
  const late = simulation.addClient()
  await simulation.complete(late.connected)
  await simulation.step(1000)
  for (const { connection } of simulation.clients) expect(connection.presence.all.size).toBe(20)
  expect(simulation.problems).toEqual([])
  await simulation.end()
})

test('a presence above maxPresenceBytes is refused, and a game without presence knows no such event', async () => {
  const texts = defineGame({ initialState: () => ({}), presence: z.string() })
  const server = new Server({ logger: searchedLogger })
  server.define('texts', texts, { maxPresenceBytes: 20 })
  server.define('bare', defineGame({ initialState: () => ({}) }))
  await server.run({ port: false })
  const warnings: unknown[] = []
  const logged: unknown[] = []
  const logger = {
    ...{ debug() {}, info() {}, error() {} },
    warn: ({ code, message }: { code?: string; message?: string }, text?: string) => {
      // what has no code is of the machine: it may drop ticks
      if (code !== undefined) warnings.push(code)
      logged.push(`${text}: ${message}`)
    },
  }
  const open = (path: string) => ({ path, openTransport: () => server.openTransport() })
  const connection = await connect<typeof texts>(open('/texts/1'), { logger })
  const other = await connect<typeof texts>(open('/texts/2'), { logger })
  connection.presence.set('short')
  await expect.poll(() => connection.presence.all.get(connection.clientId)).toBe('short')
  connection.presence.set('nn nn nn '.repeat(10))
  await expect.poll(() => warnings).toEqual(['presence_too_large'])
  expect(connection.presence.all.get(connection.clientId)).toBe('short')
  // another room does not see it
  expect(other.presence.all.size).toBe(0)
  const bare = await connect(open('/bare/1'), { logger })
  bare.presence.set('x' as never)
  await expect.poll(() => warnings).toEqual(['presence_too_large', 'event_unknown'])
  expect(logged.at(-1)).toBe('the server refused this presence: the game declares no presence')
  await server.shutdown({ endSessions: true })
})
