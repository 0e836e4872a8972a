import { expect, test, vi } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { join, once, runServer, urlOf } from './support/stage.js'

test('a client that disconnects is gone at once: connection, row, callback [P47] [M30]', async () => {
  const server = await runServer(arena)
  const stays = await join(server)
  const goes = await join(server)
  const left = once<Parameters<Parameters<typeof server.room.onLeave>[0]>>((listener) => server.room.onLeave(listener))
  await goes.disconnect()
  const [client, info] = await left
  expect([client.id, client.status]).toEqual([goes.clientId, 'closed'])
  expect(info).toMatchObject({ code: 'disconnected', byPeer: true })
  await stays.waitUntil((state) => state.players.size === 1)
  await goes.disconnect()
  await expect(goes.request('nextRound')).rejects.toMatchObject({ code: 'connection_closed' })
  await expect(goes.waitUntil(() => false)).rejects.toMatchObject({ code: 'connection_closed' })
})

test('a client that is removed by the server learns why [M29]', async () => {
  const server = await runServer(arena)
  const client = await join(server)
  const closed = once((listener) => client.onStatus((status, info) => status === 'closed' && listener(info)))
  const failed = once((listener) => server.dispatchEvent('ask', { question: '?' }, { onFail: listener }))
  server.clients.get(client.clientId)?.disconnect('be nice')
  expect((await closed)[0]).toMatchObject({ code: 'kicked', reason: 'be nice', byPeer: true })
  expect((await failed)[1]).toMatchObject({ code: 'session_closed' })
})

/** How many sockets and timers the process holds. */
function resources(): { sockets: number; timers: number } {
  const kinds = process.getActiveResourcesInfo()
  const count = (pattern: RegExp): number => kinds.filter((kind) => pattern.test(kind)).length
  return { sockets: count(/TCPSocket/), timers: count(/Timeout/) }
}

test('50 clients that come and go leave nothing behind: no session, row, socket or timer [P48]', async () => {
  const server = await runServer(arena)
  const before = resources()
  for (let round = 0; round < 5; round++) {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect<typeof arena>(urlOf(server))))
    expect(resources().sockets).toBeGreaterThan(before.sockets)
    await Promise.all(clients.map((client) => client.disconnect()))
  }
  await vi.waitFor(() => expect(server.clients.size).toBe(0), 60_000)
  if (server.store.state.players.size > 0) {
    await once((listener) => server.store.subscribe(({ players }) => players.size === 0 && listener()))
  }
  await vi.waitFor(() => {
    const { sockets, timers } = resources()
    expect(sockets).toBeLessThanOrEqual(before.sockets)
    expect(timers).toBeLessThanOrEqual(before.timers)
  }, 60_000)
})
