import { once as onceEmitted } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { encodeValue } from '@tygase/gamestate/internal'
import { createHttp } from '@tygase/http'
import { expect, onTestFinished, test } from 'vitest'
import { arena } from './support/arena.js'
import { eventPacket, helloPacket } from './support/hostile-bytes.js'
import { searchedLogger } from './support/searched-log.js'
import { once, runServer } from './support/stage.js'
import { upgradeHead } from './support/stranger.js'

const [more, text, binary, ping, final] = [0, 1, 2, 9, 0x80]

/** One frame of a client: its mask is zeros, so that its bytes are what they are. */
function frame(firstByte: number, payload: Uint8Array): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255]
  return Buffer.from([firstByte, 0x80 | (length[0] ?? 0), ...length.slice(1), 0, 0, 0, 0, ...payload])
}

/** A server that answers HTTP too, and a WebSocket to it of which every byte is the test's own. */
async function setUp() {
  const { requestListener } = createHttp({ logger: searchedLogger })
  const server = await runServer(arena, {}, { requestListener })
  const opened = once((listener) => server.room.onJoin(listener))
  const closed = once((listener) => server.room.onLeave(listener))
  const socket = connectTcp({ port: server.port ?? 0, host: 'localhost', noDelay: true })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(`${upgradeHead}\r\n`)
  const [answer] = (await onceEmitted(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /)
  const write = (bytes: Uint8Array): Promise<void> => new Promise((resolve) => socket.write(bytes, () => resolve()))
  return { server, socket, write, opened, closed }
}

const note = (sequence: number, text: string) => frame(final | binary, eventPacket(sequence, 'note', encodeValue(text)))

test('a packet in fragments, with a ping between them, byte by byte, is one packet [M36]', async () => {
  const { server, write, opened } = await setUp()
  const hello = helloPacket()
  const pieces = [
    frame(binary, hello.subarray(0, 5)),
    frame(final | ping, Uint8Array.of(1)),
    frame(more, hello.subarray(5, 9)),
    frame(final | more, hello.subarray(9)),
  ]
  for (const byte of Buffer.concat(pieces)) await write(Uint8Array.of(byte))
  const [connection] = await opened
  expect([...server.clients.values()]).toEqual([connection])
})

test('packets that come together are as many packets, in their order [M36]', async () => {
  const { server, write, opened } = await setUp()
  await write(Buffer.concat([frame(final | binary, helloPacket()), ...[1, 2, 3].map((i) => note(i, `note ${i}`))]))
  await opened
  // they may have run in the tick of the join
  if (server.store.state.log.length < 3) {
    await new Promise<void>((resolve) => {
      server.store.subscribe(({ log }) => void (log.length === 3 && resolve()))
    })
  }
  expect(server.store.state.log).toEqual(['note 1', 'note 2', 'note 3'])
})

test('text ends the session, and its hook gets the reason; others and HTTP go on [M36]', async () => {
  const { server, write, opened, closed } = await setUp()
  await write(frame(final | binary, helloPacket()))
  const [connection] = await opened
  await write(frame(final | text, Buffer.from('hello')))
  const [gone, info] = await closed
  expect(gone).toBe(connection)
  expect(info).toMatchObject({ code: 'malformed' })
  expect((await fetch(`http://localhost:${server.port}/healthz`)).status).toBe(200)
})
