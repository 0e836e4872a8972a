import type { Clock } from '@tygase/gamestate'
import { Gate } from './gate.js'

/**
 * One process of the simulation, server or client: the clock that its code is given, and the door through which the
 * network reaches it. While it is paused nothing happens in it, and all that falls due happens when it goes on; once it
 * has crashed nothing happens any more. Its clock goes on all the same, as that of a computer does.
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

  /** How many calls its code has scheduled. */
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
        // false for one that was cancelled while it waited for the process to go on
        if (this.#timers.delete(cancel)) callback()
      }),
    )
    return cancel
  }

  /** Does something from outside in this process: now, when it goes on, or never. */
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
