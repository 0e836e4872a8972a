import { createSeededRandom } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { arena } from './support/arena.js'
import { join, runServer, urlOf } from './support/stage.js'
import { openStranger, type WebSocketEnding } from './support/stranger.js'

/** @returns the close code that a stranger gets for what it sends */
function closeCodeFor(url: string, ...packets: (Uint8Array | string)[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.on('open', () => {
      for (const packet of packets) socket.send(packet)
    })
    socket.on('close', (code) => resolve(code))
    socket.on('error', reject)
  })
}

test.each([
  ['no hello', [Uint8Array.of(1, 2, 3)]],
  ['nothing at all in a packet', [new Uint8Array(0)]],
  ['text', ['hello?']],
  ['a hello cut short', [Uint8Array.of(1, 0x54, 0x79)]],
  ['a packet above the limit', [new Uint8Array(2 * 1024 * 1024)]],
  ['a forged request to shut down', [new TextEncoder().encode('$shutdown')]],
])('a stranger that sends %s is closed with a code, and the game goes on [M13]', async (_case, packets) => {
  const server = await runServer(arena)
  const client = await join(server)
  expect(await closeCodeFor(urlOf(server), ...packets)).toBeGreaterThan(1000)
  await expect.poll(() => server.clients.size).toBe(1)
  expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
})

test('a stranger that says nothing is closed after the handshake timeout [M8]', async () => {
  const server = await runServer(arena, { limits: { handshakeTimeoutMs: 500 } })
  expect(await closeCodeFor(urlOf(server))).toBe(4005)
})

test('a flood of strangers is bounded, and there is room again when they have gone [M9]', async () => {
  // none is out of time meanwhile, on a busy machine too
  const server = await runServer(arena, { maxHandshakes: 10, limits: { handshakeTimeoutMs: 120_000 } })
  const strangers = Array.from({ length: 40 }, () => openStranger(urlOf(server)))
  const ends: WebSocketEnding[] = []
  for (const { ended } of strangers) void ended.then((end) => void ends.push(end))
  await expect.poll(() => ends).toEqual(Array.from({ length: 30 }, () => ({ code: 4025 })))
  for (const { socket } of strangers) socket.close()
  await Promise.all(strangers.map(({ ended }) => ended))
  const client = await join(server)
  expect(client.status).toBe('connected')
})

test('random bytes from 100 strangers stop nobody', async () => {
  const server = await runServer(arena)
  const client = await join(server)
  const random = createSeededRandom(11)
  for (let round = 0; round < 4; round++) {
    const strangers = Array.from({ length: 25 }, () => {
      const length = Math.floor(random() * 300)
      return closeCodeFor(
        urlOf(server),
        Uint8Array.from({ length }, () => random() * 256),
      )
    })
    await Promise.all(strangers)
  }
  expect(server.stats.refusedTransports).toBe(100)
  expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
})
