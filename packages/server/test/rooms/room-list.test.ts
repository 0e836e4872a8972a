import type { Connection } from '@tygase/client'
import { EntityMap } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import type { RoomListing, RoomStatus } from '../../src/room.js'
import { RoomListFeed, type RoomListOptions, type roomListGame } from '../../src/rooms/room-list.js'
import { field, refusalOf, setRoomStage } from '../support/stage.js'

type List = Connection<typeof roomListGame>

/** Rooms of two kinds and their list, in virtual time. Each version at a client is compared with the view of the server's. */
async function setLists(clients: readonly string[] = [], options: RoomListOptions = {}) {
  const simulation = await simulate({
    define: (server) =>
      server
        .define('field', field, { maxClients: 2, idleGraceMs: 5000 })
        .define('meadow', field, { metadata: { map: 'lava' } })
        .defineRoomList(options),
    clients,
    seed: 1,
    link: links.mobile,
  })
  const { server } = simulation
  /** A client that looks at the list. */
  const watch = async (data?: object): Promise<List> => {
    const client = simulation.addClient<typeof roomListGame>({ path: '/rooms', ...(data && { connect: { data } }) })
    return simulation.complete(client.connected)
  }
  const join = (path: string) => simulation.complete(simulation.addClient({ path }).connected)
  return { simulation, server, watch, join }
}

const shown = ({ state }: List): string[] =>
  [...state.rooms.entries()].map(([key, { clients, open }]) => `${key} ${clients}${open ? '' : ' full'}`).sort()

