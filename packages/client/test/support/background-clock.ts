import type { Clock } from '@tygase/gamestate'
import type { VirtualClock } from '@tygase/testkit/internal'

/** Timers that were set by so many timers in a row run once a minute while the page is hidden. */
const chainLength = 5

/** The shortest delay of a timer in such a chain. */
const leastChainedMs = 4

/**
 * The timers of a page, as Chrome runs them in a page that has been hidden for five minutes: on the full second, and those of
 * a chain of timers on the full minute. Messages of a socket are not held back, and begin a new chain.
 */
export class BackgroundClock implements Clock {
  readonly #clock: VirtualClock
  #isHidden = false
  #depth = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  hide(): void {
    this.#isHidden = true
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const depth = this.#depth + 1
    const isChained = depth >= chainLength
    const atMs = this.#clock.now() + Math.max(delayMs, isChained ? leastChainedMs : 0)
    const gridMs = isChained ? 60_000 : 1000
    const alignedMs = this.#isHidden ? Math.ceil(atMs / gridMs) * gridMs : atMs
    return this.#clock.schedule(alignedMs - this.#clock.now(), () => {
      this.#depth = depth
      try {
        callback()
      } finally {
        this.#depth = 0
      }
    })
  }
}
