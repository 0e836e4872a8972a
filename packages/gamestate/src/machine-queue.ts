import type { WireEvent } from './event-wire.js'
import type { RuleContext } from './game.js'

/** Something that waits for the next tick: a rule with its data checked already, and who to tell how it ended. */
export interface QueuedRule {
  readonly name: string
  readonly clientId: string
  run(state: object, ctx: RuleContext): unknown
  readonly settle: WireEvent['settle']
}

/** How many taken items may stand at the front before the queue is packed. */
const packAt = 1024

/** First in, first out, in constant time. */
export class MachineQueue {
  #items: QueuedRule[] = []
  #taken = 0

  get length(): number {
    return this.#items.length - this.#taken
  }

  push(item: QueuedRule): void {
    this.#items.push(item)
  }

  shift(): QueuedRule | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#taken++]
    if (this.#taken === this.#items.length || this.#taken >= packAt) {
      this.#items = this.#items.slice(this.#taken)
      this.#taken = 0
    }
    return item
  }
}
