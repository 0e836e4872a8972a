import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { reasonOf as browserReason } from '../src/web-socket/browser.js'
import { WebSocketTransport } from '../src/web-socket/web-socket-transport.js'

let http: Server
let sockets: WebSocketServer
let url: URL

beforeEach(async () => {
  http = createServer()
  sockets = new WebSocketServer({ server: http })
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
  const address = http.address()
  url = new URL(`ws://localhost:${typeof address === 'object' ? address?.port : 0}`)
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
  [4002, '', [4002, 'the server shut down']],
  [4999, '', [4999, 'the session ended for an unknown reason']],
  [1001, '', [4004, 'the transport was lost']],
])('a closing with %d %j becomes %j', async (code, reason, closing) => {
  const { transport, peer } = await openPair()
  const closed = closingOf(transport)
  peer.close(code, reason)
  expect(await closed).toEqual(closing)
})

test('a connection that breaks becomes transport_lost', async () => {
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

test('an ArrayBuffer of another realm is bytes', async () => {
  const { transport, peer } = await openPair()
  const bytes = new Promise<Uint8Array>((resolve) => {
    transport.onBytes = resolve
  })
  const original = Object.getOwnPropertyDescriptor(ArrayBuffer, Symbol.hasInstance)
  Object.defineProperty(ArrayBuffer, Symbol.hasInstance, { value: () => false, configurable: true })
  try {
    peer.send(Uint8Array.of(7))
    expect(Array.from(await bytes)).toEqual([7])
  } finally {
    if (original) Object.defineProperty(ArrayBuffer, Symbol.hasInstance, original)
    else Reflect.deleteProperty(ArrayBuffer, Symbol.hasInstance)
  }
})

describe('opening rejects with the reason and its cause', () => {
  const open = (address: URL): Promise<unknown> => WebSocketTransport.open(address, new AbortController().signal)

  test('if nothing listens', async () => {
    await expect(open(new URL('ws://localhost:1'))).rejects.toMatchObject({
      message: 'nothing listens at localhost:1',
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    })
  })

  test('if there is no such host', async () => {
    await expect(open(new URL('ws://no-such-host.invalid:1'))).rejects.toThrow(/^there is no host no-such-host.invalid/)
  })

  test.each([
    [200, /with HTTP 200: a web page or another program is at this address$/],
    [404, /with HTTP 404: there is no game server at this path$/],
    [403, /with HTTP 403: .*allowedOrigins/],
    [426, /with HTTP 426: the WebSocket of the game is at another path$/],
    [418, /with HTTP 418$/],
  ])('if the server answers with HTTP %d', async (status, message) => {
    http.removeAllListeners('upgrade')
    http.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\n\r\n`))
    await expect(open(url)).rejects.toThrow(message)
  })

  test('if the server does not speak TLS', async () => {
    await expect(open(new URL(url.href.replace('ws:', 'wss:')))).rejects.toThrow(
      `${url.host} does not speak TLS: use ws: instead of wss:`,
    )
  })

  test('if the server closes the connection at once', async () => {
    http.removeAllListeners('upgrade')
    http.on('upgrade', (_request, socket) => socket.destroy())
    await expect(open(url)).rejects.toThrow(
      /does not answer as a WebSocket server: a server with TLS needs wss:.*blocks this address/,
    )
  })

  test('if it is given up', async () => {
    const attempt = new AbortController()
    const opening = WebSocketTransport.open(url, attempt.signal)
    attempt.abort()
    await expect(opening).rejects.toThrow('cannot open a WebSocket')
  })
})

describe('in a browser, the reason', () => {
  const page = (protocol: string) => ({ protocol, origin: `${protocol}//page` })

  afterEach(() => Reflect.deleteProperty(globalThis, 'location'))

  test('names the common ones, with the origin of the page', () => {
    Object.assign(globalThis, { location: page('http:') })
    expect(browserReason(new URL('ws://host:1/arena'))).toMatch(/ws:\/\/host:1\/arena: .*the origin http:\/\/page/)
  })

  test('is the scheme, if a page of https: opens ws:', () => {
    Object.assign(globalThis, { location: page('https:') })
    expect(browserReason(new URL('ws://ada:opensesame@host:1/'))).toBe(
      'a page by https: needs a wss: address, not ws://host:1/',
    )
  })

  test('is there without a page, as in React Native', () => {
    expect(browserReason(new URL('ws://host:1/'))).toMatch(/^cannot open a WebSocket to ws:\/\/host:1\//)
  })
})
