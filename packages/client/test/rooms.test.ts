import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { listRooms } from '../src/index.js'
import { roomOf } from '../src/rooms.js'
import { setStage } from './support/stage.js'

const ada = { clientId: 'a', userId: 'u1', name: 'Ada', joinedAtMs: 5, connected: true }
const bob = { clientId: 'b', joinedAtMs: 7, connected: true }

describe('the members of a room', () => {
  test('follow the news of the server', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const sizes: number[] = []
    connection.onMembersChange((members) => void sizes.push(members.size))
    const send = (news: unknown): void => {
      server.send('$members', news)
      clock.advance(100)
    }
    expect(connection.members.size).toBe(0)
    send({ reset: true, joined: [ada] })
    const before = connection.members
    send({ joined: [bob] })
    send({ rttMs: { b: 40, nobody: 3 }, connected: { a: false } })
    expect([...connection.members.values()]).toEqual([
      { ...ada, connected: false },
      { ...bob, rttMs: 40 },
    ])
    expect([...before.values()]).toEqual([ada])
    send({ left: ['a'] })
    expect([...connection.members.keys()]).toEqual(['b'])
    send({ reset: true, joined: [ada] })
    expect([...connection.members.keys()]).toEqual(['a'])
    expect(sizes).toEqual([1, 2, 2, 1, 1])
  })

  test.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['a member without an id', { joined: [{ joinedAtMs: 5, connected: true }] }],
    ['a member whose name is no text', { joined: [{ ...bob, name: 5 }] }],
    ['a member whose time is none', { joined: [{ ...bob, joinedAtMs: 'now' }] }],
    ['a member without a state', { joined: [{ clientId: 'b', joinedAtMs: 7 }] }],
    ['no list', { joined: bob }],
    ['times and states that are none', { rttMs: { a: 'long' }, connected: { a: 1 } }],
  ])('are not changed by %s', async (_, news) => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.send('$members', { joined: [ada] })
    server.send('$members', news)
    clock.advance(100)
    expect([...connection.members.values()]).toEqual([ada])
    expect(connection.status).toBe('connected')
  })

  test('cannot be changed by a program', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const change = (act: (members: Map<string, unknown>) => void) => () =>
      act(connection.members as Map<string, unknown>)
    expect(change((members) => members.clear())).toThrow('cannot be changed')
    server.send('$members', { joined: [ada] })
    clock.advance(100)
    for (const act of [
      change((members) => members.clear()),
      change((members) => members.delete('a')),
      change((members) => members.set('b', bob)),
    ]) {
      expect(act).toThrow('cannot be changed')
    }
    expect([...connection.members.keys()]).toEqual(['a'])
  })

  test('are looked at by waitUntil', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const waiting = connection.waitUntil(() => connection.members.size === 2)
    server.send('$members', { joined: [ada, bob] })
    clock.advance(100)
    await waiting
  })
})

describe('the link to a room', () => {
  const info = {
    ...{ host: null, running: true, tickRate: 20, sendEveryTicks: 1, tick: 0, atMs: 0 },
    room: { kind: 'arena', id: 'a b', maxClients: 8, metadata: undefined },
  }
  test.each([
    ['ws://host/arena', 'ws://host/arena/a%20b'],
    ['ws://ada:opensesame@host/arena', 'ws://host/arena/a%20b'],
    ['wss://host:1/games/arena/?x=1', 'wss://host:1/games/arena/a%20b'],
    ['ws://host/arena/a%20b', 'ws://host/arena/a%20b'],
    // a server with one game is found at any path
    ['ws://host/', 'ws://host/'],
    [undefined, undefined],
  ])('for a client that came by %s is %s', (address, link) => {
    expect(roomOf(info, address)).toEqual({ kind: 'arena', id: 'a b', maxClients: 8, metadata: undefined, link })
  })
})

