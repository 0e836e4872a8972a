import { createServer } from 'node:http'
import { connect } from '@tygase/client'
import { Backend } from '@tygase/server'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { join, runBackend, urlOf } from './support/stage.js'

test('port 0 takes a free one and says which; port and hostname are undefined before and after [P11]', async () => {
  const backend = new Backend(arena)
  expect([backend.server.port, backend.server.hostname]).toEqual([undefined, undefined])
  await backend.run({ port: 0 })
  expect(backend.server.port).toBeGreaterThan(0)
  expect(backend.server.hostname).toBe('localhost')
  await backend.shutdown()
  expect([backend.server.port, backend.server.hostname]).toEqual([undefined, undefined])
})

test('a busy port is refused by name, and the server can run elsewhere afterwards [P12]', async () => {
  const first = await runBackend(arena)
  const second = new Backend(arena)
  const port = first.port ?? 0
  await expect(second.run({ port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(`${port}`),
  })
  expect(second.server.running).toBe(false)
  await second.run()
  expect(second.port).not.toBe(port)
  await second.shutdown()
})

test('running twice is refused', async () => {
  const backend = await runBackend(arena)
  await expect(backend.run()).rejects.toMatchObject({ code: 'already_running' })
})

test('an address that is not of this machine is refused', async () => {
  const backend = new Backend(arena)
  await expect(backend.run({ hostname: '203.0.113.1' })).rejects.toMatchObject({ code: 'listen_failed' })
  await backend.shutdown()
})

test('shutdown frees the port at once, with clients connected [P13]', async () => {
  const backend = await runBackend(arena)
  await join(backend, { reconnect: false })
  const port = backend.port ?? 0
  await backend.shutdown()
  const other = createServer()
  await new Promise<void>((resolve, reject) => other.once('error', reject).listen(port, 'localhost', resolve))
  await new Promise((resolve) => other.close(resolve))
})

test('shutdown resolves before run, twice, at the same time, and during run [P14]', async () => {
  const backend = new Backend(arena)
  await backend.shutdown()
  const running = backend.run()
  await backend.shutdown()
  await running
  expect(backend.server.running).toBe(false)
  await backend.run()
  await Promise.all([backend.shutdown(), backend.shutdown()])
  await backend.shutdown()
})

test('run during a shutdown begins when that is over', async () => {
  const backend = await runBackend(arena)
  const port = backend.port ?? 0
  const client = await join(backend)
  const stopping = backend.shutdown()
  await backend.run({ port })
  await stopping
  expect(backend.port).toBe(port)
  await client.request('note', 'still here')
})

test('HTTP is served on the same port', async () => {
  const backend = await runBackend(arena, {}, { requestListener: (_request, response) => response.end('the page') })
  const response = await fetch(`http://localhost:${backend.port}/`)
  expect(await response.text()).toBe('the page')
  const client = await join(backend)
  expect(client.status).toBe('connected')
})

test('without a request listener HTTP is answered with 426', async () => {
  const backend = await runBackend(arena)
  const response = await fetch(`http://localhost:${backend.port}/`)
  expect(response.status).toBe(426)
  await response.text()
})

test('a client of another path is refused with unknown_path, one of the right path is let in', async () => {
  const backend = await runBackend(arena, {}, { path: '/game' })
  await expect(connect(urlOf(backend, '/other'))).rejects.toMatchObject({
    code: 'connect_refused',
    closeInfo: { code: 'unknown_path', byPeer: true },
  })
  const client = await connect<typeof arena>(urlOf(backend, '/game'))
  expect(client.status).toBe('connected')
  await client.disconnect()
})

test('a full server says so', async () => {
  const backend = await runBackend(arena, { maxSessions: 1 })
  await join(backend)
  await expect(connect(urlOf(backend))).rejects.toMatchObject({ closeInfo: { code: 'server_full' } })
})

test('without a server connect gives up after its timeout; one that starts late is found [P46] [M7]', async () => {
  const backend = await runBackend(arena)
  const url = urlOf(backend)
  const port = backend.port ?? 0
  await backend.shutdown()
  await expect(connect(url, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'connect_timeout' })
  const late = connect<typeof arena>(url)
  const settled = late.then(() => 'connected')
  // the first attempt has failed by the time that another connection attempt has
  await expect(connect(url, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'connect_timeout' })
  await backend.run({ port })
  expect(await settled).toBe('connected')
  await (await late).disconnect()
})
