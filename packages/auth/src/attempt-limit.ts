import type { Clock } from '@tygase/gamestate'
import { type BucketRate, TokenBuckets } from '@tygase/server/internal'
import { AuthError } from './errors.js'

export interface AttemptRate {
  /** Attempts in a row, a whole number from 1. */
  readonly burst: number
  /** Attempts that are added per minute, above 0. */
  readonly perMinute: number
}

/**
 * If another attempt may begin: `now`; `later`, after the attempts under way have ended; `none`, until the rate gives another one.
 */
export type AttemptState = 'now' | 'later' | 'none'

/** Attempts for each name or address. Only a wrong attempt is counted. */
export class AttemptLimit {
  readonly #rate: BucketRate
  readonly #buckets: TokenBuckets
  /** Number of attempts under way. Each of them may turn out to be wrong. */
  readonly #underWay = new Map<string, number>()

  /** @throws AuthError `invalid_argument` */
  constructor(rate: AttemptRate, clock: Clock) {
    if (!(Number.isInteger(rate.burst) && rate.burst >= 1 && rate.perMinute > 0)) {
      throw new AuthError('invalid_argument', 'attempts have a burst from 1 and a number for each minute above 0')
    }
    this.#rate = rate
    this.#buckets = new TokenBuckets(clock)
  }

  /** Number of names and addresses that are kept. */
  get size(): number {
    return this.#buckets.size + this.#underWay.size
  }

  stateOf(key: string): AttemptState {
    const left = this.#buckets.left(key, this.#rate)
    if (left < 1) return 'none'
    return left >= (this.#underWay.get(key) ?? 0) + 1 ? 'now' : 'later'
  }

  /**
   * Begins an attempt whose state is `now`. Attempts at the same time cannot pass the limit.
   * @returns a function to be called once when the attempt has ended
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
