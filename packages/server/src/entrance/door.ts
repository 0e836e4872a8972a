import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { type CloseCode, type Counters, closeCodes, writeRefusal } from '@tygase/protocol/internal'
import { ServerError } from '../errors.js'
import type { Metering } from '../metering.js'
import { type BlockList, type ClientAddress, formatAddress } from './address.js'
import { AddressLimits, limitPerAddress } from './address-limits.js'
import { Budgets, type BudgetsOptions, type ConnectionBudget } from './budget.js'
import type { AcceptedTransport, ListenerDoor, Mount, SocketGiver, UpgradeRequest } from './listener.js'
import type { Mounts } from './mounts.js'
import { PendingList, type Refusal } from './pending-list.js'

/** Sessions of one address: a household, a school class or a small office. */
export const usualSessionsPerAddress = 100
const usualHandshakesPerAddress = 32
const addressBlocked = 'the address is blocked'

export interface DoorOptions {
  clock: Clock
  logger: Logger
  counters: Counters
  metering?: Metering
  maxPacketBytes: number
  handshakeTimeoutMs: number
  /** As in `ListenerDoor`. */
  drainMs: number
  /** Sockets and transports without a hello at a time. */
  maxHandshakes: number
  maxHandshakesPerAddress?: number | undefined
  maxSessionsPerAddress?: number | undefined
  budgets: BudgetsOptions
  blockList?: BlockList | undefined
  accessLog?: AccessLogTarget | undefined
  /** Time of day for the entries of the access log. */
  date: () => string
  /** As in `ListenerDoor`. Default: this process has all rooms. */
  giverFor?: (url: string) => Promise<SocketGiver | undefined> | undefined
  /** As `mountOf` of `ListenerDoor`. Default: there are none. */
  mounts?: Pick<Mounts, 'find'>
  /** Takes over a transport whose hello has not been read. */
  onTransport(transport: AcceptedTransport, request: UpgradeRequest): void
}

/**
 * The door of a server, one for all its listeners and rooms. It holds all limits and lists that depend on the
 * address of a client: block list, pending handshakes, sessions for each address, access log.
 */
export class Door implements ListenerDoor {
  readonly clock: Clock
  readonly logger: Logger
  readonly maxPacketBytes: number
  readonly handshakeTimeoutMs: number
  readonly drainMs: number
  /** Sockets without a request and transports without a hello. */
  readonly handshakes: PendingList
  /** Sessions by address. */
  readonly sessions: AddressLimits
  /** Undefined if nothing is logged. */
  readonly log: AccessLog | undefined
  readonly #budgets: Budgets
  readonly #counters: Counters
  readonly #metering: Metering | undefined
  readonly #blockList: BlockList | undefined
  readonly #onTransport: DoorOptions['onTransport']
  readonly #giverFor: DoorOptions['giverFor']
  readonly #mounts: DoorOptions['mounts']

