/** Below this a wait would be noise: what acks wait for at their sender differs by more. */
const leastMs = 30
/** What an ack waits for at both ends, about, as long as none has been measured: a tick and a flush interval. */
const guessedHoldMs = 100

/**
 * How long the acks of events take, and so how long an event waits before it is written again on a transport that is not
 * reliable. Smoothed as in RFC 6298, from events that were written once. It is not the round-trip time alone: acks wait for
 * a tick, and for handlers that take their time.
 */
export class AckTime {
  readonly #mostMs: number
  #smoothedMs: number | undefined
  #deviationMs = 0

  /** @param mostMs no wait is longer */
  constructor(mostMs: number) {
    this.#mostMs = mostMs
  }

  /** Another transport: what was measured says nothing about it. */
  restart(): void {
    this.#smoothedMs = undefined
  }

  /** An event that was written once has been acked after `ms`. */
  sample(ms: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms
      this.#deviationMs = ms / 2
      return
    }
    this.#deviationMs += (Math.abs(ms - this.#smoothedMs) - this.#deviationMs) / 4
    this.#smoothedMs += (ms - this.#smoothedMs) / 8
  }

  /**
   * @param resends how often the event has been written again already: each time doubles the wait
   * @param rttMs round-trip time, for as long as no ack has come; undefined when that is not known either
   */
  waitMs(resends: number, rttMs: number | undefined): number {
    let ms = this.#mostMs
    if (this.#smoothedMs !== undefined) ms = this.#smoothedMs + 4 * this.#deviationMs
    else if (rttMs !== undefined) ms = 2 * rttMs + guessedHoldMs
    return Math.min(Math.max(ms, leastMs) * 2 ** resends, this.#mostMs)
  }
}