describe('the live list of rooms', () => {
  test('has the rooms that there are at once, and then sees rooms come, fill, empty and go', async () => {
    const { simulation, watch, join, server } = await setLists(['/field/a'])
    const list = await watch()
    expect(shown(list)).toEqual(['field/a 1'])
    const bob = await join('/field/a')
    await join('/meadow/b')
    await simulation.step(1000)
    expect(shown(list)).toEqual(['field/a 2 full', 'meadow/b 1'])
    expect(list.state.rooms.get('meadow/b')).toEqual(server.rooms.get('meadow/b')!.info)
    await simulation.complete(bob.disconnect())
    await simulation.step(1000)
    expect(shown(list)).toEqual(['field/a 1', 'meadow/b 1'])
    await simulation.complete(simulation.clients[0]!.connection.disconnect())
    await simulation.step(7000)
    expect(shown(list)).toEqual(['meadow/b 1'])
    await simulation.end()
  })

  test('follows locks, metadata and reservations; a private room is in none of its bytes', async () => {
    const { simulation, watch, server } = await setLists()
    const list = await watch()
    const room = await server.createRoom('field', { id: 'a' })
    await simulation.step(1000)
    const row = () => list.state.rooms.get('field/a')
    expect(row()).toMatchObject({ locked: false, open: true, metadata: {} })
    room.lock()
    room.metadata = { map: 'ice' }
    await simulation.step(1000)
    expect(row()).toMatchObject({ locked: true, open: false, metadata: { map: 'ice' } })
    room.unlock()
    for (let seat = 0; seat < 2; seat++) room.reserve({ forMs: 2000 })
    await simulation.step(1000)
    expect(row()).toMatchObject({ locked: false, open: false, clients: 0 })
    // nothing happens in the room when a reservation expires
    await simulation.step(2000)
    expect(row()).toMatchObject({ open: true })
    room.isPrivate = true
    await simulation.step(1000)
    expect(list.state.rooms.size).toBe(0)
    await simulation.end()
  })

  test('never names a private room', async () => {
    const bytes: number[] = []
    const simulation = await simulate({
      define: (server) => server.define('field', field).defineRoomList(),
      onPacket: ({ bytes: packet }) => void bytes.push(...packet),
      seed: 1,
    })
    await simulation.server.createRoom('field', { id: 'secret', private: true, metadata: { word: 'xyzzy' } })
    await simulation.server.createRoom('field', { id: 'public' })
    await simulation.complete(simulation.addClient({ path: '/rooms' }).connected)
    await simulation.step(1000)
    const text = Buffer.from(bytes).toString('latin1')
    expect(['public', 'secret', 'xyzzy'].map((word) => text.includes(word))).toEqual([true, false, false])
    await simulation.end()
  })

  test('leaves out rooms of another kind and those that are full, as a client has asked', async () => {
    const { simulation, watch, join, server } = await setLists(['/field/a', '/meadow/b'])
    const [fields, open, openFields] = [
      await watch({ kind: 'field' }),
      await watch({ open: true }),
      await watch({ kind: 'field', open: true }),
    ]
    expect([fields, open, openFields].map(shown)).toEqual([['field/a 1'], ['field/a 1', 'meadow/b 1'], ['field/a 1']])
    const bob = await join('/field/a')
    await simulation.step(1000)
    expect([fields, open, openFields].map(shown)).toEqual([['field/a 2 full'], ['meadow/b 1'], []])
    await simulation.complete(bob.disconnect())
    await simulation.step(1000)
    expect(shown(openFields)).toEqual(['field/a 1'])
    // no client sees what others have asked for
    for (const { state } of [fields, open]) expect([state.kinds, state.watchers.size]).toEqual([[], 0])
    expect(server.rooms.get('rooms/all')?.clients.size).toBe(3)
    await simulation.end()
  })

  test('clients that ask for the same get the same bytes, encoded once', async () => {
    const { simulation, watch, server } = await setLists()
    for (let i = 0; i < 10; i++) await watch(i % 2 === 0 ? { open: true } : { kind: 'field' })
    await simulation.step(1000)
    const { counters } = server.rooms.get('rooms/all')!
    const before = counters.snapshot().statesEncoded
    await server.createRoom('field', { id: 'a' })
    await simulation.step(1000)
    expect(counters.snapshot().statesEncoded - before).toBe(2)
    await simulation.end()
  })

  test('knows a kind that was defined after it', async () => {
    const { simulation, watch, server } = await setLists()
    await watch()
    server.define('late', field)
    await simulation.step(1000)
    const list = await watch({ kind: 'late' })
    await server.createRoom('late', { id: 'a' })
    await simulation.step(1000)
    expect(shown(list)).toEqual(['late/a 0'])
    await simulation.end()
  })

  test('goes on after a lost network with what has happened meanwhile', async () => {
    const { simulation, watch, server } = await setLists()
    const list = await watch()
    simulation.clients[0]!.cut()
    await simulation.step(8000)
    await server.createRoom('meadow', { id: 'a' })
    await simulation.step(1000)
    expect([list.status, shown(list)]).toEqual(['suspended', []])
    simulation.clients[0]!.heal()
    await simulation.step(8000)
    expect([list.status, shown(list)]).toEqual(['connected', ['meadow/a 0']])
    await simulation.end()
  })

  test('is whole again after its state was reset, as when rules are edited', async () => {
    const { simulation, watch, server } = await setLists(['/field/a'])
    const list = await watch()
    const { store, machine } = server.rooms.get('rooms/all')!
    store.reset({ ...store.state, rooms: new EntityMap() } as never, machine.tick + 1)
    await simulation.step(2000)
    expect(shown(list)).toEqual(['field/a 1'])
  })
})

