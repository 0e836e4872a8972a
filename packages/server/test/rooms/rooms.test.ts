import { describe, expect, test } from 'vitest'
import { BlockList } from '../../src/entrance/address.js'
import { RefusalError, Server } from '../../src/index.js'
import { field, refusalOf, setRoomStage } from '../support/stage.js'

describe('finding a room', () => {
  test('a client that names a room is in that one, and its room is made when it is not there [G1]', async () => {
    const { server, joined } = await setRoomStage()
    const client = await joined('/field/42')
    expect([...server.rooms.keys()]).toEqual(['field/42'])
    expect([...server.rooms.get('field/42')!.clients.keys()]).toEqual([client.session.clientId])
  })

  test('50 clients that join at once make one room [G8]', async () => {
    const { server, join, pass } = await setRoomStage()
    const clients = Array.from({ length: 50 }, () => join('/field/42').client)
    await pass(300)
    expect(server.stats.rooms).toBe(1)
    expect(server.rooms.get('field/42')?.clients.size).toBe(50)
    expect(clients.every(({ session }) => session.status === 'connected')).toBe(true)
  })

  test('a client that names no room is in the first that is public, unlocked and has a place', async () => {
    const { server, joined } = await setRoomStage({}, { maxClients: 2 })
    await server.createRoom('field', { id: 'secret', private: true })
    const locked = await server.createRoom('field', { id: 'locked' })
    locked.lock()
    await server.createRoom('field', { id: 'a' })
    for (let i = 0; i < 3; i++) await joined('/field')
    const sizes = [...server.rooms.values()].map((room) => room.clients.size)
    expect(sizes).toEqual([0, 0, 2, 1])
    expect([...server.rooms.keys()][3]).toMatch(/^field\/[a-z2-9]{12}$/)
  })

  test('clients that name no room and come at once fill one room after the other', async () => {
    const { server, join, pass } = await setRoomStage({}, { maxClients: 4 })
    for (let i = 0; i < 10; i++) join('/field')
    await pass(300)
    expect([...server.rooms.values()].map((room) => room.clients.size)).toEqual([4, 4, 2])
  })

  test.each([
    ['another name', '/meadow/42'],
    ['no name', '/'],
    ['an empty id', '/field/'],
    ['an id with a dot', '/field/..'],
    ['an id that is too long', `/field/${'x'.repeat(65)}`],
    ['more than an id', '/field/42/43'],
    ['the name of what every object has', '/constructor/1'],
  ])('%s is refused with unknown_room, and nothing is made', async (_, path) => {
    const { server, joined } = await setRoomStage()
    expect(refusalOf(await joined(path))).toBe('unknown_room')
    expect(server.stats).toMatchObject({ rooms: 0, refusedTransports: 1 })
  })

  test('where clients make no rooms, they find those that are there and no others', async () => {
    const { server, joined } = await setRoomStage({}, { madeByClients: false })
    expect(refusalOf(await joined('/field/1'))).toBe('unknown_room')
    expect(refusalOf(await joined('/field'))).toBe('unknown_room')
    await server.createRoom('field', { id: '1' })
    expect(refusalOf(await joined('/field/1'))).toBeUndefined()
  })

  test('what stands before the paths of rooms is said to run', async () => {
    const { server, joined } = await setRoomStage()
    await server.shutdown()
    await server.run({ port: false, path: '/games/' })
    expect(refusalOf(await joined('/field/1'))).toBe('unknown_room')
    expect(refusalOf(await joined('/games/field/1'))).toBeUndefined()
  })
})

