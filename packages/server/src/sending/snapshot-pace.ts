/** A client that asks for large snapshots again and again waits a round trip before the second, and twice as long before each further one. */
const leastSnapshotWaitMs = 100
/** The most that it waits: shorter than the default `idleTimeoutMs`, after which it would give its transport up. */
const mostSnapshotWaitMs = 4000
/**
 * Snapshots up to this size may follow each other after `leastSnapshotWaitMs`: over a transport that loses packets an honest
 * client needs several, and a longer wait would let its state stand still.
 */
const cheapBytes = 4096
/** After this time without a snapshot its next one counts as the first again. */
const snapshotsForgottenMs = 30_000

/** When one client gets its next snapshot, which costs hundreds of times as much as to ask for it. */
export class SnapshotPace {
  #count = 0
  #lastMs = Number.NEGATIVE_INFINITY

  /**
   * @param bytes of a snapshot, about
   * @returns true if a snapshot may go out now, which it then does
   */
  take(nowMs: number, rttMs = 0, bytes = Number.POSITIVE_INFINITY): boolean {
    const sinceMs = nowMs - this.#lastMs
    if (sinceMs >= snapshotsForgottenMs) this.#count = 0
    const isCheap = bytes <= cheapBytes
    const waitMs = isCheap ? leastSnapshotWaitMs : Math.max(leastSnapshotWaitMs, rttMs) * 2 ** (this.#count - 1)
    if (this.#count > 0 && sinceMs < Math.min(mostSnapshotWaitMs, waitMs)) return false
    this.#count = isCheap ? 1 : this.#count + 1
    this.#lastMs = nowMs
    return true
  }
}
