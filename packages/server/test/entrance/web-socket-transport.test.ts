import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { systemClock as clock, silentLogger } from '@tygase/gamestate/internal'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Budgets, budgetsOf } from '../../src/entrance/budget.js'
import { ClosingSockets } from '../../src/entrance/closing-sockets.js'
import { WebSocketTransport } from '../../src/entrance/web-socket-transport.js'

const limits = { maxBytesPerSecond: 1e6, maxBytesPerSecondInAll: 1e7, maxTimeShare: 1, maxTimeShareInAll: 1 }

/** A transport on a real socket, and the messages that a WebSocket client gets from it. */
async function open() {
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const spent: number[] = []
  const accepted = new Promise<{ transport: WebSocketTransport; written: Buffer[] }>((resolve) => {
    http.on('upgrade', (request, socket: Socket, head) => {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const written: Buffer[] = []
        const write = socket.write.bind(socket)
        // reason: only the one-argument form is used here
        socket.write = ((bytes: Buffer) => {
          written.push(bytes)
          return write(bytes)
        }) as typeof socket.write
        const clientAddress = { host: '127.0.0.1', port: 1 }
        const budget = new Budgets(budgetsOf(limits), clock.now()).open(clientAddress.host, clock.now())
        const spend = budget.spend.bind(budget)
        budget.spend = (bytes, ...more) => {
          spent.push(bytes)
          spend(bytes, ...more)
        }
        const closing = new ClosingSockets(clock, 2000)
        const options = {
          socket: webSocket,
          stream: socket,
          clientAddress,
          closing,
          clock,
          budget,
          logger: silentLogger,
        }
        resolve({ transport: new WebSocketTransport(options), written })
      })
    })
  })
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  const opened = new Promise((resolve) => client.once('open', resolve))
  const received: Buffer[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  client.on('message', (bytes: Buffer) => {
    received.push(bytes)
    for (const { count, resolve } of waiting) if (received.length >= count) resolve()
  })
  onTestFinished(() => {
    client.terminate()
    http.close()
  })
  const receives = (count: number): Promise<void> =>
    received.length >= count ? Promise.resolve() : new Promise((resolve) => void waiting.push({ count, resolve }))
  const ends = await accepted
  await opened
  return { ...ends, client, received, receives, spent }
}

const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

test.each([
  [1, 1],
  [5, 125],
  [125, 126],
  [126, 65_535],
  [65_536, 3],
  [300_000, 70_000],
])('%d shared bytes and %d own bytes are one message at the peer', async (shared, own) => {
  const { transport, received, receives } = await open()
  transport.sendShared(bytesOf(shared, 1), bytesOf(own, 2))
  transport.send(bytesOf(1, 3))
  await receives(2)
  expect(received.map(({ length }) => length)).toEqual([shared + own, 1])
  expect(received[0]?.equals(Buffer.concat([bytesOf(shared, 1), bytesOf(own, 2)]))).toBe(true)
})

test('shared bytes alone are one message of one frame', async () => {
  const { transport, received, receives, written } = await open()
  transport.sendShared(bytesOf(5, 7), undefined)
  transport.sendShared(bytesOf(5, 7), new Uint8Array())
  await receives(2)
  expect(received.map((bytes) => [...bytes])).toEqual([
    [7, 7, 7, 7, 7],
    [7, 7, 7, 7, 7],
  ])
  expect(written.map((bytes) => bytes.toString('hex'))).toEqual(['82050707070707', '82050707070707'])
})

test('the first frame has FIN 0 and the shared bytes, the continuation frame FIN 1 and the own bytes', async () => {
  const { transport, receives, written } = await open()
  transport.sendShared(bytesOf(2, 1), bytesOf(3, 2))
  await receives(1)
  expect(Buffer.concat(written).toString('hex')).toBe('02020101' + '8003020202')
})

test('a large shared packet is framed once, and the same frame is written to every client', async () => {
  const [one, other] = [await open(), await open()]
  const shared = bytesOf(40_000, 1)
  one.transport.sendShared(shared, bytesOf(3, 2))
  other.transport.sendShared(shared, bytesOf(4, 3))
  await Promise.all([one.receives(1), other.receives(1)])
  expect(one.written[0]).toBe(other.written[0])
  expect([one.received[0]?.length, other.received[0]?.length]).toEqual([40_003, 40_004])
})

test('many messages of two frames in a row keep their order and their borders', async () => {
  const { transport, received, receives } = await open()
  for (let i = 0; i < 200; i++) transport.sendShared(bytesOf(i % 7 === 0 ? 20_000 : 10, i % 256), bytesOf(i % 5, 255))
  await receives(200)
  expect(received.map(({ length }) => length)).toEqual(
    Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? 20_000 : 10) + (i % 5)),
  )
})

test('each byte that is read is paid for once', async () => {
  const { transport, client, spent } = await open()
  const before = transport.bytesRead
  let count = 0
  const all = new Promise<void>((resolve) => {
    transport.onBytes = () => {
      if (++count === 20) resolve()
    }
  })
  for (let i = 0; i < 20; i++) client.send(bytesOf(100 + i, i))
  await all
  expect(spent.reduce((sum, bytes) => sum + bytes, 0)).toBe(transport.bytesRead - before)
})

test('what is left of a large message gets less with each part that leaves', async () => {
  const { transport } = await open()
  transport.send(bytesOf(32 * 1024 * 1024, 1))
  // the stream counts the whole message until its last byte has left; the socket below counts the rest
  expect(transport.bytesLeft).toBeGreaterThan(transport.bufferedBytes)
  expect(transport.bytesLeft).toBeLessThanOrEqual(2 * transport.bufferedBytes)
})