describe('two rooms', () => {
  test('keep apart what is sent, and what is done, in each [G4] [G5]', async () => {
    const { server, joined, pass } = await setRoomStage()
    const [a, b, c] = [await joined('/field/42'), await joined('/field/42'), await joined('/field/43')]
    server.rooms.get('field/42')!.dispatchEvent('news', 'rain')
    void a.send('add', 5)
    await pass(200)
    expect([a.heard, b.heard, c.heard]).toEqual([['rain', 5], ['rain', 5], []])
    expect([a, b, c].map(({ store }) => store?.state.sum)).toEqual([5, 5, 0])
  })

  test('have a host client each, and ids that are of one client on the whole server', async () => {
    const { server, joined } = await setRoomStage()
    const [a, b] = [await joined('/field/1'), await joined('/field/2')]
    expect([...server.rooms.values()].map(({ hostClient }) => hostClient)).toEqual([
      a.session.clientId,
      b.session.clientId,
    ])
  })

  test('reach all, one, some or all but one of their clients', async () => {
    const { server, joined, pass } = await setRoomStage()
    const clients = [await joined('/field/1'), await joined('/field/1'), await joined('/field/1')]
    const [a, b] = clients.map(({ session }) => session.clientId!)
    const room = server.rooms.get('field/1')!
    room.dispatchEvent('news', 'all')
    room.dispatchEvent('news', 'one', { to: a! })
    room.dispatchEvent('news', 'some', { to: [a!, b!] })
    room.dispatchEvent('news', 'but one', { to: { except: a! } })
    await pass(100)
    expect(clients.map(({ heard }) => heard)).toEqual([
      ['all', 'one', 'some'],
      ['all', 'some', 'but one'],
      ['all', 'but one'],
    ])
  })
})

test('a client that joins gets all events from its join on, and none from before [G14]', async () => {
  const { server, join, joined, pass } = await setRoomStage()
  await joined('/field/1')
  const room = server.rooms.get('field/1')!
  let sent = 0
  let sentBefore: number | undefined
  const { client } = join('/field/1')
  for (let i = 0; i < 30; i++) {
    sentBefore ??= room.clients.size === 2 ? sent : undefined
    room.dispatchEvent('news', String(sent++))
    await pass(10)
  }
  await pass(200)
  expect(sentBefore).toBeGreaterThan(0)
  expect(client.heard).toEqual(Array.from({ length: 30 - sentBefore! }, (_, i) => String(i + sentBefore!)))
})

describe('shutting down', () => {
  test('suspends the sessions of all rooms, which go on when the same server runs again', async () => {
    const { server, join, pass, clock } = await setRoomStage()
    const { client } = join('/field')
    await pass(100)
    const room = [...server.rooms.values()][0]!
    void client.send('add', 3)
    await pass(100)
    await server.shutdown({ reason: 'back soon' })
    await pass(1000)
    expect(client.session.status).toBe('suspended')
    expect(clock.pending).toBeLessThanOrEqual(1)
    await server.run({ port: false })
    client.attach(server.at('/field').openTransport())
    await pass(200)
    expect(client.session.status).toBe('connected')
    expect([...server.rooms.values()]).toEqual([room])
    void client.send('add', 4)
    await pass(200)
    expect(client.store?.state.sum).toBe(7)
  })

  test.each([
    ['tells who is there', {}, { sendMembers: true }],
    ['knows until when its users are known', { auth: () => ({ userId: 'ada', expiresAtMs: Date.now() + 60_000 }) }, {}],
  ])('leaves no timer of a room that %s, whose clients may yet resume', async (_, options, roomOptions) => {
    const { server, joined, pass, clock } = await setRoomStage(options, roomOptions)
    await joined('/field')
    await server.shutdown()
    await pass(10_000)
    expect(server.stats.sessions).toBe(1)
    // that of the client
    expect(clock.pending).toBe(1)
  })

  test('with endSessions ends all rooms', async () => {
    const { server, joined } = await setRoomStage()
    const client = await joined('/field/1')
    await server.shutdown({ reason: 'that was it', endSessions: true })
    expect(server.rooms.size).toBe(0)
    expect(client.session.closeInfo ?? client.statuses.at(-1)).toBeDefined()
  })

  test('refuses clients that are not in their room yet', async () => {
    const { server, join, pass } = await setRoomStage({ auth: () => new Promise(() => {}) })
    const { client } = join('/field/1')
    await pass(100)
    await server.shutdown()
    await pass(100)
    expect(refusalOf(client)).toBe('shutdown')
    expect(server.rooms.size).toBe(0)
  })

  test('a server that does not run takes no client', async () => {
    const { server, joined } = await setRoomStage()
    await server.shutdown()
    await expect(joined('/field/1')).rejects.toMatchObject({ code: 'not_running' })
    expect(server.running).toBe(false)
  })
})

