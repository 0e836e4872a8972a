import { connect } from '@tygase/client'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { join, once, runBackend, urlOf } from './support/stage.js'

test('the first client is host, and everybody is told [P16]', async () => {
  const backend = await runBackend(arena)
  const first = await join(backend)
  const second = await join(backend)
  expect(backend.server.hostClient).toBe(first.clientId)
  expect([first.isHost, second.isHost]).toEqual([true, false])
  expect(second.hostClientId).toBe(first.clientId)
  expect(backend.connections.get(first.clientId)?.isHost).toBe(true)
})

test('a shutdown asked for by another client is refused, its sender told and gone, and the server goes on [P16]', async () => {
  const backend = await runBackend(arena)
  const host = await join(backend)
  const other = await join(backend)
  const left = once((listener) => backend.server.onDisconnect(listener))
  await expect(other.disconnect({ shutdownServer: true })).rejects.toMatchObject({ code: 'not_host_client' })
  expect(other.status).toBe('closed')
  await left
  expect(backend.server.running).toBe(true)
  expect(await host.request('buy', { item: 'hat' })).toBe('hat bought')
})

test("the host client's shutdown is obeyed: it ends closed, the others suspended and told why [P16]", async () => {
  const backend = await runBackend(arena)
  const host = await connect<typeof arena>(urlOf(backend))
  const other = await join(backend)
  const suspended = once(other.onStatus.bind(other))
  await host.disconnect({ shutdownServer: true })
  expect(host.status).toBe('closed')
  const [status, info] = await suspended
  expect(status).toBe('suspended')
  expect(info).toMatchObject({ code: 'shutdown', reason: 'shut down by the host client', byPeer: true })
  await backend.shutdown()
  expect(backend.port).toBeUndefined()
})

test('when the host leaves, the client connected longest becomes host and everybody learns it [P16]', async () => {
  const backend = await runBackend(arena)
  const host = await join(backend)
  const second = await join(backend)
  const third = await join(backend)
  await host.disconnect()
  await third.waitUntil(() => third.hostClientId === second.clientId)
  await second.waitUntil(() => second.isHost)
  expect(backend.server.hostClient).toBe(second.clientId)
})

test('with handOverHost off nobody follows a host that left, until all have gone and a first one comes again [P16]', async () => {
  const backend = await runBackend(arena, { handOverHost: false })
  const host = await join(backend)
  const second = await join(backend)
  await host.disconnect()
  await second.waitUntil((state) => state.players.size === 1 && second.hostClientId === undefined)
  await expect(second.disconnect({ shutdownServer: true })).rejects.toMatchObject({ code: 'not_host_client' })
  const gone = once((listener) => backend.store.subscribe(({ players }) => players.size === 0 && listener()))
  if (backend.store.state.players.size > 0) await gone
  const next = await join(backend)
  expect(next.isHost).toBe(true)
})
