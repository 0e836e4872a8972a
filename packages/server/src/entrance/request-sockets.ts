import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock, Logger } from '@tygase/gamestate'
import { guarded } from '@tygase/gamestate/internal'
import { limitPerAddress } from './address-limits.js'
import { PendingList } from './pending-list.js'

/** Connections without a request under way, in all and from one address. The oldest one goes first. */
const maxIdle = 256
const maxIdlePerAddress = 32
/** Requests that one connection may send ahead. Browsers send none; further ones are dropped, and the connection closed. */
const maxHeld = 64
/** What a request costs beside the call of its listener, in ms: its parsing, the turns after the call, its answer. */
const restMs = 0.2
/** A connection that was refused has this time to read why. */
const lingerMs = 500
const failed = 'a socket failed'

/** What the requests of one connection may cost: see `Budget`. */
export interface RequestBudget {
  spend(bytes: number, workMs: number, now: number): void
  /** Time from which the next request may begin. */
  readyAt(now: number): number
  close(now: number): void
}

export interface RequestSocketsOptions {
  clock: Clock
  logger: Logger
  /** Time that a connection may take for its next request. */
  idleTimeoutMs: number
  /** Budget of a new connection. @param host undefined for an address that many clients share */
  budget?: ((host: string | undefined) => RequestBudget) | undefined
}

interface Connection {
  readonly socket: Socket
  readonly host: string | undefined
  readonly budget: RequestBudget | undefined
  /** A request has begun, and its response has not ended. */
  isBusy: boolean
  /** The next requests. Each begins after the one before. */
  readonly held: (() => void)[]
  /** Closes after the last of them: there were too many. */
  isLast: boolean
  /** Takes it off the list of idle connections. */
  leave: () => void
  bytesRead: number
}

/**
 * HTTP requests of each connection, one after the other: a second one that was sent ahead waits, and the connection is not read
 * meanwhile. Connections that wait for their next request are bounded in number.
 */
export class RequestSockets {
  readonly #options: RequestSocketsOptions
  readonly #idle: PendingList
  readonly #connections = new WeakMap<Socket, Connection>()

  constructor(options: RequestSocketsOptions) {
    const { clock, idleTimeoutMs } = options
    this.#options = options
    const maxPerAddress = limitPerAddress(undefined, maxIdlePerAddress)
    this.#idle = new PendingList({ clock, timeoutMs: idleTimeoutMs, max: maxIdle, maxPerAddress })
  }

  /** Number of connections that wait for their next request. */
  get idle(): number {
    return this.#idle.size
  }

  /**
   * Begins a request in its turn.
   * @param host of the other end; undefined for a proxy, which many clients share
   * @param work answers the request. It must not throw.
   */
  take({ socket }: IncomingMessage, response: ServerResponse, host: string | undefined, work: () => void): void {
    const connection = this.#connections.get(socket) ?? this.#enter(socket, host)
    const begin = (): void => this.#begin(connection, response, work)
    const now = this.#options.clock.now()
    const readyMs = connection.budget?.readyAt(now) ?? now
    if (!connection.isBusy && readyMs <= now) return begin()
    if (connection.isLast) return
    const isFirst = connection.held.push(begin) === 1
    // Node parses all that it has read at once
    if (connection.held.length === maxHeld) {
      connection.isLast = true
      stopParsing(socket)
    } else if (isFirst) stopReading(socket)
    if (isFirst && !connection.isBusy) this.#goOnAt(connection, readyMs)
  }

  /** The connection has become a WebSocket. @returns false if a request is still under way */
  release(socket: Socket): boolean {
    const connection = this.#connections.get(socket)
    connection?.leave()
    return connection?.isBusy !== true
  }

  /** Cuts the connection when the peer has had time to read its answer. */
  linger(socket: Socket, host: string | undefined): void {
    const { clock, logger } = this.#options
    const leave = this.#idle.add(host, () => socket.destroy())
    const cancel = clock.schedule(lingerMs, () => socket.destroy())
    const end = (): void => {
      leave()
      cancel()
    }
    socket.once('close', guarded(logger, failed, end))
  }

