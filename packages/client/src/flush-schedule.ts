import type { Clock } from '@tygase/gamestate'

/** When to flush: soon after it has been quiet, at most once per interval otherwise. */
export class FlushSchedule {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #flush: () => boolean
  #lastFlushMs = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined

  /** @param flush says whether there was anything to send: only then does an interval begin */
  constructor(clock: Clock, intervalMs: number, flush: () => boolean) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#flush = flush
  }

  /** There is something to send: what is asked for within one turn of the event loop goes out together. */
  request(): void {
    if (this.#cancel !== undefined) return
    const delayMs = Math.max(0, this.#lastFlushMs + this.#intervalMs - this.#clock.now())
    this.#cancel = this.#clock.schedule(delayMs, () => this.now())
  }

  /** Flushes without waiting. */
  now(): void {
    this.stop()
    if (this.#flush()) this.#lastFlushMs = this.#clock.now()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
