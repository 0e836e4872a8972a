import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { join, runServer, urlOf } from './support/stage.js'
import { openStranger, Stranger, upgradeHead } from './support/stranger.js'

const quick = { limits: { handshakeTimeoutMs: 150 } }

/** Resolves when so many of them have ended. */
function firstOf(count: number, strangers: readonly { ended: Promise<unknown> }[]): Promise<void> {
  let ended = 0
  return new Promise((resolve) => {
    for (const stranger of strangers) void stranger.ended.then(() => ++ended === count && resolve())
  })
}

test.each<[string, (stranger: Stranger) => void]>([
  ['nothing at all', () => {}],
  ['half a request line', (stranger) => stranger.say('GET / HT')],
  ['all headers but the empty line that ends them', (stranger) => stranger.say(upgradeHead)],
])('a socket that sends %s is cut after the handshake time [M8]', async (_case, say) => {
  const server = await runServer(arena, quick)
  const client = await join(server)
  const connected: string[] = []
  server.room.onJoin(({ id }) => connected.push(id))
  const stranger = new Stranger(server.port)
  say(stranger)
  await stranger.closed
  expect(connected).toEqual([])
  expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
})

test('a header that trickles in, a byte at a time, does not make its time any longer [M8]', async () => {
  const server = await runServer(arena, quick)
  const stranger = new Stranger(server.port)
  let sent = 0
  const drip = setInterval(() => stranger.say(upgradeHead.charAt(sent++) || 'x'), 10)
  await stranger.closed
  clearInterval(drip)
  expect(sent).toBeLessThan(upgradeHead.length)
})

test('a hello that trickles in, half a WebSocket frame, does not make its time any longer, without any other client [M8]', async () => {
  const server = await runServer(arena, quick)
  const ended: unknown[] = []
  server.room.onLeave((connection) => ended.push(connection))
  // the head of a masked frame of 100 bytes, and nothing of it
  const stranger = new Stranger(server.port).say(`${upgradeHead}\r\n`, '\x82\xe4\x01\x02\x03\x04')
  const { text } = await stranger.closed
  expect(text).toContain('101 Switching Protocols')
  expect(text).toContain('no hello in time')
  expect([server.clients.size, ended]).toEqual([0, []])
})

test('sockets that say nothing push out each other, and an honest client gets in at once', async () => {
  const server = await runServer(arena, { maxHandshakes: 20, limits: { handshakeTimeoutMs: 30_000 } })
  const strangers = Array.from({ length: 100 }, () => new Stranger(server.port))
  await firstOf(
    80,
    strangers.map(({ closed }) => ({ ended: closed })),
  )
  const client = await join(server, { timeoutMs: 20_000 })
  expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
})

test('one address has no more sockets without a hello than it may', async () => {
  const server = await runServer(arena, { maxHandshakesPerAddress: 3, limits: { handshakeTimeoutMs: 2000 } })
  const strangers = Array.from({ length: 10 }, () => openStranger(urlOf(server)))
  const ends = await Promise.all(strangers.map(({ ended }) => ended))
  expect(ends.filter((end) => 'code' in end && end.code === 4005).length).toBe(3)
})

test('a flood of 1,000 connections that never finish: bounded, and honest clients get in all the while [M9]', async () => {
  const server = await runServer(arena, { maxHandshakes: 50, limits: { handshakeTimeoutMs: 30_000 } })
  const stays = await join(server)
  const strangers = [] as ReturnType<typeof openStranger>[]
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 100; i++) strangers.push(openStranger(urlOf(server)))
    const client = await join(server, { timeoutMs: 20_000 })
    expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
    await client.disconnect()
  }
  // nobody's time is over yet: all but those who may wait had to make room
  await firstOf(950, strangers)
  await expect.poll(() => server.clients.size).toBe(1)
  expect(await stays.request('buy', { item: 'bread' })).toBe('bread bought')
})

test('a hello that never ends is cut when it is more than one can be, whether in one frame or in many', async () => {
  const server = await runServer(arena, { limits: { handshakeTimeoutMs: 30_000 } })
  const noise = 'x'.repeat(1000)
  // the head of a masked frame of 2^20 bytes; the head of a frame of 1,000 that others follow
  const heads = ['\x82\xff\0\0\0\0\0\x0f\xff\xff\x01\x02\x03\x04', '\x02\xfe\x03\xe8\x01\x02\x03\x04']
  const strangers = heads.map((head) => new Stranger(server.port).say(`${upgradeHead}\r\n`, head, noise))
  const [one, many] = strangers
  for (let i = 0; i < 40; i++) {
    one?.say(noise)
    many?.say('\x00\xfe\x03\xe8\x01\x02\x03\x04', noise)
  }
  // all of it together with the request, too
  const whole = `${upgradeHead}\r\n${heads[0]}${noise.repeat(40)}`
  strangers.push(new Stranger(server.port).say(whole))
  for (const { closed } of strangers) expect((await closed).text).toContain('101 Switching')
  expect((await join(server)).status).toBe('connected')
})

test('who asks for pages and never for an upgrade is answered and let go', async () => {
  const server = await runServer(arena, { maxHandshakes: 5 })
  for (let i = 0; i < 20; i++) {
    const { text } = await new Stranger(server.port).say('GET / HTTP/1.1\r\nHost: x\r\n\r\n').closed
    expect(text).toMatch(/^HTTP\/1\.1 426 /)
  }
})

test.each([
  ['a header above every bound', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ['what is no HTTP', '\x16\x03\x01\x02\x00garbage\r\n\r\n', /^HTTP\/1\.1 400 /],
  [
    'an upgrade to something else',
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    /^HTTP\/1\.1 4\d\d /,
  ],
  ['an upgrade without a key', `${upgradeHead.replace(/Sec-WebSocket-Key.*\r\n/, '')}\r\n`, /^HTTP\/1\.1 400 /],
  ['a frame that is not masked', `${upgradeHead}\r\n\x82\x01x`, /101 Switching/],
  ['a frame of 2^62 bytes', `${upgradeHead}\r\n\x82\xff\x40\0\0\0\0\0\0\0\x01\x02\x03\x04`, /101 Switching/],
])('%s is answered with a refusal and closed', async (_case, bytes, answer) => {
  const server = await runServer(arena)
  const client = await join(server)
  const { text } = await new Stranger(server.port).say(bytes).closed
  expect(text).toMatch(answer)
  await expect.poll(() => server.clients.size).toBe(1)
  expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
})
