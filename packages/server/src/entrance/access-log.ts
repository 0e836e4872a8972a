import type { Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import type { CloseCode } from '@tygase/protocol'
import { ServerError } from '../errors.js'
import { type ClientAddress, formatAddress } from './address.js'
import type { AcceptedTransport } from './listener.js'

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
  readonly #info: (details: object, message: string) => void
  readonly #visits = new Map<string, Visit>()

  /** @throws ServerError `invalid_argument` for a wrong target */
  constructor(options: AccessLogOptions) {
    const { target, date } = options
    this.#options = options
    if (target === undefined) this.#info = () => {}
    else if ('info' in target && typeof target.info === 'function') {
      this.#info = (details, message) => target.info(details, message)
    } else if ('write' in target && typeof target.write === 'function') {
      // JSON escapes line ends, so that a reason of a peer cannot forge an entry
      this.#info = (details, msg) => void target.write(`${JSON.stringify({ time: date(), msg, ...details })}\n`)
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

  /** Logs `request`. */
  requested(address: ClientAddress | undefined, summary: RequestSummary): void {
    this.#write(address, summary, 'request')
  }

  #write(address: ClientAddress | undefined, details: object, message: string): void {
    const entry = { remote: formatAddress(address), ...details }
    guard(this.#options.logger, 'the access log failed', () => this.#info(entry, message))
  }
}

function addBytes(visit: Visit): void {
  visit.bytesIn += visit.transport.bytesRead ?? 0
  visit.bytesOut += visit.transport.bytesWritten ?? 0
}
