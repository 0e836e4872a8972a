/** What the receiver has to be told about floor and outcomes rides along for this long before it gets a packet of its own. */
const delayMs = 50
/** So many acks with outcomes may come on a reliable transport before their sender is told at once that it may forget. */
const mostAcks = 64
/** The same for those outcomes, of which a quick sender gets many in one ack: far fewer than a receiver keeps. */
const mostOutcomes = 1024
/** The same for the bytes of those acks. */
const mostBytes = 64 * 1024

/** The outcomes that have come and that their sender keeps until it is told so by a FLOOR. */
export class FloorDebt {
  #acks = 0
  #outcomes = 0
  #bytes = 0
  #dueMs = Number.POSITIVE_INFINITY

  /** When it has waited long enough on a transport that is not reliable. */
  get dueMs(): number {
    return this.#dueMs
  }

  get isOwed(): boolean {
    return this.#acks > 0
  }

  /** Whether so much is kept that it cannot wait for the next TIME. */
  get isLarge(): boolean {
    return this.#acks >= mostAcks || this.#outcomes >= mostOutcomes || this.#bytes >= mostBytes
  }

  /**
   * An ack has come.
   * @param outcomes that the peer keeps
   * @param bytes of the packet that they came in
   */
  add(outcomes: number, bytes: number, nowMs: number): void {
    this.#acks++
    this.#outcomes += outcomes
    this.#bytes += bytes
    this.#dueMs = Math.min(this.#dueMs, nowMs + delayMs)
  }

  clear(): void {
    this.#acks = 0
    this.#outcomes = 0
    this.#bytes = 0
    this.#dueMs = Number.POSITIVE_INFINITY
  }
}
