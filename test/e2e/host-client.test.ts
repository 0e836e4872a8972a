import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { join, once, runServer, urlOf } from './support/stage.js'

test('the first client is host, and every client knows it [P16]', async () => {
  const server = await runServer(arena)
  const first = await join(server)
  const second = await join(server)
  expect(server.hostClient).toBe(first.clientId)
  expect([first.isHost, second.isHost]).toEqual([true, false])
  expect(second.hostClientId).toBe(first.clientId)
  expect(server.clients.get(first.clientId)?.isHost).toBe(true)
})

test('a shutdown asked for by another client is refused, its sender leaves with the reason, and the server goes on [P16]', async () => {
  const server = await runServer(arena, { hostShutsDown: 'server' })
  const host = await join(server)
  const other = await join(server)
  const left = once((listener) => server.room.onLeave(listener))
  await expect(other.disconnect({ shutdownServer: true })).rejects.toMatchObject({ code: 'not_host_client' })
  expect(other.status).toBe('closed')
  await left
  expect(server.running).toBe(true)
  expect(await host.request('buy', { item: 'hat' })).toBe('hat bought')
})

test("the host client's shutdown is obeyed if the server allows it: all sessions end, with the reason [P16]", async () => {
  const server = await runServer(arena, { hostShutsDown: 'server' })
  const host = await connect<typeof arena>(urlOf(server))
  const other = await join(server)
  const ended = once(other.onStatus.bind(other))
  await host.disconnect({ shutdownServer: true })
  expect(host.status).toBe('closed')
  const [status, info] = await ended
  expect(status).toBe('closed')
  expect(info).toMatchObject({ code: 'shutdown', reason: 'shut down by the host client', byPeer: true })
  await server.shutdown()
  expect(server.port).toBeUndefined()
})

test('without hostShutsDown no client ends the server, not even the host [P16]', async () => {
  const server = await runServer(arena)
  const host = await join(server)
  const other = await join(server)
  expect(host.isHost).toBe(true)
  await expect(host.disconnect({ shutdownServer: true })).rejects.toMatchObject({ code: 'not_host_client' })
  expect(server.running).toBe(true)
  expect(await other.request('buy', { item: 'hat' })).toBe('hat bought')
})

test('when the host leaves, the client connected longest becomes host and everybody learns it [P16]', async () => {
  const server = await runServer(arena)
  const host = await join(server)
  const second = await join(server)
  const third = await join(server)
  await host.disconnect()
  await third.waitUntil(() => third.hostClientId === second.clientId)
  await second.waitUntil(() => second.isHost)
  expect(server.hostClient).toBe(second.clientId)
})

test('with handOverHost off no client follows a host that left, until all have gone and a first one comes again [P16]', async () => {
  const server = await runServer(arena, { handOverHost: false, hostShutsDown: 'server' })
  const host = await join(server)
  const second = await join(server)
  await host.disconnect()
  await second.waitUntil((state) => state.players.size === 1 && second.hostClientId === undefined)
  await expect(second.disconnect({ shutdownServer: true })).rejects.toMatchObject({ code: 'not_host_client' })
  const gone = once((listener) => server.store.subscribe(({ players }) => players.size === 0 && listener()))
  if (server.store.state.players.size > 0) await gone
  const next = await join(server)
  expect(next.isHost).toBe(true)
})
