import type { Clock } from '@tygase/gamestate'
import { Gate } from './gate.js'

/**
 * One process of the simulation, of the server or of a client: the clock of its code, and the gate through which the network
 * reaches it. While it is paused nothing runs in it; due work runs when it goes on. After a crash nothing runs any more. Its
 * clock never stops, like the clock of a computer.
 *
 * Code takes no time, unless it calls `work`. A process does one thing after the other: while it works, all else waits in its
 * order.
 */
export class VirtualProcess implements Clock {
  readonly #clock: Clock
  readonly #gate: Gate
  readonly #timers = new Set<() => void>()
  #hasCrashed = false
  /** When the work so far is done. */
  #busyUntilMs = 0
  /** Work that has come while the process was busy. */
  #waiting: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
    this.#gate = new Gate(clock)
  }

  get hasCrashed(): boolean {
    return this.#hasCrashed
  }

  get isPaused(): boolean {
    return !this.#gate.isOpen
  }

  /** How many calls its code has scheduled with the clock. */
  get timers(): number {
    return this.#timers.size
  }

  now(): number {
    return Math.max(this.#clock.now(), this.#busyUntilMs)
  }

  /** The code that calls this takes so many ms: `now` is later by them at once. */
  work(ms: number): void {
    this.#busyUntilMs = this.now() + ms
  }

  schedule(delayMs: number, callback: () => void): () => void {
    if (this.#hasCrashed) return () => {}
    let cancelClock = (): void => {}
    const cancel = (): void => {
      cancelClock()
      this.#timers.delete(cancel)
    }
    this.#timers.add(cancel)
    cancelClock = this.#clock.schedule(this.#busyMs + delayMs, () =>
      this.run(() => {
        // false if the call was cancelled while the process was paused
        if (this.#timers.delete(cancel)) callback()
      }),
    )
    return cancel
  }

  /** Runs work from outside in this process: now, when it goes on, or never. */
  run(work: () => void): void {
    if (this.#hasCrashed) return
    if (this.#waiting.length === 0 && this.#busyMs === 0) return this.#gate.pass(work)
    this.#waiting.push(work)
    if (this.#waiting.length === 1) this.#scheduleNext()
  }

  pause(): void {
    this.#gate.close()
  }

  resume(): void {
    this.#gate.open()
  }

  crash(): void {
    this.#hasCrashed = true
    for (const cancel of this.#timers) cancel()
    this.#gate.clear()
    this.#waiting = []
  }

  /** Time until the process is done with its work. */
  get #busyMs(): number {
    return Math.max(0, this.#busyUntilMs - this.#clock.now())
  }

  #scheduleNext(): void {
    this.#clock.schedule(this.#busyMs, () => {
      if (this.#busyMs > 0) return this.#scheduleNext()
      const work = this.#waiting[0]
      if (work === undefined) return
      try {
        this.#gate.pass(work)
      } finally {
        this.#waiting.shift()
        if (this.#waiting.length > 0) this.#scheduleNext()
      }
    })
  }
}
