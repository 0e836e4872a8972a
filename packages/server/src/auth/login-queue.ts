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
  /** When nobody waits for the answer any more. */
  readonly untilMs: number
  begin(): void
  refuse(error: RefusalError): void
}

/** A hash takes tens of MiB and a thread of the four that files and names of hosts are waited for with. */
const maxAtOnce = 2
/** A name and a password each. */
const maxWaiting = 1000
/** So long one may keep its place: a storage that does not answer is not to keep out all who come later. */
const maxHeldMs = 30_000
/** How long one takes, as far as is known before the first has ended. */
const usualMs = 250

/**
 * The line of those who log in, as each costs a hash. First come first served, but for those whose limits leave no more attempts
 * than are under way: they let others go first until it is known how these end.
 */
export class LoginQueue {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  /** Those that have a place. */
  readonly #running = new Set<{ readonly sinceMs: number }>()
  /** How long one takes, smoothed; undefined until it has been measured. */
  #msEach: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * @param work gives undefined for a wrong attempt, the only kind that counts
   * Settles as `work` does. Rejects with a RefusalError, and has begun nothing: `too_many_attempts`; `login_busy` where its turn
   * would come too late, which may turn out while it waits. With the reason of the signal when that ends the waiting.
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

  /** Who would be done too late has more of a refusal now: it may try again, and those behind it come sooner. */
  #refuseLate(): void {
    const { msEach, freeAtMs } = this.#foreseen
    for (const waiting of this.#waiting) {
      const beginsAtMs = Math.min(...freeAtMs)
      const endsAtMs = beginsAtMs + msEach
      if (endsAtMs > waiting.untilMs) waiting.refuse(loginBusy())
      else freeAtMs[freeAtMs.indexOf(beginsAtMs)] = endsAtMs
    }
  }

  /** How long one takes, and when each place is free, by that. */
  get #foreseen(): { msEach: number; freeAtMs: number[] } {
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
        // it has lost its place, but not what it costs
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
  return new RefusalError('login_busy', 'too many log in at once; try again in a moment')
}