describe('a room whose host asks for a shutdown', () => {
  test.each([
    ['room', 1, ['connected', 'closed']],
    ['server', 0, ['closed', 'closed']],
    ['nothing', 2, ['connected', 'connected']],
  ] as const)('shuts down the %s, as its kind says', async (hostShutsDown, left, statuses) => {
    const { server, joined, pass } = await setRoomStage({}, { hostShutsDown })
    const other = await joined('/field/1')
    const [host, guest] = [await joined('/field/2'), await joined('/field/2')]
    const asked = host.send('$shutdown').then(
      () => 'done',
      ({ refusal }) => refusal.code,
    )
    await pass(300)
    expect(server.rooms.size).toBe(left)
    expect([other.session.status, guest.session.status]).toEqual(statuses)
    expect(await asked).toBe(hostShutsDown === 'nothing' ? 'not_host_client' : 'done')
  })

  test('shuts nothing down unless its kind says so: the host may be any stranger', async () => {
    const { server, joined, pass } = await setRoomStage()
    const [host, guest] = [await joined('/field/1'), await joined('/field/1')]
    const asked = host.send('$shutdown').catch(({ refusal }) => refusal.code)
    await pass(300)
    expect(await asked).toBe('not_host_client')
    expect(server.rooms.get('field/1')?.hostClient).toBe(host.session.clientId)
    expect([host.session.status, guest.session.status]).toEqual(['connected', 'connected'])
  })

  test('does not shut down for a client that is not its host, though it be host elsewhere', async () => {
    const { server, joined, pass } = await setRoomStage({}, { hostShutsDown: 'room' })
    await joined('/field/1')
    const guest = await joined('/field/1')
    const asked = guest.send('$shutdown').catch(({ refusal }) => refusal.code)
    await pass(200)
    expect(await asked).toBe('not_host_client')
    expect(server.rooms.size).toBe(1)
  })
})

