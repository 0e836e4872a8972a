import type { Clock } from '../../src/index.js'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** Time that moves only when a test moves it. */
export class VirtualClock implements Clock {
  nowMs = 0
  #timers: Timer[] = []

  now(): number {
    return this.nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this.#timers.length
  }

  /** Makes the calls that fall due within `ms`, each at its time. What takes time may move `nowMs` by itself. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      let next: Timer | undefined
      for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer
      if (next === undefined || next.atMs > untilMs) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.callback()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }
}