  #enter(socket: Socket, host: string | undefined): Connection {
    const { clock, logger } = this.#options
    const budget = this.#options.budget?.(host)
    const connection: Connection = {
      ...{ socket, host, budget, isBusy: false, held: [], isLast: false, bytesRead: 0 },
      leave: () => {},
    }
    this.#connections.set(socket, connection)
    const end = (): void => {
      connection.leave()
      connection.held.length = 0
      budget?.close(clock.now())
    }
    socket.once('close', guarded(logger, failed, end))
    return connection
  }

  #begin(connection: Connection, response: ServerResponse, work: () => void): void {
    const { clock, logger } = this.#options
    const { socket, budget } = connection
    connection.leave()
    connection.isBusy = true
    response.once(
      'close',
      guarded(logger, failed, () => this.#end(connection)),
    )
    const sinceMs = clock.now()
    work()
    if (budget === undefined) return
    const now = clock.now()
    budget.spend(socket.bytesRead - connection.bytesRead, now - sinceMs + restMs, now)
    connection.bytesRead = socket.bytesRead
  }

  #end(connection: Connection): void {
    const { clock } = this.#options
    const { socket, budget, held, host, isLast } = connection
    connection.isBusy = false
    if (socket.destroyed || !socket.writable) return
    const now = clock.now()
    if (isLast && held.length === 0) socket.destroySoon()
    else if (held.length > 0) this.#goOnAt(connection, budget?.readyAt(now) ?? now)
    else connection.leave = this.#idle.add(host, () => socket.destroy())
  }

  #goOnAt(connection: Connection, readyMs: number): void {
    const { clock } = this.#options
    const waitMs = readyMs - clock.now()
    const goOn = (): void => {
      const { held, budget, socket } = connection
      if (held.length === 0) return
      const now = clock.now()
      const nextMs = budget?.readyAt(now) ?? now
      if (nextMs > now) return this.#goOnAt(connection, nextMs)
      const begin = held.shift()
      begin?.()
      if (held.length === 0 && !connection.isLast) resumeReading(socket)
    }
    if (waitMs > 0) clock.schedule(waitMs, goOn)
    else goOn()
  }
}

/** The parts of Node's HTTP parser that its server uses itself, for sockets that are slow to write. */
interface ParsedSocket extends Socket {
  parser?: { resume?(): void; onIncoming?: (...args: unknown[]) => number } | null
  /** If it is set, Node resumes the socket only together with its parser. */
  _paused?: boolean
}

function stopReading(socket: ParsedSocket): void {
  // Node then stops the parser too
  socket._paused = true
  socket.pause()
}

function resumeReading(socket: ParsedSocket): void {
  socket._paused = false
  if (socket.destroyed) return
  socket.parser?.resume?.()
  socket.resume()
}

/** Parses nothing more of a connection, not even what was read already. */
function stopParsing(socket: ParsedSocket): void {
  // the parser takes what follows for another protocol, as after an upgrade
  if (socket.parser) socket.parser.onIncoming = () => 2
  stopReading(socket)
}

/** Lingering connections by socket, for requests that a listener of this package has taken. */
const lingering = new WeakMap<Socket, (socket: Socket) => void>()

/** Lets `answerAndClose` bound the connections that it closes. */
export function setLingering(socket: Socket, linger: (socket: Socket) => void): void {
  lingering.set(socket, linger)
}

/**
 * A whole answer with a JSON body, after which the connection closes. Nothing but this text is made for it.
 * @param headers lines: `retry-after: 1`
 */
export function closingAnswer(status: number, body: object, headers: readonly string[], isHead: boolean): string {
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'cache-control: no-store',
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${isHead ? '' : text}`
}

/**
 * Sends a whole answer, head and body, and closes the connection. Requests that were sent ahead are not even parsed, so a flood of
 * them costs little.
 */
export function answerAndClose({ socket }: IncomingMessage, bytes: string): void {
  stopParsing(socket)
  const linger = lingering.get(socket)
  if (linger === undefined) socket.end(bytes, () => socket.destroy())
  else {
    socket.end(bytes)
    linger(socket)
  }
}
