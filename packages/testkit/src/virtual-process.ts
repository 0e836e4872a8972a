import type { Clock } from '@tygase/gamestate'
import { Gate } from './gate.js'

/**
 * One process of the simulation, of the server or of a client: the clock of its code, and the gate through which the network
 * reaches it. While it is paused nothing runs in it; due work runs when it goes on. After a crash nothing runs any more. Its
 * clock never stops, like the clock of a computer.
 */
export class VirtualProcess implements Clock {
  readonly #clock: Clock
  readonly #gate: Gate
  readonly #timers = new Set<() => void>()
  #hasCrashed = false

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
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    if (this.#hasCrashed) return () => {}
    let cancelClock = (): void => {}
    const cancel = (): void => {
      cancelClock()
      this.#timers.delete(cancel)
    }
    this.#timers.add(cancel)
    cancelClock = this.#clock.schedule(delayMs, () =>
      this.run(() => {
        // false if the call was cancelled while the process was paused
        if (this.#timers.delete(cancel)) callback()
      }),
    )
    return cancel
  }

  /** Runs work from outside in this process: now, when it goes on, or never. */
  run(work: () => void): void {
    if (!this.#hasCrashed) this.#gate.pass(work)
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
  }
}
