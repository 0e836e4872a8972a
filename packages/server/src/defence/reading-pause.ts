import type { Clock } from '@tygase/gamestate'

/** While nothing is read from a client that sends too fast: at most one pause at a time. */
export class ReadingPause {
  readonly #clock: Clock
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `resume` when it is `untilMs`, never before, unless it is cancelled or begins anew. */
  begin(untilMs: number, resume: () => void): void {
    this.#cancel?.()
    this.#cancel = this.#clock.schedule(Math.max(0, untilMs - this.#clock.now()), () => {
      this.#cancel = undefined
      // a timer may go off a little early
      if (this.#clock.now() < untilMs) this.begin(untilMs, resume)
      else resume()
    })
  }

  cancel(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
