import type { Socket } from 'node:net'
import { encodeValue } from '@tygase/gamestate/internal'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { eventPacket } from './support/hostile-bytes.js'
import { LooseClient } from './support/loose-client.js'
import { join, once, runServer, urlOf } from './support/stage.js'

const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, ping: 0x9, pong: 0xa }

/** One frame as a client sends it, with a mask of zeros. @param content its bytes, or how many zeros */
function frame(opcode: number, content: number | Uint8Array, isFinal = true): Buffer {
  const bytes = typeof content === 'number' ? Buffer.alloc(content) : content
  const { length } = bytes
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of((isFinal ? 0x80 : 0) | opcode, ...size), Buffer.alloc(4), bytes])
}

function repeat(bytes: Buffer, total: number): Buffer {
  return Buffer.concat(Array(Math.ceil(total / bytes.length)).fill(bytes))
}

/** Writes below the WebSocket of a client. */
function streamOf(client: LooseClient): Socket {
  // reason: ws gives no other way to the socket below
  return (client.socket as unknown as { _socket: Socket })._socket
}

const floodBytes = 300_000

async function setUp(maxBytesPerSecond = 100_000) {
  const server = await runServer(arena, { maxBytesPerSecond, limits: { idleTimeoutMs: 60_000 } })
  const fair = await join(server)
  const hostile = await LooseClient.join(urlOf(server))
  const connection = server.clients.get(hostile.clientId)!
  const expectFairPlay = async (): Promise<void> => {
    expect(await fair.request('buy', { item: 'bread' })).toBe('bread bought')
  }
  const isSlowed = (): Promise<unknown> =>
    once((listener) => server.machine.onTick(() => connection.stats.readPauses > 1 && listener()))
  return { server, hostile, connection, expectFairPlay, isSlowed }
}

test.each([
  ['empty pings', frame(opcodes.ping, 0)],
  ['full pings', frame(opcodes.ping, 125)],
  ['empty pongs', frame(opcodes.pong, 0)],
  ['full pongs', frame(opcodes.pong, 125)],
  ['pings and pongs in turn', Buffer.concat([frame(opcodes.ping, 3), frame(opcodes.pong, 3)])],
])(
  'a client that sends nothing but %s is slowed by its bytes, hears a few pongs, and plays on',
  async (_name, frames) => {
    const { hostile, connection, expectFairPlay, isSlowed } = await setUp()
    let pongs = 0
    hostile.socket.on('pong', () => pongs++)
    const flood = repeat(frames, floodBytes)
    streamOf(hostile).write(flood)
    await isSlowed()
    await expectFairPlay()
    // it comes behind the flood
    expect(await hostile.request('buy', { item: 'fish' })).toBe('fish bought')
    expect(connection.status).toBe('connected')
    // one for each read at most, and a read has many pings
    expect(pongs).toBeLessThan(flood.length / frames.length / 10)
  },
)

test.each([
  ['fragments of nothing', frame(opcodes.continuation, 0, false), 'malformed'],
  ['fragments of one byte', frame(opcodes.continuation, 1, false), 'malformed'],
  ['fragments of 60 KiB', frame(opcodes.continuation, 60 * 1024, false), 'packet_too_large'],
])('a message of %s that never ends is cut at a limit, and others play on', async (_name, fragment, code) => {
  // fast enough to come to the limit soon
  const { hostile, expectFairPlay } = await setUp(1_000_000)
  const stream = streamOf(hostile)
  stream.write(frame(opcodes.binary, 0, false))
  const count = fragment.length > 1000 ? 20 : 1000
  stream.write(repeat(fragment, count * fragment.length))
  expect(await hostile.closed).toMatch(new RegExp(`${code}|1009|1008|1006`))
  await expectFairPlay()
})

test.each([
  [256, 'taken'],
  [257, '1008'],
])('a packet in %d fragments is taken up to 256, and else its connection is closed: %s', async (fragments, outcome) => {
  const { server, hostile } = await setUp()
  const packet = eventPacket(1, 'note', encodeValue('in pieces'))
  const middle = frame(opcodes.continuation, 0, false)
  const pieces = [
    frame(opcodes.binary, packet, false),
    ...Array(fragments - 2).fill(middle),
    frame(opcodes.continuation, 0),
  ]
  const taken = new Promise<string>((resolve) => {
    server.store.subscribe(({ log }) => void (log.includes('in pieces') && resolve('taken')))
  })
  streamOf(hostile).write(Buffer.concat(pieces))
  expect(await Promise.race([hostile.closed, taken])).toBe(outcome)
})

test('a client that goes on after it was closed is not read faster than before, and cut', async () => {
  const { server, hostile, expectFairPlay } = await setUp()
  const stream = streamOf(hostile)
  stream.on('error', () => {})
  const readBefore = server.stats.packetsIn
  // text is no packet: the session is closed, and its end is awaited
  stream.write(frame(opcodes.text, 0))
  stream.write(repeat(frame(opcodes.ping, 0), floodBytes))
  await expectFairPlay()
  expect(await hostile.closed).toBe('malformed')
  expect(server.stats.packetsIn - readBefore).toBeLessThan(10)
})

test('a client whose packets take long is slowed by their time, and the game of others goes on', async () => {
  const server = await runServer(arena, { maxTimeShare: 0.05 })
  const fair = await join(server)
  const slow = await LooseClient.join(urlOf(server))
  const connection = server.clients.get(slow.clientId)!
  let spins = 0
  server.registerEventHandler('nextRound', () => {
    const untilMs = performance.now() + 3
    while (performance.now() < untilMs) spins++
  })
  const answers = Array.from({ length: 20 }, () => slow.request('nextRound'))
  await once((listener) => server.machine.onTick(() => connection.stats.readPauses > 1 && listener()))
  expect(await fair.request('buy', { item: 'bread' })).toBe('bread bought')
  await Promise.all(answers)
  expect([connection.status, spins > 0]).toEqual(['connected', true])
})
