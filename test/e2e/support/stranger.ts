import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'

/** What became of a stranger's connection. */
export interface Ending {
  /** What it was sent, as text: an HTTP answer, if there was one. */
  text: string
}

/** A bare TCP connection to a server's port. */
export class Stranger {
  readonly socket: Socket
  /** Resolves when the connection has closed, whoever closed it and how. */
  readonly closed: Promise<Ending>

  constructor(port: number | undefined, host = '127.0.0.1') {
    this.socket = connect({ port: port ?? 0, host })
    let text = ''
    this.socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
    })
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve({ text })))
    onTestFinished(() => void this.socket.destroy())
  }

  say(...texts: string[]): this {
    for (const text of texts) this.socket.write(text, 'latin1')
    return this
  }
}

/** The head of a good upgrade, without the empty line that ends it. */
export const upgradeHead = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '',
].join('\r\n')

/** How a WebSocket fared: refused before it was one with an HTTP status, or closed with a code. */
export type WebSocketEnding = { status: number } | { code: number }

/** A WebSocket that answers nothing by itself. */
export function openStranger(url: string, options: ClientOptions = {}) {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options })
  onTestFinished(() => socket.terminate())
  const ended = new Promise<WebSocketEnding>((resolve) => {
    socket.once('unexpected-response', (request, response) => {
      request.destroy()
      resolve({ status: response.statusCode ?? 0 })
    })
    socket.once('close', (code) => resolve({ code }))
    socket.on('error', () => {})
  })
  const opened = new Promise<void>((resolve) => socket.once('open', () => resolve()))
  return { socket, opened, ended }
}