describe('the list as a room', () => {
  test('is there while a client looks, and leaves no timer behind', async () => {
    const { server, joined, clock, pass } = await setRoomStage()
    server.defineRoomList()
    expect(server.rooms.size).toBe(0)
    const client = await joined('/rooms')
    expect([...server.rooms.keys()]).toEqual(['rooms/all'])
    expect(server.listRooms()).toEqual([])
    client.session.close('disconnected', 'enough', clock.now())
    client.flush()
    await pass(300)
    expect([server.rooms.size, clock.pending]).toEqual([0, 0])
  })

  test.each([
    ['/rooms/other', {}, 'unknown_room'],
    ['/rooms', { data: { kind: 'chess' } }, 'unknown_room'],
    ['/rooms', { data: { kind: 5 } }, 'join_invalid'],
    ['/rooms', { data: { kind: 'x'.repeat(40) } }, 'join_invalid'],
    ['/rooms', { data: { open: 1 } }, 'join_invalid'],
    ['/rooms', { data: { where: {} } }, 'join_invalid'],
    ['/rooms', { data: 5 }, 'join_invalid'],
  ])('is refused at %s for %j with %s', async (path, credentials, code) => {
    const { server, joined } = await setRoomStage()
    server.defineRoomList()
    expect(refusalOf(await joined(path, credentials))).toBe(code)
  })

  test.each(['/rooms', '/rooms/all'])('is found at %s', async (path) => {
    const { server, joined } = await setRoomStage()
    server.defineRoomList()
    expect(refusalOf(await joined(path))).toBeUndefined()
    expect([...server.rooms.keys()]).toEqual(['rooms/all'])
  })

  test('is not there unless the server defines it, and then a game may have its name', async () => {
    const { server, joined } = await setRoomStage()
    expect(refusalOf(await joined('/rooms'))).toBe('unknown_room')
    server.define('rooms', field)
    expect(refusalOf(await joined('/rooms/other'))).toBeUndefined()
    expect(server.listRooms().map(({ kind }) => kind)).toEqual(['rooms'])
    expect(() => server.defineRoomList()).toThrow(expect.objectContaining({ code: 'room_exists' }))
  })

  test('asks its clients as all rooms do, or in its own way', async () => {
    const auth = (credentials: unknown) => (credentials === 'open' ? { userId: 'u' } : Promise.reject(new Error('no')))
    const { server, joined } = await setRoomStage({ auth })
    server.defineRoomList()
    expect(refusalOf(await joined('/rooms'))).toBeDefined()
    expect(refusalOf(await joined('/rooms', { credentials: 'open' }))).toBeUndefined()
    const other = await setRoomStage({ auth })
    other.server.defineRoomList({ auth: () => ({ userId: 'anyone' }), maxClients: 1 })
    expect(refusalOf(await other.joined('/rooms'))).toBeUndefined()
    expect(refusalOf(await other.joined('/rooms'))).toBe('room_full')
  })

  test('is made by its clients alone', async () => {
    const { server } = await setRoomStage()
    server.defineRoomList()
    await expect(server.createRoom('rooms')).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test.each<[string, object]>([
    ['intervalMs', { intervalMs: 0 }],
    ['maxListedRooms', { maxListedRooms: 0 }],
    ['maxChangesPerSecond', { maxChangesPerSecond: 1.5 }],
    ['maxClients', { maxClients: 0 }],
    ['private', { private: true }],
  ])('takes no wrong %s', (name, options) => {
    const server = new Server({ logger: false })
    expect(() => server.defineRoomList(options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })

  test('is not for a server with one game', () => {
    const server = new Server({ game: field, logger: false })
    expect(() => server.defineRoomList()).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

describe('the limits of the list', () => {
  test('a rush of rooms comes a part at a time, and at last whole', async () => {
    const { simulation, watch, server } = await setLists([], { intervalMs: 500, maxChangesPerSecond: 40 })
    const list = await watch()
    const sizes: number[] = []
    list.subscribe(({ rooms }) => void sizes.push(rooms.size))
    for (let i = 0; i < 50; i++) await server.createRoom('meadow', { id: String(i) })
    await simulation.step(4000)
    expect(sizes).toEqual([20, 40, 50])
    await simulation.end()
  })

  test('there are no more rooms in it than it may have; others follow when one has gone', async () => {
    const { simulation, watch, server } = await setLists([], { maxListedRooms: 2 })
    const list = await watch()
    const rooms = [await server.createRoom('meadow', { id: 'a' })]
    for (const id of ['b', 'c']) rooms.push(await server.createRoom('meadow', { id }))
    await simulation.step(1000)
    expect(shown(list)).toEqual(['meadow/a 0', 'meadow/b 0'])
    await simulation.complete(rooms[0]!.close())
    await simulation.step(1000)
    expect(shown(list)).toEqual(['meadow/b 0', 'meadow/c 0'])
    await simulation.end()
  })
})

/** A room as the feed sees it, which a test can change. */
class FakeRoom {
  status: RoomStatus = 'open'
  isPrivate = false
  isOpen = true
  readonly kind = 'field'
  metadata = {}
  clients = 0

  constructor(readonly id: string) {}

  get info(): RoomListing {
    const { kind, id, clients, metadata, isOpen: open } = this
    return { kind, id, clients, locked: false, open, metadata, madeAtMs: 0 }
  }
}

describe('the feed of the list', () => {
  const setFeed = (count: number, maxListedRooms = Number.POSITIVE_INFINITY) => {
    const rooms = new Map(Array.from({ length: count }, (_, i) => [`field/${i}`, new FakeRoom(String(i))]))
    const feed = new RoomListFeed({ rooms, kinds: ['field'] }, maxListedRooms)
    const keys = (most: number, looked = 100): string[] | undefined => {
      const change = feed.next(most, looked)
      return change && [...change.rows.map(([key]) => key), ...change.gone.map((key) => `-${key}`)]
    }
    return { rooms, feed, keys }
  }

  test('says nothing if nothing has changed', () => {
    const { rooms, keys } = setFeed(3)
    expect(keys(9)).toEqual(['field/0', 'field/1', 'field/2'])
    expect(keys(9)).toBeUndefined()
    rooms.get('field/2')!.clients++
    expect(keys(9)).toEqual(['field/2'])
  })

  test('looks at a part of the rooms at a time, and sees at once which are gone', () => {
    const { rooms, keys } = setFeed(5)
    expect([keys(9, 2), keys(9, 2), keys(9, 2)]).toEqual([['field/0', 'field/1'], ['field/2', 'field/3'], ['field/4']])
    for (const room of rooms.values()) room.clients++
    rooms.delete('field/4')
    rooms.set('field/5', new FakeRoom('5'))
    expect([keys(9, 2), keys(9, 2), keys(9, 2)]).toEqual([
      ['field/0', 'field/1', '-field/4'],
      ['field/2', 'field/3'],
      ['field/5'],
    ])
  })

  test('a room that changes all the time keeps no other one waiting', () => {
    const { rooms, keys } = setFeed(3)
    keys(3)
    for (const room of rooms.values()) room.clients++
    const turns = Array.from({ length: 4 }, () => {
      rooms.get('field/0')!.clients++
      return keys(1)
    })
    expect(turns.flat()).toEqual(['field/0', 'field/1', 'field/2', 'field/0'])
  })

  test('a room that opens, closes or hides comes and goes once', () => {
    const { rooms, keys } = setFeed(2)
    rooms.get('field/0')!.status = 'opening'
    expect(keys(9)).toEqual(['field/1'])
    rooms.get('field/0')!.status = 'open'
    rooms.get('field/1')!.isPrivate = true
    expect(keys(9)).toEqual(['field/0', '-field/1'])
    rooms.delete('field/0')
    expect(keys(9)).toEqual(['-field/0'])
    expect(keys(9)).toBeUndefined()
  })

  test('a room that has changed back before its turn is left out', () => {
    const { rooms, keys } = setFeed(3)
    keys(3)
    for (const room of rooms.values()) room.clients++
    expect(keys(1)).toEqual(['field/0'])
    rooms.get('field/1')!.clients--
    expect(keys(9)).toEqual(['field/2'])
  })
})
