export interface JoinPaceOptions {
  /** Clients that are let in per turn. */
  maxJoinsPerTick: number
  /** Bytes of snapshots per turn, after one client at least. */
  maxJoinBytesPerTick: number
  /** The expected cost of a join, in bytes. */
  sender: { readonly snapshotBytes: number }
}

/** A client that waits for its turn. */
interface Waiting {
  readonly resolve: () => void
}

/**
 * Lets clients into a room at a pace that ticks can bear: first come, first served, a number of clients or of bytes in each
 * turn of the room. The others wait for the next turn.
 */
export class JoinPace {
  readonly #options: JoinPaceOptions
  readonly #waiting = new Map<object, Waiting>()
  #joins = 0

  constructor(options: JoinPaceOptions) {
    this.#options = options
  }

  /** Number of clients that wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** @returns true if a client may come in at once; it counts then */
  take(): boolean {
    if (this.#waiting.size > 0 || !this.#hasRoom) return false
    this.#joins++
    return true
  }

  /** Resolves at the turn of this client, or when it is removed. @param key names the client */
  wait(key: object): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(key, { resolve }))
  }

  remove(key: object): void {
    this.#waiting.get(key)?.resolve()
    this.#waiting.delete(key)
  }

  /** A turn of the room has ended: more clients may come in. */
  turn(): void {
    this.#joins = 0
    for (const [key, { resolve }] of this.#waiting) {
      if (!this.#hasRoom) return
      this.#waiting.delete(key)
      this.#joins++
      resolve()
    }
  }

  get #hasRoom(): boolean {
    const { maxJoinsPerTick, maxJoinBytesPerTick, sender } = this.#options
    if (this.#joins === 0) return true
    return this.#joins < maxJoinsPerTick && this.#joins * sender.snapshotBytes < maxJoinBytesPerTick
  }
}
