import type { Clock } from '@tygase/gamestate'
import { neighbourhoodOf } from '../defence/host.js'
import { limitPerAddress } from '../defence/per-address.js'

interface Bucket {
  tokens: number
  filledMs: number
}

/** How many addresses are remembered; a bucket is some 100 bytes. */
const maxBuckets = 10_000
const usualPerMinute = 600

/** A bucket of tokens for each address: holds a minute's worth, is full at first, and fills at a steady rate. */
export class RequestRate {
  readonly #perMinute: (host: string) => number
  readonly #clock: Clock
  /** The one used longest ago comes first. What is not here is full. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(perMinute: number | undefined, clock: Clock) {
    this.#perMinute = limitPerAddress(perMinute, usualPerMinute)
    this.#clock = clock
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /**
   * Takes a token.
   * @param host undefined for who has no address, and no limit
   * @returns 0, or in how many whole seconds there will be one; then it takes none
   */
  take(host: string | undefined): number {
    const perMinute = host === undefined ? Number.POSITIVE_INFINITY : this.#perMinute(host)
    if (host === undefined || perMinute === Number.POSITIVE_INFINITY) return 0
    const key = neighbourhoodOf(host)
    const now = this.#clock.now()
    const bucket = this.#buckets.get(key)
    const filled = bucket === undefined ? perMinute : bucket.tokens + ((now - bucket.filledMs) / 60_000) * perMinute
    const tokens = Math.min(perMinute, filled)
    if (tokens < 1) return Math.ceil(((1 - tokens) / perMinute) * 60)
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: tokens - 1, filledMs: now })
    // the one used longest ago is most likely to be full again
    if (this.#buckets.size > maxBuckets) this.#buckets.delete(this.#buckets.keys().next().value!)
    return 0
  }
}
