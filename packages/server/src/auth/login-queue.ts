import type { Clock } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import type { AttemptLimit, AttemptState } from './attempt-limit.js'

/** Whose attempt it is, by each limit that holds for it. */
export type Attempt = readonly (readonly [limit: AttemptLimit, key: string])[]

export interface LoginPatience {
  /** Ends the waiting; what has begun is finished. */
  readonly signal?: AbortSignal
  /** For how long somebody waits for the answer, in ms. */
  readonly withinMs?: number
}

interface Waiting {
  readonly attempt: Attempt
  begin(): void
  refuse(error: RefusalError): void
}

/** A hash takes tens of MiB and a thread of the four that files and names of hosts are waited for with. */
const maxAtOnce = 2
/** A name and a password each. */
const maxWaiting = 1000

/**
 * The line of those who log in, as each costs a hash. First come first served, but for those whose limits leave no more attempts
 * than are under way: they let others go first until it is known how these end.
 */
export class LoginQueue {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  #running = 0
  /** How long one takes, smoothed; 0 until it has been measured. */
  #msEach = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * @param work gives undefined for a wrong attempt, the only kind that counts
   * Settles as `work` does. Rejects with a RefusalError, and has begun nothing: `too_many_attempts`; `login_busy` where its turn
   * would come too late. With the reason of the signal when that ends the waiting.
   */
  run<Result>(attempt: Attempt, patience: LoginPatience, work: () => Promise<Result>): Promise<Result> {
    const { signal, withinMs = Number.POSITIVE_INFINITY } = patience
    return new Promise((resolve, reject) => {
      if (stateOf(attempt) === 'none') throw tooManyAttempts()
      signal?.throwIfAborted()
      if (this.#waiting.size >= maxWaiting || this.#foreseenMs > withinMs) {
        throw new RefusalError('login_busy', 'too many log in at once; try again in a moment')
      }
      const leave = (): void => {
        this.#waiting.delete(waiting)
        signal?.removeEventListener('abort', giveUp)
      }
      const giveUp = (): void => {
        leave()
        reject(signal?.reason)
      }
      const waiting: Waiting = {
        attempt,
        begin: () => {
          leave()
          this.#run(attempt, work).then(resolve, reject)
        },
        refuse: (error) => {
          leave()
          reject(error)
        },
      }
      signal?.addEventListener('abort', giveUp)
      this.#waiting.add(waiting)
      this.#beginNext()
    })
  }

  /** When one who comes now would be done, from now; 0 where there is a free place. */
  get #foreseenMs(): number {
    if (this.#waiting.size === 0 && this.#running < maxAtOnce) return 0
    return ((this.#waiting.size + this.#running) / maxAtOnce + 1) * this.#msEach
  }

  #beginNext(): void {
    for (const waiting of this.#waiting) {
      const state = stateOf(waiting.attempt)
      if (state === 'none') waiting.refuse(tooManyAttempts())
      else if (state === 'now' && this.#running < maxAtOnce) waiting.begin()
    }
  }

  async #run<Result>(attempt: Attempt, work: () => Promise<Result>): Promise<Result> {
    const sinceMs = this.#clock.now()
    const ends = attempt.map(([limit, key]) => limit.begin(key))
    this.#running++
    let isWrong = false
    try {
      const result = await work()
      isWrong = result === undefined
      return result
    } finally {
      const tookMs = this.#clock.now() - sinceMs
      this.#msEach += (tookMs - this.#msEach) / (this.#msEach === 0 ? 1 : 4)
      for (const end of ends) end(isWrong)
      this.#running--
      this.#beginNext()
    }
  }
}

function stateOf(attempt: Attempt): AttemptState {
  const states = attempt.map(([limit, key]) => limit.stateOf(key))
  return states.find((state) => state === 'none') ?? states.find((state) => state === 'later') ?? 'now'
}

function tooManyAttempts(): RefusalError {
  return new RefusalError('too_many_attempts', 'too many wrong names or passwords; try again in a minute')
}