  /** @throws ServerError `invalid_argument` */
  constructor(options: DoorOptions) {
    const { clock, logger, counters, maxHandshakes, handshakeTimeoutMs, accessLog, date } = options
    this.clock = clock
    this.logger = logger
    this.maxPacketBytes = options.maxPacketBytes
    this.handshakeTimeoutMs = handshakeTimeoutMs
    this.drainMs = options.drainMs
    const maxPerAddress = limitPerAddress(options.maxHandshakesPerAddress, usualHandshakesPerAddress)
    this.handshakes = new PendingList({ clock, timeoutMs: handshakeTimeoutMs, max: maxHandshakes, maxPerAddress })
    this.sessions = new AddressLimits(limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress))
    this.log =
      accessLog === undefined ? undefined : new AccessLog({ target: accessLog, logger, now: () => clock.now(), date })
    this.#budgets = new Budgets(options.budgets, clock.now())
    this.#counters = counters
    this.#metering = options.metering
    this.#blockList = options.blockList
    this.#onTransport = options.onTransport
    this.#giverFor = options.giverFor
    this.#mounts = options.mounts
  }

  giverFor(url: string): Promise<SocketGiver | undefined> | undefined {
    return this.#giverFor?.(url)
  }

  mountOf(url: string): Mount | undefined {
    return this.#mounts?.find(url)
  }

  accept(transport: AcceptedTransport, request: UpgradeRequest): void {
    const mount = this.mountOf(request.url)
    if (mount !== undefined) mount.accept(transport, request)
    else this.#onTransport(transport, request)
  }

  addPending(host: string | undefined, drop: (refusal: Refusal) => void): () => void {
    return this.handshakes.add(host, drop)
  }

  mayConnect(address: ClientAddress, host: string | undefined, isEncrypted = false): boolean {
    if (this.#budgets.connect(host, this.clock.now(), isEncrypted)) return true
    this.#counters.add('refusedTransports')
    this.refused(address, 'rate_limited', 'the address opens connections faster than its budget allows')
    return false
  }

  openBudget(address: ClientAddress | undefined): ConnectionBudget {
    return this.#budgets.open(address?.host, this.clock.now())
  }

  isBlocked(address: ClientAddress): boolean {
    if (!this.blocks(address)) return false
    this.#counters.add('blocked')
    this.#metering?.meter?.refused('blocked')
    this.log?.refused(address, 'blocked', addressBlocked)
    return true
  }

  refused(address: ClientAddress | undefined, code: CloseCode | 'origin', reason: string): void {
    if (code === 'origin') {
      this.#counters.add('refusedOrigins')
      this.logger.warn({ reason }, 'a web page was refused: allowedOrigins lacks its origin')
    }
    this.#metering?.meter?.refused(code, reason)
    this.log?.refused(address, code, reason)
  }

  /** True if the block list has this address. Nothing is counted or logged. */
  blocks(address: ClientAddress | undefined): boolean {
    return address !== undefined && this.#blockList?.blocks(address.host) === true
  }

  /** Calls `listener` after the block list got new rules. @returns a function that removes the listener */
  onBlock(listener: () => void): () => void {
    return this.#blockList?.onAdd(listener) ?? (() => {})
  }

  /**
   * Why a client may not come in from its address; undefined if it may.
   * @param resumes true for a session that is counted already
   */
  refusalOf(address: ClientAddress | undefined, resumes: boolean): Refusal | undefined {
    if (address === undefined) return undefined
    // the rule may be newer than the transport
    if (this.blocks(address)) return { code: 'refused', reason: addressBlocked }
    if (resumes || !this.sessions.isFull(address.host)) return undefined
    return { code: 'too_many_sessions', reason: closeCodes.too_many_sessions.reason }
  }

  /** Counts and logs a session that has begun, or that goes on over another transport. The same transport again does nothing. */
  begin(clientId: string, transport: AcceptedTransport): void {
    this.sessions.place(clientId, transport.clientAddress?.host)
    this.log?.begin(clientId, transport)
  }

  /** Counts and logs that a session has ended for good. */
  end(clientId: string, end: Parameters<AccessLog['end']>[1]): void {
    this.sessions.remove(clientId)
    this.log?.end(clientId, end)
  }

  /** Sends a transport the reason why it is refused, closes it, and logs it. */
  refuse(transport: AcceptedTransport, { code, reason }: Refusal): void {
    transport.onBytes = undefined
    transport.onClose = undefined
    this.#counters.add('refusedTransports')
    this.logger.info({ code, reason }, 'a client was refused')
    this.refused(transport.clientAddress, code, reason)
    guard(this.logger, 'a transport failed', () => transport.send(writeRefusal(code, reason)))
    guard(this.logger, 'a transport failed', () => transport.close(closeCodes[code].number, reason))
  }
}

/** Target of an access log: a logger of pino's shape, or a stream that gets a line of JSON for each entry. */
export type AccessLogTarget =
  | { info(details: object, message: string): void }
  | {
      write(line: string): unknown
    }

/** End of a session, for its entry. */
export interface SessionEnd {
  readonly code: CloseCode
  readonly reason: string
  /** Counts of the session, used if its transports do not count bytes themselves. */
  readonly bytesIn: number
  readonly bytesOut: number
}

/** An HTTP request that is over. */
export interface RequestSummary {
  method: string
  /** Without the query, which may hold secrets. */
  path: string
  /** Undefined if the connection closed before there was an answer. */
  status: number | undefined
  /** Time from the request until its answer was sent. */
  durationMs: number
}

/** The transports of one session. */
interface Visit {
  transport: AcceptedTransport
  address: ClientAddress | undefined
  readonly sinceMs: number
  /** Bytes of its earlier transports. */
  bytesIn: number
  bytesOut: number
}

export interface AccessLogOptions {
  /** Undefined: nothing is logged. */
  target: AccessLogTarget | undefined
  logger: Logger
  /** Current time in ms, for durations. */
  now: () => number
  /** Time of day for the entries of a stream. A logger adds its own. */
  date: () => string
}

/**
 * One entry for each client that connects, resumes, disconnects or is refused, and for each HTTP request, with its `remote`
 * (host:port). It has a target of its own, because addresses are personal data: no other log has them.
 */
