import type { Clock } from '@tygase/gamestate'

/**
 * Lets work through at once while it is open, and keeps it in order while it is closed. When it opens again what was kept
 * goes through first, each piece in a turn of its own, as the event loop of a process would have it.
 *
 * Invariant: work goes through in the order in which it came.
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

  /** Forgets what is kept. */
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
