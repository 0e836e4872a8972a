import type { CloseCode } from '@tygase/protocol'
import { type ClientAddress, formatAddress } from '../client-address.js'
import { ServerError } from '../errors.js'
import { systemTime } from '../system-clock.js'

/** Where the access log goes: a logger of pino's shape, or a stream that gets a line of JSON for each entry. */
export type AccessLogTarget =
  | { info(details: object, message: string): void }
  | {
      write(line: string): unknown
    }

/** What the access log says of a session that is over. */
export interface AccessSummary {
  clientId: string
  code: CloseCode
  reason: string
  durationMs: number
  bytesIn: number
  bytesOut: number
}

/** What the access log says of an HTTP request that is over. */
export interface RequestSummary {
  method: string
  /** Without the query: that may hold what is nobody's business. */
  path: string
  /** Undefined where the connection was gone before there was an answer. */
  status: number | undefined
  /** From when it came until its answer was taken. */
  durationMs: number
}

/**
 * Who came, went and was turned away, and what was asked for over HTTP, each in one entry with its `remote` (host:port). Goes to its own target and nowhere
 * else: addresses are personal data, and are kept apart from what is logged for finding faults.
 */
export class AccessLog {
  readonly #info: (details: object, message: string) => void

  /** @param time now, for entries of a stream; a logger puts its own. @throws ServerError `invalid_argument` */
  constructor(target: AccessLogTarget | undefined, time: () => string = systemTime) {
    if (target === undefined) this.#info = () => {}
    else if ('info' in target && typeof target.info === 'function') {
      this.#info = (details, message) => target.info(details, message)
    } else if ('write' in target && typeof target.write === 'function') {
      // JSON escapes line ends, so that nobody's reason can forge an entry
      this.#info = (details, msg) => void target.write(`${JSON.stringify({ time: time(), msg, ...details })}\n`)
    } else throw new ServerError('invalid_argument', 'accessLog is a logger or a stream')
  }

  connected(address: ClientAddress | undefined, clientId: string): void {
    this.#info({ remote: formatAddress(address), clientId }, 'connect')
  }

  /** The session goes on over another transport. */
  resumed(address: ClientAddress | undefined, clientId: string): void {
    this.#info({ remote: formatAddress(address), clientId }, 'resume')
  }

  disconnected(address: ClientAddress | undefined, summary: AccessSummary): void {
    this.#info({ remote: formatAddress(address), ...summary }, 'disconnect')
  }

  /** @param code of an end that a client is told, or why it was told nothing */
  refused(address: ClientAddress | undefined, code: CloseCode | 'blocked' | 'origin', reason: string): void {
    this.#info({ remote: formatAddress(address), code, reason }, 'refuse')
  }

  requested(address: ClientAddress | undefined, summary: RequestSummary): void {
    this.#info({ remote: formatAddress(address), ...summary }, 'request')
  }
}
