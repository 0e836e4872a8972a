import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { join, once, runServer } from './support/stage.js'

test('the same server object runs again on the same port and its clients go on as who they were [P15]', async () => {
  const server = await runServer(arena)
  const port = server.port ?? 0
  const client = await join(server)
  await client.request('move', { dx: 4, dy: 0 })
  const { clientId } = client
  const before = server.clients.get(clientId)
  const statuses: string[] = []
  client.onStatus((status, info) => statuses.push(info ? `${status} ${info.code}` : status))
  const suspended = once((listener) => client.onStatus(listener))
  await server.shutdown({ reason: 'new maps' })
  await suspended
  expect(client.status).toBe('suspended')
  expect(before?.status).toBe('suspended')
  const ack = once((listener) => client.dispatchEvent('move', { dx: 1, dy: 0 }, { retries: 5, onAck: listener }))

  const resumed = once((listener) => server.room.onResume(listener))
  await server.run({ port })
  expect((await resumed)[0]).toBe(before)
  expect(await ack).toEqual([{ x: 5, y: 0 }])
  expect(client.clientId).toBe(clientId)
  expect(client.isHost).toBe(true)
  expect(statuses).toEqual(['suspended shutdown', 'connected'])
  expect(server.store.state.players.size).toBe(1)
  const heard = once<[{ text: string }]>((listener) => client.registerEventHandler('news', (data) => listener(data)))
  server.dispatchEvent('news', { text: 'here again' })
  expect(await heard).toEqual([{ text: 'here again' }])
  await client.waitUntil((state) => state.players.get(clientId)?.x === 5)
})

test('a client that went away meanwhile leaves the game when its grace time is over [P15]', async () => {
  const server = await runServer(arena, { limits: { graceMs: 5000 } })
  const stays = await join(server)
  const goes = await join(server, { reconnect: false })
  const port = server.port ?? 0
  await server.shutdown()
  await server.run({ port })
  await once((listener) => server.room.onLeave((connection) => connection.id === goes.clientId && listener()))
  await stays.waitUntil((state) => state.players.size === 1)
  expect([...server.clients.keys()]).toEqual([stays.clientId])
})

test('shutdown with endSessions ends them all: clients are closed and do not come back', async () => {
  const server = await runServer(arena)
  const client = await join(server)
  const closed = once((listener) => client.onStatus((status, info) => status === 'closed' && listener(info)))
  const left = once((listener) => server.room.onLeave(listener))
  await server.shutdown({ endSessions: true, reason: 'the end' })
  expect((await closed)[0]).toMatchObject({ code: 'shutdown', reason: 'the end', byPeer: true })
  await left
  await expect.poll(() => server.clients.size).toBe(0)
})

test('a new server object does not know the sessions of the old one: resuming fails with resume_failed', async () => {
  const old = await runServer(arena)
  const client = await join(old)
  const port = old.port ?? 0
  await old.shutdown()
  await runServer(arena, {}, { port })
  const [status, info] = await once((listener) =>
    client.onStatus((next, why) => next === 'closed' && listener(next, why?.code)),
  )
  expect([status, info]).toEqual(['closed', 'resume_failed'])
  expect(() => client.dispatchEvent('nextRound')).toThrow(expect.objectContaining({ code: 'connection_closed' }))
})