describe('a mistake of the caller throws at the call', () => {
  const wrong = expect.objectContaining({ code: 'invalid_argument' })

  test.each([[{ maxSessions: 0 }], [{ maxRooms: 1.5 }], [{ authTimeoutMs: 0 }], [{ maxHandshakes: -1 }]])(
    'the option %j',
    (options) => {
      expect(() => new Server(options)).toThrow(wrong)
    },
  )

  test('a limit of sessions, of the server or of a kind of room', () => {
    expect(() => new Server({ limits: { keepAliveMs: 0 } })).toThrow(wrong)
    expect(() => new Server().define('a', field, { limits: { graceMs: -1 } })).toThrow(wrong)
  })

  test.each([
    [{ maxClients: 0 }],
    [{ idleGraceMs: -1 }],
    [{ latencyIntervalMs: 0 }],
    [{ sessionsPerUser: 'oldest' as 'newest' }],
    [{ hostShutsDown: 'all' as 'room' }],
  ])('the option %j of a kind of room', (options) => {
    expect(() => new Server().define('a', field, options)).toThrow(wrong)
  })

  test('names and ids that are none, and those that are taken', async () => {
    const { server } = await setRoomStage()
    for (const name of ['', 'a/b', '$a', 'a'.repeat(33), 'ä']) expect(() => server.define(name, field)).toThrow(wrong)
    expect(() => server.define('field', field)).toThrow(expect.objectContaining({ code: 'room_exists' }))
    await expect(server.createRoom('field', { id: 'a b' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(server.createRoom('other')).rejects.toMatchObject({ code: 'unknown_room' })
    await server.createRoom('field', { id: '1' })
    await expect(server.createRoom('field', { id: '1' })).rejects.toMatchObject({ code: 'room_exists' })
  })

  test('running twice', async () => {
    const { server } = await setRoomStage()
    await expect(server.run({ port: false })).rejects.toMatchObject({ code: 'already_running' })
  })
})

describe('limits', () => {
  test('rooms: one more is refused with room_limit, and room is there again when one has gone', async () => {
    const { server, joined } = await setRoomStage({ maxRooms: 2 })
    await joined('/field/1')
    await joined('/field/2')
    expect(refusalOf(await joined('/field/3'))).toBe('room_limit')
    await expect(server.createRoom('field')).rejects.toMatchObject({ code: 'room_limit' })
    await server.rooms.get('field/1')!.close()
    expect(refusalOf(await joined('/field/3'))).toBeUndefined()
  })

  test('sessions in all rooms: one more is refused with server_full', async () => {
    const { server, join, joined, pass } = await setRoomStage({ maxSessions: 3 })
    const clients = ['/field/1', '/field/2', '/field/2', '/field/3', '/field'].map((path) => join(path).client)
    await pass(200)
    expect(clients.map(refusalOf)).toEqual([undefined, undefined, undefined, 'server_full', 'server_full'])
    expect(refusalOf(await joined('/field/4'))).toBe('server_full')
    expect(server.stats).toMatchObject({ sessions: 3, rooms: 2 })
  })

  test('clients that wait for auth: one more makes the oldest one go', async () => {
    const { joined } = await setRoomStage({ maxArrivals: 2, auth: () => new Promise(() => {}) })
    const clients = [await joined('/field/1'), await joined('/field/1'), await joined('/field/1')]
    expect(clients.map(refusalOf)).toEqual(['server_full', undefined, undefined])
  })

  test('one address has so many sessions in all rooms together, and no room is made for one more', async () => {
    const { server, join, pass } = await setRoomStage({ maxSessionsPerAddress: 2 })
    const clients = []
    for (const [i, path] of ['/field/1', '/field/2', '/field/3', '/field/4'].entries()) {
      clients.push(join(path, {}, { host: i < 3 ? '192.0.2.1' : '192.0.2.2', port: 1 }).client)
      await pass(100)
    }
    expect(clients.map(refusalOf)).toEqual([undefined, undefined, 'too_many_sessions', undefined])
    expect([...server.rooms.keys()]).toEqual(['field/1', 'field/2', 'field/4'])
  })

  test('one address has so many rooms made at a time; in those of others it may be as well', async () => {
    const { server, join, pass } = await setRoomStage({ maxRoomsPerAddress: 2 }, { idleGraceMs: 1000 })
    const come = async (path: string, host: string) => {
      const { client, link } = join(path, {}, { host, port: 1 })
      await pass(100)
      return { client, link, code: refusalOf(client) }
    }
    const [stranger, other] = ['192.0.2.1', '192.0.2.2']
    const first = await come('/field/1', stranger)
    const codes = [first.code]
    for (const path of ['/field/2', '/field/3', '/field/1']) codes.push((await come(path, stranger)).code)
    codes.push((await come('/field/4', other)).code, (await come('/field/4', stranger)).code)
    expect(codes).toEqual([undefined, undefined, 'room_limit', undefined, undefined, undefined])
    for (const client of server.rooms.get('field/1')!.clients.values()) client.disconnect()
    await pass(1200)
    expect((await come('/field/5', stranger)).code).toBeUndefined()
    await server.createRoom('field', { id: '6' })
    expect([...server.rooms.keys()]).toEqual(['field/2', 'field/4', 'field/5', 'field/6'])
  })

  test('an address that is blocked loses its sessions in all rooms [M11]', async () => {
    const blockList = new BlockList()
    const { join, pass } = await setRoomStage({ blockList })
    const clients = ['/field/1', '/field/2', '/field/2'].map((path, i) => {
      return join(path, {}, { host: i < 2 ? '192.0.2.1' : '198.51.100.1', port: 1 }).client
    })
    await pass(200)
    blockList.add('192.0.2.0/24')
    await pass(200)
    expect(clients.map(refusalOf)).toEqual(['kicked', 'kicked', undefined])
  })
})

test('a refusal by auth reaches the client, and no room is made for it [G2]', async () => {
  const { server, joined } = await setRoomStage({
    auth: () => {
      throw new RefusalError('banned', 'until Monday')
    },
  })
  const client = await joined('/field/1')
  expect(client.session.closeInfo).toMatchObject({ code: 'refused', reason: 'banned: until Monday', byPeer: true })
  expect(server.stats).toMatchObject({ rooms: 0, sessions: 0, refusedTransports: 1 })
})
