import { listRooms } from '@tygase/client'
import { createHttp } from '@tygase/http'
import { Server } from '@tygase/server'
import { expect, onTestFinished, test } from 'vitest'
import { arena } from './support/arena.js'
import { searchedLogger } from './support/searched-log.js'

test('rooms, their list and routes of the user are behind one port [M35]', async () => {
  const server = new Server({ logger: searchedLogger }).define('arena', arena, { maxClients: 4 })
  const http = createHttp({
    logger: searchedLogger,
    rooms: server,
    healthz: () => ({ rooms: server.rooms.size }),
    routes: (app) => app.get('/hello', (c) => c.text('hello')),
  })
  await server.run({ requestListener: http.requestListener })
  onTestFinished(() => server.shutdown({ endSessions: true }))
  await server.createRoom('arena', { id: 'one', metadata: { map: 'desert' } })
  await server.createRoom('arena', { id: 'two', private: true })
  const base = `http://localhost:${server.port}`
  const room = { kind: 'arena', id: 'one', clients: 0, maxClients: 4, locked: false, open: true }
  const listed = [{ ...room, metadata: { map: 'desert' }, madeAtMs: expect.any(Number) }]
  expect(await listRooms(base)).toEqual(listed)
  expect(await listRooms(base, { where: { map: 'forest' } })).toEqual([])
  expect(await (await http.request('/rooms?kind=arena')).json()).toEqual({ rooms: listed })
  const hello = await fetch(`${base}/hello`)
  expect(await hello.text()).toBe('hello')
  // less than the time after which an idle connection is cut: a client that keeps it open must not meet the cut
  expect(hello.headers.get('keep-alive')).toBe('timeout=1')
  expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ rooms: 2, status: 'ok' })
  expect((await fetch(`${base}/nowhere`)).status).toBe(404)
})
