/** A bucket of tokens: fills at a steady rate up to a second's worth, and is full at first. */
export class RateLimit {
  readonly #perSecond: number
  #tokens: number
  #filledMs: number

  /** @param perSecond Infinity for no limit */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#filledMs = now
  }

  /** Takes `count` tokens out. @returns false when there are not so many; then it takes none */
  take(count: number, now: number): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true
    const elapsedMs = Math.max(0, now - this.#filledMs)
    this.#filledMs += elapsedMs
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (elapsedMs / 1000) * this.#perSecond)
    if (count > this.#tokens) return false
    this.#tokens -= count
    return true
  }
}
