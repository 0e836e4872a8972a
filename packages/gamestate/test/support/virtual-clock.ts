import type { Clock } from '../../src/index.js'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** Time that moves only when a test moves it. */
export class VirtualClock implements Clock {
  nowMs: number
  #timers: Timer[] = []

  constructor(nowMs = 0) {
    this.nowMs = nowMs
  }

  now(): number {
    return this.nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + Math.max(0, delayMs), callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this.#timers.length
  }

  /** When the next call is due; undefined if none is scheduled. */
  get nextMs(): number | undefined {
    return this.#next?.atMs
  }

  /** Makes the next call, at its time. */
  runNext(): void {
    const next = this.#next
    if (next === undefined) return
    this.#timers = this.#timers.filter((other) => other !== next)
    this.nowMs = Math.max(this.nowMs, next.atMs)
    next.callback()
  }

  /** Makes the calls that fall due within `ms`, each at its time. What takes time may move `nowMs` by itself. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms
    while ((this.nextMs ?? Number.POSITIVE_INFINITY) <= untilMs) this.runNext()
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  /** Of those that are due together the one that was scheduled first. */
  get #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer
    return next
  }
}
