import { type Connection, listRooms } from '@tygase/client'
import type { Auth } from '@tygase/server'
import { expect, test } from 'vitest'
import type { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { refusalOf, runRooms } from './support/room-stage.js'
import { once } from './support/stage.js'

/** Resolves when a client has this number of members, itself included. */
async function membersOf(connection: Connection, count: number): Promise<void> {
  if (connection.members.size === count) return
  await once((listener) => connection.onMembersChange(() => connection.members.size === count && listener()))
}

test('50 clients that connect at once to a room that is not there make one, and are all in it [G8]', async () => {
  const { server, join } = await runRooms()
  const connections = await Promise.all(Array.from({ length: 50 }, () => join('/arena/42')))
  expect([...server.rooms.keys()]).toEqual(['arena/42'])
  await Promise.all(connections.map((each) => each.waitUntil(({ players }) => players.size === 50)))
})

test('two rooms have a state, events, a host client and members of their own [G5]', async () => {
  const { server, join } = await runRooms({}, { sendMembers: true })
  const [a, b, c] = [await join('/arena/42'), await join('/arena/42'), await join('/arena/43')]
  const heard: string[] = []
  b.registerEventHandler('moved', ({ by }) => void heard.push(`b: ${by}`))
  c.registerEventHandler('moved', ({ by }) => void heard.push(`c: ${by}`))
  await a.request('move', { dx: 3, dy: 4 })
  await c.request('move', { dx: 1, dy: 1 })
  await b.waitUntil(({ players }) => players.get(a.clientId)?.x === 3)
  expect(heard.sort()).toEqual([`b: ${a.clientId}`, `c: ${c.clientId}`])
  await membersOf(a, 2)
  await membersOf(b, 2)
  await membersOf(c, 1)
  expect([a.isHost, b.isHost, c.isHost]).toEqual([true, false, true])
  expect([a, b, c].map(({ members }) => [...members.keys()])).toEqual([
    [a.clientId, b.clientId],
    [a.clientId, b.clientId],
    [c.clientId],
  ])
  expect([...server.rooms.values()].map(({ clients }) => clients.size)).toEqual([2, 1])
})

test('a room goes after its grace time when the last one has left, and is new for who comes then [G9]', async () => {
  let end = (): void => {}
  const closed = new Promise<void>((resolve) => {
    end = resolve
  })
  const { server, join } = await runRooms({}, { idleGraceMs: 100, onShutdown: () => end() })
  const connection = await join('/arena/42')
  await connection.request('nextRound')
  const room = server.rooms.get('arena/42')!
  await connection.disconnect()
  await closed
  await room.close()
  expect([room.status, server.rooms.size]).toEqual(['closed', 0])
  expect((await join('/arena/42')).state.round).toBe(0)
})

test('private, locked and full rooms let in whom they are to, and the others learn why', async () => {
  const { server, join } = await runRooms({}, { maxClients: 1 })
  await server.createRoom('arena', { id: 'den', private: true })
  const locked = await server.createRoom('arena', { id: 'locked' })
  locked.lock()
  await join('/arena/full')
  expect(await refusalOf(join('/arena/full'))).toBe('room_full')
  expect(await refusalOf(join('/arena/locked'))).toBe('room_locked')
  expect(await refusalOf(join('/meadow/1'))).toBe('unknown_room')
  expect(await refusalOf(join('/arena/den'))).toBeUndefined()
  const { ticket } = locked.reserve()
  expect(await refusalOf(join('/arena/locked', { ticket }))).toBeUndefined()
  expect(await refusalOf(join('/arena/locked', { ticket }))).toBe('ticket_unknown')
})

test('rooms are listed over HTTP on the same port, with filters, and private ones are not', async () => {
  const { server, url } = await runRooms()
  await server.createRoom('arena', { id: 'a', metadata: { map: 'ice' } })
  await server.createRoom('arena', { id: 'b', metadata: { map: 'lava' } })
  await server.createRoom('arena', { private: true })
  expect((await listRooms(url('/'))).map(({ id }) => id)).toEqual(['a', 'b'])
  expect(await listRooms(url('/'), { where: { map: 'ice' }, open: true, limit: 10 })).toEqual([
    {
      ...{ kind: 'arena', id: 'a', clients: 0, locked: false, open: true },
      ...{ metadata: { map: 'ice' }, madeAtMs: expect.any(Number) },
    },
  ])
  await expect(listRooms(url('/'), { limit: 0 })).rejects.toMatchObject({ code: 'rooms_not_listed' })
  const http = url('/').replace('ws', 'http')
  const answers = await Promise.all([
    fetch(`${http}rooms?where=5`),
    fetch(`${http}rooms`, { method: 'POST' }),
    fetch(`${http}other`),
    fetch(`${http}rooms`, { method: 'HEAD' }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([400, 405, 426, 200])
})

test('a session goes on in its room when the server runs again, though it asked for any room', async () => {
  const { server, join } = await runRooms({}, { maxClients: 1 })
  await join('/arena')
  const connection = await join('/arena')
  const room = [...server.rooms.values()].find(({ clients }) => clients.has(connection.clientId))!
  const { port } = server
  const resumed = once<[string]>((listener) =>
    connection.onStatus((status) => status === 'connected' && listener(status)),
  )
  await server.shutdown({ reason: 'a moment' })
  await server.run({ port: port! })
  await resumed
  expect([...room.clients.keys()]).toEqual([connection.clientId])
  expect(await connection.request('move', { dx: 1, dy: 2 })).toEqual({ x: 1, y: 2 })
})

test('what came with the upgrade and with the hello goes to who asks who a client is [G1] [G3]', async () => {
  const asked: unknown[] = []
  const auth: Auth = (credentials, { path, query, headers, address }) => {
    asked.push([credentials, path, query, headers?.host, address])
    return { userId: 'ada', name: 'Ada' }
  }
  const { server, url } = await runRooms({ auth }, { sendMembers: true })
  const connection = await connect<typeof arena>(url('/arena/42?lang=en'), { credentials: { token: 'x' } })
  expect(asked).toEqual([
    [
      { token: 'x' },
      '/arena/42',
      { lang: 'en' },
      `localhost:${server.port}`,
      expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
    ],
  ])
  await membersOf(connection, 1)
  expect([...connection.members.values()]).toMatchObject([{ userId: 'ada', name: 'Ada' }])
  await connection.disconnect()
})

test('clients in the process of the server need no sockets', async () => {
  const { server } = await runRooms({}, {}, { port: false })
  const connection = await connect<typeof arena>(server.at('/arena/42'))
  expect(connection.state.players.size).toBeLessThanOrEqual(1)
  expect([...server.rooms.keys()]).toEqual(['arena/42'])
  await connection.disconnect()
})
