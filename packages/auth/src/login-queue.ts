import type { Clock } from '@tygase/gamestate'
import { RefusalError } from '@tygase/server'
import type { AttemptLimit, AttemptState } from './attempt-limit.js'

/** The limits that hold for an attempt, each with its key. */
export type Attempt = readonly (readonly [limit: AttemptLimit, key: string])[]

export interface LoginPatience {
  /** Ends the waiting. A login that has begun is finished. */
  readonly signal?: AbortSignal
  /** Time for the answer, in ms. */
  readonly withinMs?: number
}

interface Waiting {
  readonly attempt: Attempt
  /** Time by which the answer is needed. */
  readonly untilMs: number
  begin(): void
  refuse(error: RefusalError): void
}

/** A hash takes tens of MiB, and one of the four threads that file system and DNS requests use too. */
const maxAtOnce = 2
/** Each waiting login keeps a name and a password in memory. */
const maxWaiting = 1000
/** A login keeps its place for at most this time, so that a storage that does not answer cannot keep out all others. */
const maxHeldMs = 30_000
/** Assumed time of one login, until the first one has ended. */
const usualMs = 250

/**
 * Queue of logins, because each costs a hash. First come first served, except for a login whose limits leave no more attempts
 * than are under way: it waits until they have ended.
 */
export class LoginQueue {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  /** Logins that have a place. */
  readonly #running = new Set<{ readonly sinceMs: number }>()
  /** Time of one login, smoothed; undefined until the first one has ended. */
  #msEach: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Runs `work` in its turn, and settles as it does. Rejects with a RefusalError before it begins: `too_many_attempts`;
   * `login_busy` if its turn would come too late, which may also be found while it waits. Rejects with the reason of the signal.
   * @param work resolves to undefined for a wrong attempt; only wrong ones are counted
   */
  run<Result>(attempt: Attempt, patience: LoginPatience, work: () => Promise<Result>): Promise<Result> {
    const { signal, withinMs = Number.POSITIVE_INFINITY } = patience
    return new Promise((resolve, reject) => {
      if (stateOf(attempt) === 'none') throw tooManyAttempts()
      signal?.throwIfAborted()
      if (this.#waiting.size >= maxWaiting) throw loginBusy()
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
        untilMs: this.#clock.now() + withinMs,
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
      this.#goOn()
    })
  }

  #goOn(): void {
    this.#beginNext()
    this.#refuseLate()
  }

  #beginNext(): void {
    for (const waiting of this.#waiting) {
      const state = stateOf(waiting.attempt)
      if (state === 'none') waiting.refuse(tooManyAttempts())
      else if (state === 'now' && this.#running.size < maxAtOnce) waiting.begin()
    }
  }

  /** Refuses logins that cannot be done in time: their clients may try again, and later logins come sooner. */
  #refuseLate(): void {
    const { msEach, freeAtMs } = this.#forecast
    for (const waiting of this.#waiting) {
      const beginsAtMs = Math.min(...freeAtMs)
      const endsAtMs = beginsAtMs + msEach
      if (endsAtMs > waiting.untilMs) waiting.refuse(loginBusy())
      else freeAtMs[freeAtMs.indexOf(beginsAtMs)] = endsAtMs
    }
  }

  /** Expected time of one login, and the times at which the places become free. */
  get #forecast(): { msEach: number; freeAtMs: number[] } {
    const nowMs = this.#clock.now()
    const msEach = this.#msEach ?? usualMs
    const freeAtMs = [...this.#running].map(({ sinceMs }) => Math.max(nowMs, sinceMs + msEach))
    while (freeAtMs.length < maxAtOnce) freeAtMs.push(nowMs)
    return { msEach, freeAtMs }
  }

  async #run<Result>(attempt: Attempt, work: () => Promise<Result>): Promise<Result> {
    const place = { sinceMs: this.#clock.now() }
    const ends = attempt.map(([limit, key]) => limit.begin(key))
    this.#running.add(place)
    const leave = (isWrong: boolean): void => {
      this.#running.delete(place)
      for (const end of ends) end(isWrong)
      this.#goOn()
    }
    const cancel = this.#clock.schedule(maxHeldMs, () => leave(false))
    let isWrong = false
    try {
      const result = await work()
      isWrong = result === undefined
      return result
    } finally {
      cancel()
      if (this.#running.has(place)) {
        this.#measure(this.#clock.now() - place.sinceMs)
        leave(isWrong)
      } else if (isWrong) {
        // it has lost its place, but the wrong attempt still counts
        for (const [limit, key] of attempt) limit.begin(key)(true)
      }
    }
  }

  #measure(tookMs: number): void {
    const known = this.#msEach ?? tookMs
    this.#msEach = known + (tookMs - known) / 4
  }
}

function stateOf(attempt: Attempt): AttemptState {
  const states = attempt.map(([limit, key]) => limit.stateOf(key))
  return states.find((state) => state === 'none') ?? states.find((state) => state === 'later') ?? 'now'
}

function tooManyAttempts(): RefusalError {
  return new RefusalError('too_many_attempts', 'too many wrong names or passwords; try again in a minute')
}

function loginBusy(): RefusalError {
  return new RefusalError('login_busy', 'too many clients log in at once; try again in a moment')
}
