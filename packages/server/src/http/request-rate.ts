import type { Clock } from '@tygase/gamestate'
import { neighbourhoodOf } from '../defence/host.js'
import { limitPerAddress } from '../defence/per-address.js'
import { TokenBuckets } from '../defence/token-buckets.js'

const usualPerMinute = 600

/** What each address may ask for: a minute's worth at once, and then more at a steady rate. */
export class RequestRate {
  readonly #perMinute: (host: string) => number
  readonly #buckets: TokenBuckets

  constructor(perMinute: number | undefined, clock: Clock) {
    this.#perMinute = limitPerAddress(perMinute, usualPerMinute)
    this.#buckets = new TokenBuckets(clock)
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /**
   * One more request has come.
   * @param host undefined for who has no address, and no limit
   * @returns 0, or in how many whole seconds there may be one; then this one does not count
   */
  take(host: string | undefined): number {
    const perMinute = host === undefined ? Number.POSITIVE_INFINITY : this.#perMinute(host)
    if (host === undefined || perMinute === Number.POSITIVE_INFINITY) return 0
    const key = neighbourhoodOf(host)
    const rate = { burst: perMinute, perMinute }
    return this.#buckets.take(key, rate) ? 0 : Math.ceil(this.#buckets.waitMs(key, rate) / 1000)
  }
}
