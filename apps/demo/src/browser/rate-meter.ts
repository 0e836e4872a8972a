/** Time over which the rate is taken. */
const windowMs = 2000

/** Turns a growing count into a rate per second, over the last two seconds. */
export class RateMeter {
  #samples: { atMs: number; count: number }[] = []

  /** @returns the growth per second; 0 until there are two samples */
  sample(count: number, nowMs: number): number {
    const last = this.#samples.at(-1)
    // a new connection counts from 0 again
    if (last !== undefined && count < last.count) this.#samples = []
    this.#samples.push({ atMs: nowMs, count })
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= nowMs - windowMs) this.#samples.shift()
    const first = this.#samples[0]!
    return nowMs > first.atMs ? ((count - first.count) * 1000) / (nowMs - first.atMs) : 0
  }
}
