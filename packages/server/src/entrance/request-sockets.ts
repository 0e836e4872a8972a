import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock, Logger } from '@tygase/gamestate'
import { guarded } from '@tygase/gamestate/internal'
import { limitPerAddress } from './address-limits.js'
import { parseInSlices, resumeReading, stopParsing, stopReading } from './parsed-socket.js'
import { PendingList } from './pending-list.js'

/** Connections without a request under way, in all and from one address. The oldest one goes first. */
const maxIdle = 256
const maxIdlePerAddress = 32
/** Requests that one connection may send ahead. Browsers send none; further ones are dropped, and the connection closed. */
const maxHeld = 64
/** What a request costs beside its parsing and the call of its listener, in ms: the turns after the call, its answer. */
const restMs = 0.2
/** What a read costs beside its parsing, in ms: itself, and each byte, which is copied and looked through. */
const readMs = 0.01
const byteMs = 0.00001
/** A pause of reading lasts this long at least, as that of a WebSocket. */
const leastPauseMs = 20
/** Time for a slice counts up to this, as at a WebSocket: the machine has run something else beyond it. */
const mostCountedMs = 8
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
  /** True if it counts while it reads. False if the runtime does not show that: it counts with each request. */
  isReadCounted: boolean
  /** Bytes that are spent. */
  bytesRead: number
  /** Since when the time of a slice counts that is not spent yet; undefined outside of one. */
  sinceMs: number | undefined
  /** Nothing is read until the debt is paid: ends the waiting. */
  cancelPause: (() => void) | undefined
}

/**
 * HTTP requests of each connection, one after the other: a second one that was sent ahead waits, and the connection is not read
 * meanwhile. Connections that wait for their next request are bounded in number.
 *
 * Whatever a connection sends counts in its budget as it is parsed, slice by slice: heads, bodies, wanted or not, and what frames
 * them. Over the budget, nothing more of it is parsed or read.
 */
export class RequestSockets {
  readonly #options: RequestSocketsOptions
  readonly #idle: PendingList
  readonly #connections = new WeakMap<Socket, Connection>()
  /** Ends the counting of what is read, also of sockets that nothing was seen of: Deno reads a request below JavaScript. */
  readonly #releases = new WeakMap<Socket, () => void>()

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
   * Counts what a new connection sends. Call it after Node's own listener.
   * @param host as for `take`
   */
  watch(socket: Socket, host: string | undefined): void {
    if (this.#options.budget === undefined) return
    let connection: Connection | undefined
    const read = (bytes: number, parse: () => void): void => {
      connection ??= this.#enter(socket, host, true)
      this.#parse(connection, bytes, parse)
    }
    const release = parseInSlices(socket, read, this.#options.logger)
    if (release !== undefined) this.#releases.set(socket, release)
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

  /** The connection becomes a WebSocket. @returns false if a request is still under way, or a debt to be paid */
  release(socket: Socket): boolean {
    this.#releases.get(socket)?.()
    const connection = this.#connections.get(socket)
    if (connection === undefined) return true
    this.#connections.delete(socket)
    connection.leave()
    connection.budget?.close(this.#options.clock.now())
    return !connection.isBusy && connection.held.length === 0 && connection.cancelPause === undefined
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

  #enter(socket: Socket, host: string | undefined, isReadCounted = false): Connection {
    const { clock, logger } = this.#options
    const budget = this.#options.budget?.(host)
    const connection: Connection = {
      ...{ socket, host, budget, isReadCounted, isBusy: false, held: [], isLast: false, bytesRead: 0 },
      ...{ sinceMs: undefined, cancelPause: undefined },
      leave: () => {},
    }
    this.#connections.set(socket, connection)
    const end = (): void => {
      connection.leave()
      connection.held.length = 0
      connection.cancelPause?.()
      budget?.close(clock.now())
    }
    socket.once('close', guarded(logger, failed, end))
    return connection
  }

  #begin(connection: Connection, response: ServerResponse, work: () => void): void {
    const { clock, logger } = this.#options
    const { budget } = connection
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
    budget.spend(connection.isReadCounted ? 0 : unspentBytes(connection), now - sinceMs + restMs, now)
    // of the slice that it came with, the rest is spent apart
    if (connection.sinceMs !== undefined) connection.sinceMs += now - sinceMs
  }

  #parse(connection: Connection, bytes: number, parse: () => void): void {
    const { clock } = this.#options
    const { budget, socket } = connection
    connection.sinceMs = clock.now()
    parse()
    const now = clock.now()
    const parsedMs = Math.min(now - connection.sinceMs, mostCountedMs)
    connection.sinceMs = undefined
    budget?.spend(bytes, parsedMs + readMs + bytes * byteMs, now)
    // it may have become a WebSocket
    if (this.#connections.get(socket) !== connection || connection.held.length > 0) return
    if ((budget?.readyAt(now) ?? now) > now) this.#readOn(connection)
  }

  /** Reads as soon as the budget allows. */
  #readOn(connection: Connection): void {
    const { socket, budget } = connection
    if (socket.destroyed || connection.cancelPause !== undefined) return
    const { clock } = this.#options
    const now = clock.now()
    const readyMs = budget?.readyAt(now) ?? now
    if (readyMs <= now) return resumeReading(socket)
    stopReading(socket)
    connection.cancelPause = clock.schedule(Math.max(readyMs - now, leastPauseMs), () => {
      connection.cancelPause = undefined
      // requests that were sent ahead go first
      if (connection.held.length === 0 && !connection.isLast) this.#readOn(connection)
    })
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
      const { held, budget } = connection
      if (held.length === 0) return
      const now = clock.now()
      const nextMs = budget?.readyAt(now) ?? now
      if (nextMs > now) return this.#goOnAt(connection, nextMs)
      const begin = held.shift()
      begin?.()
      if (held.length === 0 && !connection.isLast) this.#readOn(connection)
    }
    if (waitMs > 0) clock.schedule(waitMs, goOn)
    else goOn()
  }
}

/** What a connection has sent since it was asked last. */
function unspentBytes(connection: Connection): number {
  const { bytesRead } = connection.socket
  const bytes = bytesRead - connection.bytesRead
  connection.bytesRead = bytesRead
  return bytes
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