test('the metadata of a room cannot be changed by a program', () => {
  const metadata = { map: { name: 'ice' }, tags: ['a'], bytes: Uint8Array.of(1) }
  const room = { kind: 'arena', id: '1', maxClients: 8, metadata }
  const info = { host: null, running: true, tickRate: 20, sendEveryTicks: 1, tick: 0, atMs: 0, room }
  const seen = roomOf(info, undefined).metadata as typeof metadata
  expect(() => {
    seen.map.name = 'fire'
  }).toThrow(TypeError)
  expect(() => seen.tags.push('b')).toThrow(TypeError)
  expect(seen.bytes).toEqual(Uint8Array.of(1))
})

let server: Server | undefined

afterEach(() => new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(undefined))))

/** A server that gives one answer. @returns its address, and the requests */
async function answering(status: number, body: string): Promise<{ address: string; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = []
  server = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(status, { connection: 'close' }).end(body)
  })
  await new Promise<void>((resolve) => server?.listen(0, 'localhost', resolve))
  return { address: `ws://localhost:${(server.address() as AddressInfo).port}`, asked }
}

describe('the list of rooms', () => {
  test('is asked for with the filter, below the path of the server', async () => {
    const rooms = [{ kind: 'arena', id: '1', clients: 2, locked: false, metadata: { map: 'ice' } }]
    const { address, asked } = await answering(200, JSON.stringify({ rooms }))
    expect(await listRooms(new URL(address))).toEqual(rooms)
    await listRooms(`${address}/games/`, { kind: 'arena', where: { map: 'ice', level: 2 }, open: true, limit: 5 })
    expect(asked[0]).toBe('/rooms')
    const url = new URL(asked[1]!, 'http://x')
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      '/games/rooms',
      { kind: 'arena', where: '{"map":"ice","level":2}', open: 'true', limit: '5' },
    ])
  })

  test.each([
    [404, '{}', 'it answers HTTP 404'],
    [200, 'no JSON', 'its answer is no JSON'],
    [200, '{}', 'its answer has none'],
    [200, 'null', 'its answer has none'],
  ])('rejects with rooms_not_listed for %d and %j', async (status, body, reason) => {
    const { address } = await answering(status, body)
    const message = `no list of rooms at ${address.replace('ws', 'http')}: ${reason}`
    await expect(listRooms(address)).rejects.toMatchObject({ code: 'rooms_not_listed', message })
  })

  test('rejects with rooms_not_listed and the cause if nothing listens', async () => {
    const { address } = await answering(200, '{}')
    await new Promise((resolve) => server?.close(resolve))
    const message = expect.stringMatching(/: nothing listens there$/)
    await expect(listRooms(address)).rejects.toMatchObject({
      ...{ code: 'rooms_not_listed', message, cause: expect.any(Error) },
    })
  })

  test('is given up by a signal, with its reason', async () => {
    const { address } = await answering(200, '{}')
    const signal = AbortSignal.abort(new Error('changed my mind'))
    await expect(listRooms(address, { signal })).rejects.toThrow('changed my mind')
  })

  test.each(['', 'arena', 'ftp://host'])('is not at the address %j', async (address) => {
    await expect(listRooms(address)).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('comes from a server in this process, too', async () => {
    const rooms = [{ kind: 'arena', id: '1', clients: 2, locked: false, open: true, metadata: {}, madeAtMs: 1000 }]
    const asked: object[] = []
    const near = {
      listRooms: (filter: object) => {
        asked.push(filter)
        return rooms
      },
    }
    const { signal } = new AbortController()
    expect(await listRooms(near, { kind: 'arena', signal })).toBe(rooms)
    expect(asked).toEqual([{ kind: 'arena' }])
  })

  test.each([{ openTransport: () => {} }, null, () => {}])(
    'is not at %o, and the message says what is',
    async (value) => {
      const message = expect.stringMatching(/^not the URL .* or a Server: (object|function)$/)
      await expect(listRooms(value as never)).rejects.toMatchObject({ code: 'invalid_argument', message })
    },
  )

  test('has no unknown option', async () => {
    await expect(listRooms('ws://host', { name: 'x' } as never)).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
