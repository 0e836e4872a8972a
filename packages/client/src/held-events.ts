import type { Clock } from '@tygase/gamestate'
import type { IncomingEvent } from '@tygase/protocol'

/**
 * Keeps events that come before their receiver has had a chance to register handlers: whoever awaits `connect` gets
 * until the next turn of the event loop.
 */
export class HeldEvents {
  readonly #clock: Clock
  readonly #handle: (event: IncomingEvent) => void
  #held: IncomingEvent[] | undefined = []

  constructor(clock: Clock, handle: (event: IncomingEvent) => void) {
    this.#clock = clock
    this.#handle = handle
  }

  take(event: IncomingEvent): void {
    if (this.#held === undefined) this.#handle(event)
    else this.#held.push(event)
  }

  /** Hands out what was kept, in order, one turn after `opened` has resolved, and holds nothing from then on. */
  releaseAfter(opened: Promise<void>): void {
    const release = (): void => {
      const held = this.#held ?? []
      this.#held = undefined
      for (const event of held) this.#handle(event)
    }
    // when it is never opened there is nobody to hand anything to
    opened.then(() => this.#clock.schedule(0, release)).catch(() => {})
  }
}
