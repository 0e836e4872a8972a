import type { Clock } from '@tygase/gamestate'
import { type BucketRate, TokenBuckets } from '../defence/token-buckets.js'
import { AuthError } from './errors.js'

export interface AttemptRate {
  /** How many in a row. A whole number from 1. */
  readonly burst: number
  /** How many more come with each minute, above 0. */
  readonly perMinute: number
}

/**
 * Whether one more attempt may begin: now; later, when it is known of those under way how they end; or not for as long as it takes
 * until there is one more.
 */
export type AttemptState = 'now' | 'later' | 'none'

/** The attempts of each name or address: one that was wrong costs one, one that was right nothing. */
export class AttemptLimit {
  readonly #rate: BucketRate
  readonly #buckets: TokenBuckets
  /** How many are under way, each of which may turn out wrong. */
  readonly #underWay = new Map<string, number>()

  /** @throws AuthError `invalid_argument` */
  constructor(rate: AttemptRate, clock: Clock) {
    if (!(Number.isInteger(rate.burst) && rate.burst >= 1 && rate.perMinute > 0)) {
      throw new AuthError('invalid_argument', 'attempts have a burst from 1 and a number for each minute above 0')
    }
    this.#rate = rate
    this.#buckets = new TokenBuckets(clock)
  }

  /** How many names or addresses are remembered. */
  get size(): number {
    return this.#buckets.size + this.#underWay.size
  }

  stateOf(key: string): AttemptState {
    const left = this.#buckets.left(key, this.#rate)
    if (left < 1) return 'none'
    return left >= (this.#underWay.get(key) ?? 0) + 1 ? 'now' : 'later'
  }

  /**
   * An attempt begins that may do so now: so many at once are no way around the limit.
   * @returns to be called once when it is over
   */
  begin(key: string): (isWrong: boolean) => void {
    this.#count(key, 1)
    return (isWrong) => {
      this.#count(key, -1)
      if (isWrong) this.#buckets.take(key, this.#rate)
    }
  }

  #count(key: string, by: 1 | -1): void {
    const count = (this.#underWay.get(key) ?? 0) + by
    if (count === 0) this.#underWay.delete(key)
    else this.#underWay.set(key, count)
  }
}
