import type { Exchange } from './exchange.js'
import type { Handshake } from './handshake.js'
import type { SessionLife } from './session-life.js'

/**
 * When a session has something to do or to say because time passes. Worked out once, and again when something has happened.
 *
 * Invariant: `#deadlineMs` is right unless it is undefined.
 */
export class DueTimes {
  readonly #life: SessionLife
  readonly #handshake: Handshake
  readonly #exchange: Exchange
  #isFlushSeen = false
  #deadlineMs: number | undefined

  constructor(life: SessionLife, handshake: Handshake, exchange: Exchange) {
    this.#life = life
    this.#handshake = handshake
    this.#exchange = exchange
  }

  /** Something has happened that may bring `deadline` forward or put it off. */
  touch(): void {
    this.#deadlineMs = undefined
  }

  /** When time has to pass at the latest; Infinity for never. */
  deadline(hasTransport: boolean): number {
    this.#deadlineMs ??= this.#find(hasTransport)
    return this.#deadlineMs
  }

  /** That a packet is due has been seen: naming it again would keep a caller busy whose transport is full. */
  see(now: number): void {
    this.#isFlushSeen ||= now >= this.#flushAt
  }

  /** A packet is asked for. */
  flush(): void {
    if (!this.#isFlushSeen) return
    this.#isFlushSeen = false
    this.touch()
  }

  /** Whether there is something to write, on a transport. */
  hasToWrite(now: number): boolean {
    if (this.#life.farewell !== undefined || now >= this.#handshake.writeAt || now >= this.#flushAt) return true
    return !this.#handshake.isWaiting && this.#exchange.hasNews
  }

  /** When a packet has to go out though nobody has anything new to say. */
  get #flushAt(): number {
    return this.#handshake.isWaiting ? this.#handshake.writeAt : this.#exchange.flushAt
  }

  #find(hasTransport: boolean): number {
    const { status, farewell, graceAt } = this.#life
    if (status === 'closed') return Number.POSITIVE_INFINITY
    if (farewell !== undefined) return farewell.dueAt
    if (!hasTransport) return graceAt
    const flushAt = this.#isFlushSeen ? Number.POSITIVE_INFINITY : this.#flushAt
    if (this.#handshake.isWaiting) return Math.min(graceAt, this.#handshake.timeoutAt, flushAt)
    return Math.min(this.#exchange.timers.idleAt, this.#exchange.dueAt, flushAt)
  }
}
