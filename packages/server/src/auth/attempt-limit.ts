import type { Clock } from '@tygase/gamestate'
import { AuthError } from './errors.js'

export interface AttemptRate {
  /** How many in a row. A whole number from 1. */
  readonly burst: number
  /** How many more come with each minute, above 0. */
  readonly perMinute: number
}

interface Bucket {
  tokens: number
  filledMs: number
}

/** How many names or addresses are remembered; a bucket is some 100 bytes. */
const maxBuckets = 10_000

/** A bucket of tokens for each name or address: an attempt takes one, and is given it back when it was right. */
export class AttemptLimit {
  readonly #rate: AttemptRate
  readonly #clock: Clock
  /** The one used longest ago comes first. What is not here is full. */
  readonly #buckets = new Map<string, Bucket>()

  /** @throws AuthError `invalid_argument` */
  constructor(rate: AttemptRate, clock: Clock) {
    if (!(Number.isInteger(rate.burst) && rate.burst >= 1 && rate.perMinute > 0)) {
      throw new AuthError('invalid_argument', 'attempts have a burst from 1 and a number for each minute above 0')
    }
    this.#rate = rate
    this.#clock = clock
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** Whether there is one more attempt; takes nothing. */
  allows(key: string): boolean {
    return this.#tokens(key) >= 1
  }

  take(key: string): void {
    this.#set(key, this.#tokens(key) - 1)
  }

  giveBack(key: string): void {
    this.#set(key, this.#tokens(key) + 1)
  }

  #tokens(key: string): number {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return this.#rate.burst
    const minutes = (this.#clock.now() - bucket.filledMs) / 60_000
    return Math.min(this.#rate.burst, bucket.tokens + minutes * this.#rate.perMinute)
  }

  #set(key: string, tokens: number): void {
    this.#buckets.delete(key)
    if (tokens >= this.#rate.burst) return
    this.#buckets.set(key, { tokens, filledMs: this.#clock.now() })
    // the one used longest ago is most likely to be full again
    if (this.#buckets.size > maxBuckets) this.#buckets.delete(this.#buckets.keys().next().value!)
  }
}
