import type { Clock } from '@tygase/gamestate'

export interface BucketRate {
  /** What a bucket holds when it is full. From 1. */
  readonly burst: number
  /** What comes in with each minute. Above 0. */
  readonly perMinute: number
}

/** How many keys are remembered; a bucket is some 100 bytes. */
const maxBuckets = 10_000

/** A bucket of tokens for each key: full at first, and filling at a steady rate. */
export class TokenBuckets {
  readonly #clock: Clock
  /** The one used longest ago comes first. What is not here is full. */
  readonly #buckets = new Map<string, { readonly tokens: number; readonly filledMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** @returns how many tokens there are, with what is on its way to be a whole one; never below 0 */
  left(key: string, { burst, perMinute }: BucketRate): number {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return burst
    const minutes = (this.#clock.now() - bucket.filledMs) / 60_000
    return Math.min(burst, bucket.tokens + minutes * perMinute)
  }

  /** Takes one out. @returns false where there is none, and then nothing has changed */
  take(key: string, rate: BucketRate): boolean {
    const tokens = this.left(key, rate)
    if (tokens < 1) return false
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: tokens - 1, filledMs: this.#clock.now() })
    // the one used longest ago is most likely to be full again
    if (this.#buckets.size > maxBuckets) this.#buckets.delete(this.#buckets.keys().next().value!)
    return true
  }

  /** @returns in how many ms there will be one; 0 where there is */
  waitMs(key: string, rate: BucketRate): number {
    return Math.max(0, ((1 - this.left(key, rate)) / rate.perMinute) * 60_000)
  }
}
