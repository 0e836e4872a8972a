import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { WebSocketTransport } from '../src/web-socket/web-socket-transport.js'

let http: Server
let sockets: WebSocketServer
let url: string

beforeEach(async () => {
  http = createServer()
  sockets = new WebSocketServer({ server: http })
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
  const address = http.address()
  url = `ws://localhost:${typeof address === 'object' ? address?.port : 0}`
})

afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate()
  await new Promise((resolve) => http.close(resolve))
})

/** Both ends, open. */
async function openPair(): Promise<{ transport: WebSocketTransport; peer: WebSocket }> {
  const accepted = new Promise<WebSocket>((resolve) => sockets.once('connection', resolve))
  const transport = await WebSocketTransport.open(url, new AbortController().signal)
  return { transport, peer: await accepted }
}

function closingOf(transport: WebSocketTransport): Promise<[number, string]> {
  return new Promise((resolve) => {
    transport.onClose = (code, reason) => resolve([code, reason])
  })
}

test('packets go both ways whole, as plain byte arrays', async () => {
  const { transport, peer } = await openPair()
  const echoed = new Promise<Uint8Array>((resolve) => {
    transport.onBytes = resolve
  })
  peer.on('message', (data) => peer.send(data))
  transport.send(Uint8Array.of(1, 2, 3))
  expect(await echoed).toEqual(Uint8Array.of(1, 2, 3))
  expect(transport.reliable).toBe(true)
})

test.each([
  [4002, 'back soon', [4002, 'back soon']],
  [4002, '', [4002, 'the server shuts down']],
  [4999, '', [4999, 'the peer gave a reason that this version does not know']],
  [1001, '', [4004, 'the transport closed without a word']],
])('a closing with %d %j is told as %j', async (code, reason, told) => {
  const { transport, peer } = await openPair()
  const closing = closingOf(transport)
  peer.close(code, reason)
  expect(await closing).toEqual(told)
})

test('a connection that breaks is told as transport_lost', async () => {
  const { transport, peer } = await openPair()
  const closing = closingOf(transport)
  peer.terminate()
  expect((await closing)[0]).toBe(4004)
})

test('text closes it as malformed', async () => {
  const { transport, peer } = await openPair()
  const closing = closingOf(transport)
  peer.send('hello')
  expect((await closing)[0]).toBe(4040)
})

test('its own closing reaches the peer with a reason that fits, and sending afterwards does nothing', async () => {
  const { transport, peer } = await openPair()
  const closing = new Promise<[number, string]>((resolve) =>
    peer.on('close', (code, reason) => resolve([code, reason.toString()])),
  )
  transport.close(4001, '🦆'.repeat(100))
  transport.close(4002, 'again')
  transport.send(Uint8Array.of(1))
  const [code, reason] = await closing
  expect(code).toBe(4001)
  expect(reason).toMatch(/^🦆+$/u)
})

test('opening rejects where nobody listens, and when it is given up', async () => {
  await expect(WebSocketTransport.open('ws://localhost:1', new AbortController().signal)).rejects.toThrow('no server')
  const attempt = new AbortController()
  const opening = WebSocketTransport.open(url, attempt.signal)
  attempt.abort()
  await expect(opening).rejects.toThrow('no server')
})
