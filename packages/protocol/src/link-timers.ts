import type { SessionLimits } from './limits.js'

/** TIME rides along this often at most: once a second measures well enough and costs about 10 bytes. */
const timeIntervalMs = 1000
/** Until there is a first sample it goes out this often, on its own, so that nobody has to wait for a first measure. */
const firstTimeIntervalMs = 100
/** Where packets may get lost, so many keep-alives in a row must be before a live transport is given up. */
const keepAlivesPerTimeout = 5

/** What is due on a transport because time passes: TIME messages, keep-alives, giving up on silence. */
export class LinkTimers {
  #limits: Pick<SessionLimits, 'keepAliveMs' | 'idleTimeoutMs'>
  #isReliable = true
  #receivedMs = 0
  #sentMs = 0
  #timeMs = Number.NEGATIVE_INFINITY

  constructor(limits: Pick<SessionLimits, 'keepAliveMs' | 'idleTimeoutMs'>) {
    this.#limits = limits
  }

  /** The server's terms have come. */
  adopt(limits: Pick<SessionLimits, 'keepAliveMs' | 'idleTimeoutMs'>): void {
    this.#limits = limits
  }

  attach(now: number, isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#receivedMs = now
    this.#sentMs = now
    this.#timeMs = Number.NEGATIVE_INFINITY
  }

  received(now: number): void {
    this.#receivedMs = now
  }

  sent(now: number, hasTime: boolean): void {
    this.#sentMs = now
    if (hasTime) this.#timeMs = now
  }

  /** When silence of the peer has lasted too long. */
  get idleAt(): number {
    return this.#receivedMs + this.#limits.idleTimeoutMs
  }

  /** When a TIME has to go out even on its own. */
  aloneAt(isMeasured: boolean): number {
    const { keepAliveMs, idleTimeoutMs } = this.#limits
    const quietMs = this.#isReliable ? keepAliveMs : Math.min(keepAliveMs, idleTimeoutMs / keepAlivesPerTimeout)
    const keepAliveAt = this.#sentMs + quietMs
    return isMeasured ? keepAliveAt : Math.min(keepAliveAt, this.#timeMs + firstTimeIntervalMs)
  }

  /** Whether a TIME goes into a packet that is sent anyway. */
  ridesAlong(now: number): boolean {
    return now >= this.#timeMs + timeIntervalMs
  }
}
