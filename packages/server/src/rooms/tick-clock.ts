import type { Clock } from '@tygase/gamestate'
import { TimerQueue } from '@tygase/protocol'

/**
 * A clock for many who schedule calls again and again, with one timer of the clock below for all of them: what falls due
 * together costs one waking of the process. Where a call throws, the ones behind it come with the next timer.
 */
export class TickClock implements Clock {
  readonly #clock: Clock
  readonly #calls = new TimerQueue()
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #isCalling = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const cancel = this.#calls.add(this.#clock.now() + Math.max(0, delayMs), callback)
    if (!this.#isCalling) this.#setTimer()
    return () => {
      cancel()
      if (this.#calls.pending === 0) this.#dropTimer()
    }
  }

  #setTimer(): void {
    const next = this.#calls.peek()
    // a timer that is set already and comes up earlier finds nothing to call and sets the next one
    if (next === undefined || next.atMs >= this.#timerAtMs) return
    this.#dropTimer()
    this.#timerAtMs = next.atMs
    this.#cancelTimer = this.#clock.schedule(Math.max(0, next.atMs - this.#clock.now()), () => this.#callDue())
  }

  #dropTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerAtMs = Number.POSITIVE_INFINITY
  }

  #callDue(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    this.#cancelTimer = undefined
    const nowMs = this.#clock.now()
    // what is scheduled meanwhile waits for another timer, however soon it is due: sockets are to get their turn between
    const end = this.#calls.added
    this.#isCalling = true
    try {
      for (let call = this.#calls.peek(); call !== undefined; call = this.#calls.peek()) {
        if (call.atMs > nowMs || call.order >= end) break
        this.#calls.take()
        call.callback()
      }
    } finally {
      this.#isCalling = false
      this.#setTimer()
    }
  }
}
