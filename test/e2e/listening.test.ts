import { createServer } from 'node:http'
import { Server } from '@tygase/server'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { searchedLogger } from './support/searched-log.js'
import { join, runServer, urlOf } from './support/stage.js'

test('port 0 takes a free one and says which; port and hostname are undefined before and after [P11]', async () => {
  const server = new Server({ game: arena, logger: searchedLogger })
  expect([server.port, server.hostname]).toEqual([undefined, undefined])
  await server.run({ port: 0 })
  expect(server.port).toBeGreaterThan(0)
  expect(server.hostname).toBe('localhost')
  await server.shutdown()
  expect([server.port, server.hostname]).toEqual([undefined, undefined])
})

test('a busy port is refused by name, and the server can run elsewhere afterwards [P12]', async () => {
  const first = await runServer(arena)
  const second = new Server({ game: arena, logger: searchedLogger })
  const port = first.port ?? 0
  await expect(second.run({ port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(`${port}`),
  })
  expect(second.running).toBe(false)
  await second.run()
  expect(second.port).not.toBe(port)
  await second.shutdown()
})

test('running twice is refused', async () => {
  const server = await runServer(arena)
  await expect(server.run()).rejects.toMatchObject({ code: 'already_running' })
})

test('an address that is not of this machine is refused', async () => {
  const server = new Server({ game: arena, logger: searchedLogger })
  await expect(server.run({ hostname: '203.0.113.1' })).rejects.toMatchObject({ code: 'listen_failed' })
  await server.shutdown()
})

test('shutdown frees the port at once, with clients connected [P13]', async () => {
  const server = await runServer(arena)
  await join(server, { reconnect: false })
  const port = server.port ?? 0
  await server.shutdown()
  const other = createServer()
  await new Promise<void>((resolve, reject) => other.once('error', reject).listen(port, 'localhost', resolve))
  await new Promise((resolve) => other.close(resolve))
})

test('shutdown resolves before run, twice, at the same time, and during run [P14]', async () => {
  const server = new Server({ game: arena, logger: searchedLogger })
  await server.shutdown()
  const running = server.run()
  await server.shutdown()
  await running
  expect(server.running).toBe(false)
  await server.run()
  await Promise.all([server.shutdown(), server.shutdown()])
  await server.shutdown()
})

test('run during a shutdown begins when that is over', async () => {
  const server = await runServer(arena)
  const port = server.port ?? 0
  const client = await join(server)
  const stopping = server.shutdown()
  await server.run({ port })
  await stopping
  expect(server.port).toBe(port)
  await client.request('note', 'still here')
})

test('HTTP is served on the same port', async () => {
  const server = await runServer(arena, {}, { requestListener: (_request, response) => response.end('the page') })
  const response = await fetch(`http://localhost:${server.port}/`)
  expect(await response.text()).toBe('the page')
  const client = await join(server)
  expect(client.status).toBe('connected')
})

test('without a request listener HTTP is answered with 426', async () => {
  const server = await runServer(arena)
  const response = await fetch(`http://localhost:${server.port}/`)
  expect(response.status).toBe(426)
  await response.text()
})

test('a client of another path is refused with unknown_room, one of the right path is let in', async () => {
  const server = await runServer(arena, {}, { path: '/game' })
  await expect(connect(urlOf(server, '/other'))).rejects.toMatchObject({
    code: 'connect_refused',
    refusal: { code: 'unknown_room' },
  })
  const client = await connect<typeof arena>(urlOf(server, '/game'))
  expect(client.status).toBe('connected')
  await client.disconnect()
})

test('a full server says so', async () => {
  const server = await runServer(arena, { maxSessions: 1 })
  await join(server)
  await expect(connect(urlOf(server), { timeoutMs: 5000 })).rejects.toMatchObject({
    closeInfo: { code: 'server_full' },
  })
})

test('without a server connect gives up after its timeout; one that starts late is found [P46] [M7]', async () => {
  const server = await runServer(arena)
  const url = urlOf(server)
  const port = server.port ?? 0
  await server.shutdown()
  await expect(connect(url, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'connect_timeout' })
  const late = connect<typeof arena>(url)
  const settled = late.then(() => 'connected')
  // the first attempt has failed by the time that another connection attempt has
  await expect(connect(url, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'connect_timeout' })
  await server.run({ port })
  expect(await settled).toBe('connected')
  await (await late).disconnect()
})