export class AccessLog {
  readonly #options: AccessLogOptions
  readonly #info: (details: object, message: string) => unknown
  readonly #visits = new Map<string, Visit>()

  /** @throws ServerError `invalid_argument` for a wrong target */
  constructor(options: AccessLogOptions) {
    const { target, date } = options
    this.#options = options
    if (target === undefined) this.#info = () => {}
    else if ('info' in target && typeof target.info === 'function') {
      this.#info = (details, message) => target.info(details, message)
    } else if ('write' in target && typeof target.write === 'function') {
      this.#info = writerOf(target as LogStream, date, options.logger)
    } else throw new ServerError('invalid_argument', 'accessLog is a logger or a stream')
  }

  /** Number of sessions that have begun and not ended. */
  get sessions(): number {
    return this.#visits.size
  }

  /** Logs `connect` for a new session, and `resume` for one on another transport. The same transport again does nothing. */
  begin(clientId: string, transport: AcceptedTransport): void {
    const visit = this.#visits.get(clientId)
    if (visit?.transport === transport) return
    const address = transport.clientAddress
    if (visit === undefined) {
      this.#visits.set(clientId, { transport, address, sinceMs: this.#options.now(), bytesIn: 0, bytesOut: 0 })
    } else {
      addBytes(visit)
      visit.transport = transport
      visit.address = address
    }
    this.#write(address, { clientId }, visit === undefined ? 'connect' : 'resume')
  }

  /** Logs `disconnect` for a session that has ended for good. Does nothing for an unknown one. */
  end(clientId: string, { code, reason, bytesIn, bytesOut }: SessionEnd): void {
    const visit = this.#visits.get(clientId)
    if (visit === undefined) return
    this.#visits.delete(clientId)
    addBytes(visit)
    const durationMs = Math.round(this.#options.now() - visit.sinceMs)
    const carried = visit.transport.bytesRead === undefined ? { bytesIn, bytesOut } : visit
    const counts = { durationMs, bytesIn: carried.bytesIn, bytesOut: carried.bytesOut }
    this.#write(visit.address, { clientId, code, reason, ...counts }, 'disconnect')
  }

  /** Logs `refuse`. @param code a close code, or the reason why the peer got no packet */
  refused(address: ClientAddress | undefined, code: CloseCode | 'blocked' | 'origin', reason: string): void {
    this.#write(address, { code, reason }, 'refuse')
  }

  /** Logs `action`: a person has looked into the server, or has changed something. */
  acted(address: ClientAddress | undefined, details: object): void {
    this.#write(address, details, 'action')
  }

  /** Logs `request`. */
  requested(address: ClientAddress | undefined, summary: RequestSummary): void {
    this.#write(address, summary, 'request')
  }

  #write(address: ClientAddress | undefined, details: object, message: string): void {
    const entry = { remote: formatAddress(address), ...details }
    guard(this.#options.logger, 'the access log failed', () => this.#info(entry, message))
  }
}

/** Bytes that may wait in a stream. A disk that is slow or full must not take the memory of the server. */
const maxWaitingLogBytes = 4 * 1024 * 1024

/** The part of Node's streams that is used if it is there. */
interface LogStream {
  write(line: string): unknown
  readonly writableLength?: number
  on?(event: 'error', listener: (error: unknown) => void): unknown
}

/** Writes entries as lines of JSON. Those that a full stream cannot take are counted, and the count is written when it can. */
function writerOf(target: LogStream, date: () => string, logger: Logger): (details: object, msg: string) => unknown {
  // without a listener, an error ends the process
  target.on?.('error', (error) => logger.error({ err: error }, 'the access log failed'))
  let dropped = 0
  // JSON escapes line ends, so that a reason of a peer cannot forge an entry
  const lineOf = (entry: object): string => `${JSON.stringify({ time: date(), ...entry })}\n`
  return (details, msg) => {
    if ((target.writableLength ?? 0) > maxWaitingLogBytes) {
      if (dropped === 0) logger.warn({}, 'the access log is full: entries are dropped')
      dropped++
      return undefined
    }
    const line = lineOf({ msg, ...details })
    if (dropped === 0) return target.write(line)
    const before = lineOf({ msg: 'dropped', entries: dropped })
    dropped = 0
    return target.write(before + line)
  }
}

function addBytes(visit: Visit): void {
  visit.bytesIn += visit.transport.bytesRead ?? 0
  visit.bytesOut += visit.transport.bytesWritten ?? 0
}
