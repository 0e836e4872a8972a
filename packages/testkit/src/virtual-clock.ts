import type { Clock } from '@tygase/gamestate'
import { TimerQueue } from '@tygase/gamestate/internal'

/**
 * A clock that stands still until a test moves it: hours of play run in an instant, and the same way every time.
 */
export class VirtualClock implements Clock {
  #nowMs: number
  readonly #timers = new TimerQueue()

  /** @param startMs what `now` says at first */
  constructor(startMs = 0) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this.#timers.pending
  }

  /** When the next call is due; Infinity when none is scheduled. */
  get nextMs(): number {
    return this.#timers.peek()?.atMs ?? Number.POSITIVE_INFINITY
  }

  /** Calls `callback` when the clock has been moved by `delayMs` (0 or more). @returns a function that cancels it */
  schedule(delayMs: number, callback: () => void): () => void {
    return this.#timers.add(this.#nowMs + Math.max(0, delayMs), callback)
  }

  /** Moves to the next scheduled call and makes it. @returns false when there was none */
  runNext(): boolean {
    const timer = this.#timers.take()
    if (timer === undefined) return false
    this.#nowMs = Math.max(this.#nowMs, timer.atMs)
    timer.callback()
    return true
  }

  /** Makes all calls that fall due by then, in order, each with the clock at its time, and ends at `timeMs`. */
  runUntil(timeMs: number): void {
    for (let ran = true; ran; ) ran = this.nextMs <= timeMs && this.runNext()
    this.#nowMs = Math.max(this.#nowMs, timeMs)
  }

  /** `runUntil` from now. */
  advance(ms: number): void {
    this.runUntil(this.#nowMs + ms)
  }
}
