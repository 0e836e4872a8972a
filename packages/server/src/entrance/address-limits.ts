import type { Clock } from '@tygase/gamestate'
import { isLoopback, neighbourhoodOf } from './address.js'

/**
 * The limit for each address. Without a number from the user, addresses of this machine have no limit: programs on it are
 * trusted, and all clients of a proxy on it that is not listed in `trustProxy` would share one limit.
 * @param given the user's number, which then holds for all addresses
 */
export function limitPerAddress(given: number | undefined, usual: number): (host: string) => number {
  return (host) => given ?? (isLoopback(host) ? Number.POSITIVE_INFINITY : usual)
}

/** Counts things (sessions, rooms) by the address that they belong to, up to a limit. */
export class AddressLimits {
  readonly #max: (host: string) => number
  readonly #counts = new Map<string, number>()
  /** Neighbourhood of each counted id. */
  readonly #neighbourhoods = new Map<string, string>()

  constructor(max: (host: string) => number) {
    this.#max = max
  }

  /** True if one more from this address is too many. @param host in normal form */
  isFull(host: string): boolean {
    return (this.#counts.get(neighbourhoodOf(host)) ?? 0) >= this.#max(host)
  }

  /** Counts `id` for this address, and no longer for the address of an earlier call. Without a host it is not counted. */
  place(id: string, host: string | undefined): void {
    this.remove(id)
    if (host === undefined) return
    const neighbourhood = neighbourhoodOf(host)
    this.#neighbourhoods.set(id, neighbourhood)
    this.#counts.set(neighbourhood, (this.#counts.get(neighbourhood) ?? 0) + 1)
  }

  /** Counts `id` no more. Does nothing for an unknown id. */
  remove(id: string): void {
    const neighbourhood = this.#neighbourhoods.get(id)
    if (neighbourhood === undefined) return
    this.#neighbourhoods.delete(id)
    const count = this.#counts.get(neighbourhood)! - 1
    if (count === 0) this.#counts.delete(neighbourhood)
    else this.#counts.set(neighbourhood, count)
  }
}

export interface BucketRate {
  /** Tokens in a full bucket, from 1. */
  readonly burst: number
  /** Tokens that flow in per minute, above 0. */
  readonly perMinute: number
}

/** Number of keys that are kept. One bucket takes about 100 bytes. */
const maxBuckets = 10_000

/** A token bucket for each key. It begins full, and fills at a steady rate. */
export class TokenBuckets {
  readonly #clock: Clock
  /** Least recently used first. A key that is not here has a full bucket. */
  readonly #buckets = new Map<string, { readonly tokens: number; readonly filledMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of buckets that are kept. */
  get size(): number {
    return this.#buckets.size
  }

  /** @returns the number of tokens, with the part of the next one; from 0 to `burst` */
  left(key: string, { burst, perMinute }: BucketRate): number {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return burst
    const minutes = (this.#clock.now() - bucket.filledMs) / 60_000
    return Math.min(burst, bucket.tokens + minutes * perMinute)
  }

  /** Takes one token. @returns false if there is no whole token; then nothing has changed */
  take(key: string, rate: BucketRate): boolean {
    const tokens = this.left(key, rate)
    if (tokens < 1) return false
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: tokens - 1, filledMs: this.#clock.now() })
    // the least recently used bucket is the most likely to be full again
    if (this.#buckets.size > maxBuckets) this.#buckets.delete(this.#buckets.keys().next().value!)
    return true
  }

  /** Gives back a token that was taken for something that does not count. */
  give(key: string, rate: BucketRate): void {
    const tokens = this.left(key, rate) + 1
    if (tokens >= rate.burst) this.#buckets.delete(key)
    else this.#buckets.set(key, { tokens, filledMs: this.#clock.now() })
  }

  /** @returns time until there is a whole token, in ms; 0 if there is one now */
  waitMs(key: string, rate: BucketRate): number {
    return Math.max(0, ((1 - this.left(key, rate)) / rate.perMinute) * 60_000)
  }
}

/** Requests per minute and address, if the user gives no number. */
const usualRequestsPerMinute = 600

/** HTTP requests of each address: those of one minute at once, and more at a steady rate. */
export class RequestRate {
  readonly #perMinute: (host: string) => number
  readonly #buckets: TokenBuckets

  /** @param perMinute for each address; undefined for 600, and no limit for this machine */
  constructor(perMinute: number | undefined, clock: Clock) {
    this.#perMinute = limitPerAddress(perMinute, usualRequestsPerMinute)
    this.#buckets = new TokenBuckets(clock)
  }

  /** Number of addresses that are kept. */
  get size(): number {
    return this.#buckets.size
  }

  /**
   * Counts one request.
   * @param host in normal form; undefined for a request without an address, which has no limit
   * @returns 0 if the request may go on, else the whole seconds until the next one may; then this one does not count
   */
  take(host: string | undefined): number {
    const perMinute = host === undefined ? Number.POSITIVE_INFINITY : this.#perMinute(host)
    if (host === undefined || perMinute === Number.POSITIVE_INFINITY) return 0
    const key = neighbourhoodOf(host)
    const rate = { burst: perMinute, perMinute }
    return this.#buckets.take(key, rate) ? 0 : Math.ceil(this.#buckets.waitMs(key, rate) / 1000)
  }
}
