import { once as onceEmitted } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Server } from '@tygase/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { FakeCluster } from '../../packages/server/test/support/fake-cluster.js'
import { arena } from './support/arena.js'
import { certificates } from './support/certificates.js'
import { LooseClient } from './support/loose-client.js'
import { connect } from './support/patient.js'
import { searchedLogger } from './support/searched-log.js'
import { join, runServer } from './support/stage.js'
import { openStranger } from './support/stranger.js'

const { first, second } = certificates

/** A client of it over `wss:`; that the certificate is the right one is looked at by `certificateOf`. */
async function joinSecurely(port: number | undefined) {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  onTestFinished(() => void vi.unstubAllEnvs())
  const client = await connect<typeof arena>(`wss://localhost:${port}/`)
  onTestFinished(() => client.disconnect())
  return client
}

/** Which certificate a new connection gets, checked as a client does that trusts it. */
async function certificateOf(port: number | undefined): Promise<'first' | 'second'> {
  for (const name of ['first', 'second'] as const) {
    const socket = connectTls({ port: port ?? 0, host: 'localhost', ca: certificates[name].cert })
    const trusted = await new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(socket.authorized))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (trusted) return name
  }
  throw new Error('neither certificate')
}

test('a client plays over wss, its address is known, and it no longer counts among those without a hello', async () => {
  const server = await runServer(arena, { maxHandshakes: 1 }, { tls: first })
  const client = await joinSecurely(server.port)
  const statuses: string[] = []
  client.onStatus((status) => statuses.push(status))
  expect(await client.request('buy', { item: 'lock' })).toBe('lock bought')
  expect(await certificateOf(server.port)).toBe('first')
  expect(['127.0.0.1', '::1']).toContain(server.clients.get(client.clientId)?.address?.host)
  expect(await client.request('buy', { item: 'bolt' })).toBe('bolt bought')
  expect(statuses).toEqual([])
})

test('a client that does not trust the certificate never connects, and one that does, does [M5]', async () => {
  const server = await runServer(arena, {}, { tls: first })
  const url = `wss://localhost:${server.port}/`
  await expect(connect(url, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'connect_timeout' })
  const misled = openStranger(url, { ca: second.cert })
  expect(await misled.ended).toEqual({ code: 1006 })
  await expect.poll(() => server.clients.size).toBe(0)
  expect((await LooseClient.join(url, { ca: first.cert })).status).toBe('connected')
})

test('a new certificate is taken while the server runs: for new connections, and those that are there play on', async () => {
  const server = await runServer(arena, {}, { tls: first })
  const early = await joinSecurely(server.port)
  server.setSecureContext(second)
  expect(await certificateOf(server.port)).toBe('second')
  const late = await joinSecurely(server.port)
  expect(await late.request('buy', { item: 'key' })).toBe('key bought')
  expect(await early.request('buy', { item: 'lock' })).toBe('lock bought')
  expect(early.status).toBe('connected')
})

test('a certificate that cannot be used throws tls_invalid, and the old one stays', async () => {
  const server = await runServer(arena, {}, { tls: first })
  const unusable = [
    { cert: first.cert, key: second.key },
    { cert: 'nonsense', key: first.key },
  ]
  for (const options of unusable) {
    expect(() => server.setSecureContext(options)).toThrow(expect.objectContaining({ code: 'tls_invalid' }))
  }
  expect(await certificateOf(server.port)).toBe('first')
})

test('run rejects with tls_invalid for a certificate that cannot be used, and can run later', async () => {
  const server = new Server({ game: arena, logger: searchedLogger })
  onTestFinished(() => server.shutdown())
  await expect(server.run({ tls: { cert: first.cert, key: 'nonsense' } })).rejects.toMatchObject({
    code: 'tls_invalid',
  })
  await server.run({ tls: first })
  expect(await certificateOf(server.port)).toBe('first')
})

test('a new certificate for a server that does not listen, or not with TLS, is refused with a code', async () => {
  const server = new Server({ game: arena, logger: searchedLogger })
  const setIt = (): void => server.setSecureContext(first)
  expect(setIt).toThrow(expect.objectContaining({ code: 'not_running' }))
  onTestFinished(() => server.shutdown())
  await server.run()
  expect(setIt).toThrow(expect.objectContaining({ code: 'tls_invalid' }))
})

test('who connects and does not finish the TLS handshake is cut after the handshake time, and holds up no shutdown', async () => {
  const server = await runServer(arena, { limits: { handshakeTimeoutMs: 100 } }, { tls: first })
  const silent = connectSocket({ port: server.port ?? 0, host: 'localhost' })
  silent.resume().on('error', () => {})
  await onceEmitted(silent, 'close')

  const slow = await runServer(arena, {}, { tls: first })
  const waiting = connectSocket({ port: slow.port ?? 0, host: 'localhost' })
  waiting.resume().on('error', () => {})
  await onceEmitted(waiting, 'connect')
  const closed = onceEmitted(waiting, 'close')
  await slow.shutdown({ drainMs: 50 })
  await closed
})

test('a client without TLS is not answered by a server with it, and the game goes on', async () => {
  const server = await runServer(arena, {}, { tls: first })
  const client = await joinSecurely(server.port)
  await expect(join(server, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'connect_timeout' })
  expect(await client.request('buy', { item: 'lock' })).toBe('lock bought')
})

test.each([
  ['over TLS stays in its process, which has its keys', first, []],
  ['without TLS is offered to the process of its room', undefined, ['arena/42']],
])('a socket %s', async (_, tls, offered) => {
  const cluster = new FakeCluster(1)
  const asked: string[] = []
  cluster.giverFor = async (key) => {
    asked.push(key)
    return undefined
  }
  const server = new Server({ cluster, logger: searchedLogger }).define('arena', arena)
  await server.run(tls === undefined ? {} : { tls })
  onTestFinished(() => server.shutdown({ endSessions: true }))
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  onTestFinished(() => void vi.unstubAllEnvs())
  const client = await connect<typeof arena>(`${tls === undefined ? 'ws' : 'wss'}://localhost:${server.port}/arena/42`)
  await client.disconnect()
  expect(asked).toEqual(offered)
})
