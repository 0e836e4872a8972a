import { networkInterfaces } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { BlockList } from '@tygase/server'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { certificates } from './support/certificates.js'
import { join, once, runServer, urlOf } from './support/stage.js'
import { openStranger, Stranger, upgradeHead } from './support/stranger.js'

/** What the server says of anything, as text. */
function loggers() {
  const said: string[] = []
  const note = (details: object, message: string) => void said.push(`${message} ${JSON.stringify(details)}`)
  const accessed: string[] = []
  const accessLog = {
    info: (details: object, message: string) => accessed.push(`${message} ${JSON.stringify(details)}`),
  }
  return { said, accessed, accessLog, logger: { debug: note, info: note, warn: note, error: note } }
}

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))
const secret = 'do-not-log-me'

test.each(['127.0.0.1', '127.0.0.0/8', '::ffff:127.0.0.1', '::ffff:127.0.0.0/104'])(
  'an address blocked by %s is cut before anything is read, answered nothing, and counted without content [M11]',
  async (rule) => {
    const { said, accessed, accessLog, logger } = loggers()
    const blockList = new BlockList([rule])
    const requests: string[] = []
    const requestListener = (request: { url?: string | undefined }): void => void requests.push(`${request.url}`)
    const server = await runServer(arena, { blockList, accessLog, logger }, { hostname: '127.0.0.1', requestListener })
    const stranger = new Stranger(server.port).say(`${upgradeHead}Cookie: ${secret}\r\n\r\n`)
    expect((await stranger.closed).text).toBe('')
    await new Stranger(server.port).say(`GET /${secret} HTTP/1.1\r\nHost: x\r\n\r\n`).closed
    expect(server.stats.blocked).toBe(2)
    expect(requests).toEqual([])
    expect(accessed.length).toBe(2)
    expect([...said, ...accessed].filter((line) => line.includes(secret))).toEqual([])
  },
)

test('an IPv6 address is blocked as one and IPv4 served beside it, which comes mapped over a socket for both [M11]', async () => {
  const blockList = new BlockList(['::1'])
  // a machine without IPv6 shows the half of it that it can
  const server = await runServer(arena, { blockList }, { hostname: hasIpv6 ? '::' : '127.0.0.1' })
  const blocked = hasIpv6 ? [new Stranger(server.port, '::1').say(`${upgradeHead}\r\n`)] : []
  for (const { closed } of blocked) expect((await closed).text).toBe('')
  const { socket, opened } = openStranger(`ws://127.0.0.1:${server.port}/`)
  await opened
  socket.terminate()
  blockList.add('127.0.0.1')
  expect((await new Stranger(server.port).say(`${upgradeHead}\r\n`).closed).text).toBe('')
  expect(server.stats.blocked).toBe(blocked.length + 1)
})

test('a rule that is added while the server runs ends the sessions of its addresses; taken back, they may come again [M11]', async () => {
  const blockList = new BlockList()
  const server = await runServer(arena, { blockList }, { hostname: '127.0.0.1' })
  const client = await join(server)
  const closed = once((listener) => client.onStatus((status, info) => status === 'closed' && listener(info)))
  blockList.add('127.0.0.1')
  expect((await closed)[0]).toMatchObject({ code: 'kicked', reason: 'the address is blocked' })
  await expect.poll(() => server.clients.size).toBe(0)
  await expect(join(server, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'connect_timeout' })
  blockList.delete('127.0.0.1')
  expect((await join(server)).status).toBe('connected')
})

test('behind a trusted proxy the client is blocked, with 403, and not the proxy [M11]', async () => {
  const blockList = new BlockList(['203.0.113.0/24'])
  const requestListener = (_request: unknown, response: { end(text: string): unknown }): void =>
    void response.end('the page')
  const server = await runServer(arena, { blockList }, { trustProxy: 1, requestListener })
  const from = (host: string) => ({ headers: { 'x-forwarded-for': host } })
  expect(await openStranger(urlOf(server), from('203.0.113.7')).ended).toEqual({ status: 403 })
  const { socket, opened } = openStranger(urlOf(server), from('198.51.100.1'))
  await opened
  socket.terminate()
  const page = (host: string) => fetch(`http://localhost:${server.port}/`, from(host))
  expect((await page('203.0.113.7')).status).toBe(403)
  expect(await (await page('198.51.100.1')).text()).toBe('the page')
})

test('with TLS a blocked address does not get as far as the certificate [M11]', async () => {
  const blockList = new BlockList(['127.0.0.1', '::1'])
  const server = await runServer(arena, { blockList }, { tls: certificates.first })
  const socket = connectTls({ port: server.port ?? 0, host: 'localhost', ca: certificates.first.cert })
  const outcome = await new Promise((resolve) => {
    socket.once('secureConnect', () => resolve('secure'))
    socket.once('error', () => resolve('cut'))
    socket.once('close', () => resolve('cut'))
  })
  expect(outcome).toBe('cut')
  expect(server.stats.blocked).toBeGreaterThan(0)
})
