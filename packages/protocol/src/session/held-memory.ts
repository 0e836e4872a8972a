/** Counts the memory that the owner of a server's session keeps for events until their outcomes. */
export class HeldMemory {
  readonly #held = new Map<number, number>()
  #bytes = 0

  /**
   * @param sequence of an event without an outcome
   * @param most in all
   * @returns false if that is too much; then it is not counted. One event alone always has room.
   */
  hold(sequence: number, bytes: number, most: number): boolean {
    const before = this.#held.get(sequence) ?? 0
    if (this.#bytes > before && this.#bytes + bytes > most) return false
    this.#held.set(sequence, before + bytes)
    this.#bytes += bytes
    return true
  }

  /** The event has its outcome. */
  release(sequence: number): void {
    this.#bytes -= this.#held.get(sequence) ?? 0
    this.#held.delete(sequence)
  }
}
