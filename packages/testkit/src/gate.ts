import type { Clock } from '@tygase/gamestate'

/**
 * Runs work at once while it is open, and keeps work while it is closed. After it has opened again, the kept work runs first,
 * each piece in a turn of its own, as in the event loop of a process.
 *
 * Invariant: work runs in the order of its arrival.
 */
export class Gate {
  readonly #clock: Clock
  #isOpen = true
  #isReleasing = false
  #waiting: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  pass(work: () => void): void {
    if (this.#isOpen && this.#waiting.length === 0) work()
    else this.#waiting.push(work)
  }

  close(): void {
    this.#isOpen = false
  }

  open(): void {
    this.#isOpen = true
    this.#release()
  }

  /** Drops the kept work. */
  clear(): void {
    this.#waiting = []
  }

  #release(): void {
    if (this.#isReleasing || this.#waiting.length === 0) return
    this.#isReleasing = true
    this.#clock.schedule(0, () => {
      this.#isReleasing = false
      if (!this.#isOpen) return
      try {
        this.#waiting.shift()?.()
      } finally {
        this.#release()
      }
    })
  }
}
