import type { AcceptedTransport } from './entrance/listener.js'

export interface JoinQueueOptions {
  maxWaiting: number
  maxJoinsPerTurn: number
  maxJoinBytesPerTurn: number
}

/**
 * Lets clients in at a pace that ticks can bear, in the order in which they came: so many in one turn of the server, or
 * as many as get so many bytes in all, one at least; the others wait for the next turn.
 */
export class JoinQueue {
  readonly #options: JoinQueueOptions
  /** With what lets each one in. */
  readonly #waiting = new Map<AcceptedTransport, () => number>()
  #joins = 0
  #bytes = 0

  constructor(options: JoinQueueOptions) {
    this.#options = options
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** Those who wait. */
  get waiting(): AcceptedTransport[] {
    return [...this.#waiting.keys()]
  }

  /**
   * Lets one in, now or later, unless its transport closes before. What it sends meanwhile is not looked at.
   * @param enter lets it in; returns the bytes that it was sent for that
   * @returns false when too many wait already
   */
  add(transport: AcceptedTransport, enter: () => number): boolean {
    if (this.#waiting.size === 0 && this.#hasRoom) {
      this.#enter(enter)
      return true
    }
    if (this.#waiting.size >= this.#options.maxWaiting) return false
    this.#waiting.set(transport, enter)
    transport.onBytes = undefined
    transport.onClose = () => this.remove(transport)
    return true
  }

  remove(transport: AcceptedTransport): void {
    this.#waiting.delete(transport)
  }

  /** A turn of the server is over: more may come in. */
  turn(): void {
    this.#joins = 0
    this.#bytes = 0
    if (this.#waiting.size === 0) return
    for (const [transport, enter] of this.#waiting) {
      if (!this.#hasRoom) return
      this.remove(transport)
      this.#enter(enter)
    }
  }

  get #hasRoom(): boolean {
    return this.#joins < this.#options.maxJoinsPerTurn && this.#bytes < this.#options.maxJoinBytesPerTurn
  }

  #enter(enter: () => number): void {
    this.#joins++
    this.#bytes += enter()
  }
}
