import { createServer } from 'node:net'
import { BlockList, Server } from '@tygase/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { searched, searchedLogger } from './support/searched-log.js'
import { join, runServer } from './support/stage.js'
import { openTcp, TcpListener } from './support/tcp.js'

test('a server takes clients over another kind of transport, beside its WebSockets', async () => {
  const tcp = new TcpListener()
  const server = await runServer(arena, {}, { listeners: [tcp] })
  const overTcp = await connect<typeof arena>(openTcp(tcp.port))
  const overWebSocket = await join(server)
  expect(await overTcp.request('buy', { item: 'bread' })).toBe('bread bought')
  overWebSocket.dispatchEvent('move', { dx: 3, dy: 0 })
  await overTcp.waitUntil((state) => state.players.get(overWebSocket.clientId)?.x === 3)
  expect(server.clients.get(overTcp.clientId)?.address?.host).toBe('127.0.0.1')
  await overTcp.disconnect()
})

test('a server without a port of its own listens by its listeners alone, and says where it does', async () => {
  const tcp = new TcpListener()
  const lines: object[] = []
  const nothing = (): void => {}
  const info = (details: object): void => void lines.push(details)
  const server = new Server({ game: arena, logger: searched({ debug: nothing, info, warn: nothing, error: nothing }) })
  onTestFinished(() => server.shutdown({ endSessions: true }))
  await server.run({ port: false, listeners: [tcp] })
  expect(lines).toContainEqual(expect.objectContaining({ addresses: [`tcp://127.0.0.1:${tcp.port}`] }))
  const client = await connect<typeof arena>(openTcp(tcp.port))
  expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
  await client.disconnect()
})

test('the limits and the block list of the server hold for every transport', async () => {
  const blockList = new BlockList()
  const tcp = new TcpListener()
  const server = await runServer(arena, { maxSessionsPerAddress: 1, blockList }, { port: false, listeners: [tcp] })
  const first = await connect<typeof arena>(openTcp(tcp.port), { reconnect: false })
  await expect(connect(openTcp(tcp.port))).rejects.toMatchObject({
    closeInfo: { code: 'too_many_sessions' },
  })
  blockList.add('127.0.0.1')
  expect(await first.waitUntil(() => false).catch(() => first.closeInfo?.code)).toBe('kicked')
  await expect(connect(openTcp(tcp.port), { timeoutMs: 300 })).rejects.toMatchObject({ code: 'connect_timeout' })
  // on a busy machine the socket may come later
  await vi.waitFor(() => expect(server.stats.blocked).toBeGreaterThan(0), 10_000)
})

test('a shutdown closes the transports of every listener and frees their ports', async () => {
  const tcp = new TcpListener()
  const server = await runServer(arena, {}, { listeners: [tcp] })
  const client = await connect<typeof arena>(openTcp(tcp.port), { reconnect: false })
  await server.shutdown({ reason: 'maintenance', endSessions: true })
  expect(client.closeInfo).toMatchObject({ code: 'shutdown', reason: 'maintenance' })
  const other = createServer()
  await new Promise<void>((resolve, reject) => other.once('error', reject).listen(tcp.port, '127.0.0.1', resolve))
  await new Promise((resolve) => other.close(resolve))
})

test('if one listener cannot listen, the others are closed and the server does not run', async () => {
  const tcp = new TcpListener()
  const failing = { listen: () => Promise.reject(new Error('no cable')), close: async () => {} }
  const server = new Server({ game: arena, logger: searchedLogger })
  await expect(server.run({ port: false, listeners: [tcp, failing] })).rejects.toThrow('no cable')
  expect(server.running).toBe(false)
  const other = createServer()
  await new Promise<void>((resolve, reject) => other.once('error', reject).listen(tcp.port, '127.0.0.1', resolve))
  await new Promise((resolve) => other.close(resolve))
})
