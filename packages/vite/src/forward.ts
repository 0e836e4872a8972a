import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Listener } from '@tygase/server'
import {
  type ListenerDoor,
  type ListeningAddress,
  loadWebSocketListener,
  type RoomSource,
} from '@tygase/server/internal'

/** The port of the game on this machine, once it runs. Rejects if there is no game. */
export type GamePort = () => Promise<number>

const host = '127.0.0.1'

/** Listens at a free port of this machine alone, behind the port of the page: what comes there is handed on. */
export class LoopbackListener implements Listener {
  readonly #rooms: RoomSource
  readonly #path: string | undefined
  readonly #url: string
  #inner: Listener | undefined
  #port: number | undefined

  /** @param url where people find the page, for the log */
  constructor(rooms: RoomSource, path: string | undefined, url: string) {
    this.#rooms = rooms
    this.#path = path
    this.#url = url
  }

  get port(): number | undefined {
    return this.#port
  }

  async listen(door: ListenerDoor): Promise<ListeningAddress> {
    const { WebSocketListener } = await loadWebSocketListener()
    // the port of the page says in X-Forwarded-For who has sent a request
    const options = { port: 0, hostname: host, rooms: this.#rooms, path: this.#path, trustProxy: [host] }
    this.#inner = new WebSocketListener(options)
    this.#port = (await this.#inner.listen(door)).port
    return { url: this.#url }
  }

  async close(drainMs: number): Promise<void> {
    this.#port = undefined
    await this.#inner?.close(drainMs)
  }
}

/** Vite's own sockets, which it takes itself. */
const isVites = ({ headers }: IncomingMessage): boolean =>
  /^vite-/.test(String(headers['sec-websocket-protocol'] ?? ''))

/**
 * Hands the WebSockets of clients on to the game, byte for byte.
 * @param isOurs by the path of a request
 */
export function forwardUpgrades(port: GamePort, isOurs: (path: string) => boolean) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (isVites(request) || !isOurs(pathOf(request))) return
    socket.on('error', () => socket.destroy())
    const refuse = (): void => void socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
    const open = (number: number): void => {
      if (socket.destroyed) return
      const game = connect(number, host)
      game.on('error', () => socket.destroy())
      game.on('close', () => socket.destroy())
      socket.on('close', () => game.destroy())
      game.write(headOf(request))
      game.write(head)
      game.pipe(socket).pipe(game)
    }
    port().then(open, refuse)
  }
}

/** Hands HTTP requests at these paths on to the game. */
export function forwardRequests(port: GamePort, paths: readonly string[]) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const path = pathOf(request)
    if (!paths.some((each) => path === each || path.startsWith(`${each}/`))) return next()
    const refuse = (): void => {
      if (response.headersSent) return void response.destroy()
      response.writeHead(503, { 'content-type': 'text/plain' }).end('The game does not run: the terminal says why.\n')
    }
    const open = (number: number): void => {
      const { method, url, headers } = request
      const forwarded = { ...headers, 'x-forwarded-for': addressesOf(request) }
      // a connection of its own: the game closes one that rests, and this end may not know of it yet
      const asked = ask({ host, port: number, method, path: url, headers: forwarded, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      asked.on('error', refuse)
      request.pipe(asked)
    }
    port().then(open, refuse)
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0]!
}

/** The request as it came, with the address of its sender. */
function headOf(request: IncomingMessage): string {
  const { method, url, httpVersion, rawHeaders } = request
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() !== 'x-forwarded-for') lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  }
  lines.push(`x-forwarded-for: ${addressesOf(request)}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function addressesOf({ headers, socket }: IncomingMessage): string {
  const before = headers['x-forwarded-for']
  return [...(before === undefined ? [] : [String(before)]), socket.remoteAddress ?? host].join(', ')
}
