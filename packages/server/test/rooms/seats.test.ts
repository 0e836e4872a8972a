import { describe, expect, test } from 'vitest'
import type { Identity } from '../../src/index.js'
import { refusalOf, setRoomStage } from '../support/stage.js'

/** Believes whatever it is told. */
const auth = (credentials: unknown): Identity => ({ userId: String(credentials), name: `the ${String(credentials)}` })

describe('a place', () => {
  test('is refused with room_full where there are as many as there may be, also when they come at once', async () => {
    const { server, join, joined, pass } = await setRoomStage({}, { maxClients: 3 })
    const clients = Array.from({ length: 6 }, () => join('/field/1').client)
    await pass(200)
    expect(clients.map(refusalOf)).toEqual([undefined, undefined, undefined, 'room_full', 'room_full', 'room_full'])
    clients[0]!.session.close('disconnected', '', 0)
    clients[0]!.flush()
    await pass(100)
    expect(server.rooms.get('field/1')?.isOpen).toBe(true)
    expect(refusalOf(await joined('/field/1'))).toBeUndefined()
  })

  test('is kept by a client that waits for its turn', async () => {
    const { server, join, pass } = await setRoomStage({}, { maxClients: 4, maxJoinsPerTick: 1 })
    const clients = Array.from({ length: 8 }, () => join('/field/1').client)
    await pass(1000)
    expect(clients.filter((client) => refusalOf(client) === 'room_full').length).toBe(4)
    expect(server.rooms.get('field/1')?.clients.size).toBe(4)
  })

  test('is refused with room_locked while the room is locked; present clients stay and may resume', async () => {
    const { server, join, joined, pass } = await setRoomStage()
    const { client, link } = join('/field/1')
    await pass(100)
    const room = server.rooms.get('field/1')!
    room.lock()
    expect(refusalOf(await joined('/field/1'))).toBe('room_locked')
    link.ends[1].close(4004, 'cut')
    await pass(100)
    client.attach(server.at('/field/1').openTransport())
    await pass(100)
    expect(client.session.status).toBe('connected')
    room.unlock()
    expect(refusalOf(await joined('/field/1'))).toBeUndefined()
  })

  test('in a private room is for clients that know its id', async () => {
    const { server, joined } = await setRoomStage()
    const room = await server.createRoom('field', { id: 'den', private: true })
    await joined('/field')
    expect(room.clients.size).toBe(0)
    await joined('/field/den')
    expect(room.clients.size).toBe(1)
    room.isPrivate = false
    await joined('/field')
    expect(server.rooms.size).toBe(2)
  })
})

