import type { Quantiles } from './metrics-reading.js'

/** Upper bounds of the buckets that Prometheus gets, in ms. */
export const lateBoundsMs: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]

/** Times below this one count as 0: a timer is never more exact. */
const leastMs = 0.01
/** Buckets to a doubling: a quantile is 9 % too high at most. */
const perOctave = 8
/** 24 doublings of `leastMs`: up to about three minutes. */
const bucketCount = 1 + 24 * perOctave

/**
 * How late ticks were: quantiles of the current second, and counts by bucket since the beginning. To add a time takes some
 * nanoseconds, whatever the number of ticks.
 */
export class TickLateness {
  /** Ticks by bucket of `lateBoundsMs`, and one more for those that were later. */
  readonly counts: number[] = new Array<number>(lateBoundsMs.length + 1).fill(0)
  /** Sum of all times, in ms. */
  sumMs = 0
  readonly #fine = new Uint32Array(bucketCount)
  #size = 0
  #maxMs = 0

  /** @param ms below 0 counts as 0 */
  add(ms: number): void {
    const lateMs = Math.max(0, ms)
    this.sumMs += lateMs
    let bound = 0
    while (bound < lateBoundsMs.length && lateMs > lateBoundsMs[bound]!) bound++
    this.counts[bound]!++
    this.#size++
    if (lateMs > this.#maxMs) this.#maxMs = lateMs
    const bucket = lateMs <= leastMs ? 0 : 1 + Math.floor(Math.log2(lateMs / leastMs) * perOctave)
    this.#fine[Math.min(bucket, bucketCount - 1)]!++
  }

  /** Quantiles of what was added since the last call. */
  take(): Quantiles {
    const quantiles = { p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: this.#maxMs }
    this.#fine.fill(0)
    this.#size = 0
    this.#maxMs = 0
    return quantiles
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#size * share)
    if (left === 0) return 0
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      left -= this.#fine[bucket]!
      if (left <= 0) return bucket === 0 ? 0 : Math.min(this.#maxMs, leastMs * 2 ** (bucket / perOctave))
    }
    return this.#maxMs
  }
}
