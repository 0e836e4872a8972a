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

  /**
   * Takes `count` tokens out, though there may not be so many: what is missing is owed, and nothing may be taken until it is paid.
   * @returns when that is: `now` where there were enough, a second later at most; Infinity where there never are so many, and it
   * takes none
   */
  take(count: number, now: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return now
    if (count > this.#perSecond) return Number.POSITIVE_INFINITY
    const elapsedMs = Math.max(0, now - this.#filledMs)
    this.#filledMs += elapsedMs
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (elapsedMs / 1000) * this.#perSecond) - count
    return this.#tokens >= 0 ? now : now + Math.min(1000, (-this.#tokens / this.#perSecond) * 1000)
  }
}