describe('a reservation', () => {
  test('keeps a seat free in a full and locked room for the client with its ticket', async () => {
    const { server, joined } = await setRoomStage({}, { maxClients: 2 })
    const room = await server.createRoom('field', { id: '1' })
    const { ticket } = room.reserve()
    await joined('/field/1')
    expect(refusalOf(await joined('/field/1'))).toBe('room_full')
    room.lock()
    expect(refusalOf(await joined('/field/1', { ticket }))).toBeUndefined()
    expect(room.clients.size).toBe(2)
  })

  test('is used up by the first client that presents it', async () => {
    const { server, joined } = await setRoomStage()
    const { ticket } = (await server.createRoom('field', { id: '1' })).reserve()
    expect(refusalOf(await joined('/field/1', { ticket }))).toBeUndefined()
    expect(refusalOf(await joined('/field/1', { ticket }))).toBe('ticket_unknown')
  })

  test('is found by its ticket where no id is given, also in a private room', async () => {
    const { server, joined } = await setRoomStage({}, { maxClients: 1 })
    await server.createRoom('field', { id: '1' })
    const room = await server.createRoom('field', { id: '2', private: true })
    const { ticket } = room.reserve()
    expect(refusalOf(await joined('/field', { ticket }))).toBeUndefined()
    expect(room.clients.size).toBe(1)
    expect(refusalOf(await joined('/field', { ticket }))).toBe('ticket_unknown')
    expect(server.rooms.get('field/1')!.clients.size).toBe(0)
  })

  test('that has ended is ticket_expired also where no id is given and no other room is there', async () => {
    const { server, joined, pass } = await setRoomStage({}, { maxClients: 1 })
    const { ticket } = (await server.createRoom('field', { id: '1' })).reserve({ forMs: 1000 })
    await pass(1100)
    await joined('/field/1')
    expect(refusalOf(await joined('/field', { ticket }))).toBe('ticket_expired')
  })

  test('ends in time: its ticket is refused with ticket_expired, and the place is free again', async () => {
    const { server, joined, pass } = await setRoomStage({}, { maxClients: 1 })
    const room = await server.createRoom('field', { id: '1' })
    const { ticket, expiresAtMs } = room.reserve({ forMs: 1000 })
    expect(expiresAtMs).toBe(1000)
    expect(() => room.reserve()).toThrow(expect.objectContaining({ code: 'room_full' }))
    await pass(1000)
    expect(refusalOf(await joined('/field/1', { ticket }))).toBe('ticket_expired')
    expect(refusalOf(await joined('/field/1'))).toBeUndefined()
  })

  test('can be given back', async () => {
    const { server, joined } = await setRoomStage({}, { maxClients: 1 })
    const room = await server.createRoom('field', { id: '1' })
    const { ticket } = room.reserve()
    expect([room.cancelReservation(ticket), room.cancelReservation(ticket)]).toEqual([true, false])
    expect(refusalOf(await joined('/field/1'))).toBeUndefined()
  })

  test.each(['', 'x', 'x.-.z', `${'x'.repeat(22)}.zzzzzzzz`, '__proto__'])(
    'that was never made is refused with ticket_unknown: %j',
    async (ticket) => {
      const { server, joined } = await setRoomStage()
      await server.createRoom('field', { id: '1' })
      expect(refusalOf(await joined('/field/1', { ticket }))).toBe('ticket_unknown')
      expect(refusalOf(await joined('/field/none', { ticket }))).toBe('ticket_unknown')
      expect(server.rooms.size).toBe(1)
    },
  )

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('for %d ms is none', async (forMs) => {
    const { server } = await setRoomStage()
    const room = await server.createRoom('field')
    expect(() => room.reserve({ forMs })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

describe('a user that joins once more', () => {
  test('is there twice [G13]', async () => {
    const { server, joined } = await setRoomStage({ auth })
    const first = await joined('/field/1', { credentials: 'ada' })
    await joined('/field/1', { credentials: 'ada' })
    expect(first.session.status).toBe('connected')
    expect(server.rooms.get('field/1')?.clients.size).toBe(2)
  })

  test('takes the place of the older session where the newest counts, in a full room too [G13]', async () => {
    const { server, joined, pass } = await setRoomStage({ auth }, { sessionsPerUser: 'newest', maxClients: 2 })
    const [first, other] = [
      await joined('/field/1', { credentials: 'ada' }),
      await joined('/field/1', { credentials: 'bob' }),
    ]
    const second = await joined('/field/1', { credentials: 'ada' })
    await pass(100)
    expect(first.session.closeInfo).toMatchObject({ code: 'kicked', reason: 'the same user has joined again' })
    expect([second.session.status, other.session.status]).toEqual(['connected', 'connected'])
    expect([...server.rooms.get('field/1')!.clients.values()].map(({ userId }) => userId)).toEqual(['bob', 'ada'])
    expect(refusalOf(await joined('/field/1', { credentials: 'eve' }))).toBe('room_full')
  })

  test('more often than may come in at a time is there once where the newest counts [G13]', async () => {
    const { server, join, pass } = await setRoomStage({ auth }, { sessionsPerUser: 'newest', maxJoinsPerTick: 2 })
    const clients = Array.from({ length: 7 }, () => join('/field/1', { credentials: 'ada' }).client)
    await pass(1000)
    const ids = [...server.rooms.get('field/1')!.clients.keys()]
    expect(ids).toEqual([clients.at(-1)!.session.clientId])
    expect(clients.slice(0, -1).map(({ session }) => session.closeInfo?.code)).toEqual(Array(6).fill('kicked'))
  })
})

test('a session ends with what was said of its user: identity_expired', async () => {
  let nowMs = 1_000_000
  const { joined, pass } = await setRoomStage({
    auth: () => ({ userId: 'ada', expiresAtMs: 1_003_000 }),
    wallClock: { now: () => nowMs },
  })
  const client = await joined('/field/1')
  await pass(2800)
  expect(client.session.status).toBe('connected')
  nowMs += 3000
  await pass(300)
  expect(client.session.closeInfo).toMatchObject({
    code: 'kicked',
    reason: expect.stringMatching(/^identity_expired: /),
  })
})

test('a session whose identity has expired while the server did not run ends when it runs again', async () => {
  let nowMs = 1_000_000
  const { server, joined, pass } = await setRoomStage({
    auth: () => ({ userId: 'ada', expiresAtMs: 1_010_000 }),
    wallClock: { now: () => nowMs },
  })
  await joined('/field/1')
  await server.shutdown()
  nowMs += 20_000
  await pass(20_000)
  expect(server.stats.sessions).toBe(1)
  await server.run({ port: false })
  await pass(10)
  expect(server.stats.sessions).toBe(0)
})

describe('a client whose welcome got lost', () => {
  test.each(['/field/1', '/field'])('finds its session by %s, and begins no second one', async (path) => {
    const { server, clock, join, joined, pass } = await setRoomStage()
    for (let i = 0; i < 3; i++) await joined('/field/0')
    server.rooms.get('field/0')!.lock()
    const { client, link } = join(path)
    link.ends[0].onBytes = undefined
    while (server.stats.sessions < 4) await pass(1)
    link.ends[1].close(4004, 'cut')
    await pass(50)
    expect(client.session.status).toBe('connecting')
    client.attach(server.at(path).openTransport())
    await pass(100)
    expect([client.session.status, server.stats.sessions, server.rooms.size]).toEqual(['connected', 4, 2])
    expect(clock.now()).toBeLessThan(1000)
  })
})
