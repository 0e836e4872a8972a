import type { Clock } from './clock.js'
import { atOnce, isThenable } from './values/plain.js'

/** The part of a logger that failures go to. */
interface ErrorLog {
  error(details: object, message: string): void
}

// All functions of a user are called from here, or within a `try` that keeps the same rules. A function of a user may throw,
// or return a promise of any make that rejects. Its failure goes to one place:
// - to the log, with the name of the function, if its result is not needed: `guard`, `guardedClock`
// - to the event, the join or the request that it was asked for, as its outcome: `settle`
// - to the caller whose own call runs it at once, such as a selector or a predicate: it is not caught
// One that has to answer at once and returns a promise has failed: `atOnce`.
// It never stops another function, and never ends the process.

/**
 * Runs a function whose result is not needed. Its failure is logged at level error and goes no further.
 * @param message of the log line: it names the function
 * @param details for the log line, besides the error
 */
export function guard(logger: ErrorLog, message: string, work: () => unknown, details?: object): void {
  try {
    watch(logger, message, work(), details)
  } catch (error) {
    logger.error({ err: error, ...details }, message)
  }
}

/** A handler for events of the runtime. Its failure, which would end the process, is logged at level error and goes no further. */
export function guarded<Args extends readonly unknown[]>(
  logger: ErrorLog,
  message: string,
  handler: (...args: Args) => unknown,
): (...args: Args) => void {
  return (...args) => {
    try {
      watch(logger, message, handler(...args))
    } catch (error) {
      logger.error({ err: error }, message)
    }
  }
}

/**
 * Runs a function whose result is waited for: calls `done` or `fail` once, at once if there is no promise. Neither of them may
 * throw.
 */
export function settle<Value>(
  work: () => Value | PromiseLike<Value>,
  done: (value: Value) => void,
  fail: (error: unknown) => void,
): void {
  let result: Value
  try {
    const given = work()
    if (isThenable(given)) {
      // a promise that rejects unseen ends the process
      Promise.resolve(given).then(done, fail)
      return
    }
    result = given as Value
  } catch (error) {
    return fail(error)
  }
  done(result)
}

/** Logs what the promise of a function rejects with, if it returned one. For calls whose errors have a `catch` of their own. */
export function watch(logger: ErrorLog, message: string, returned: unknown, details?: object): void {
  if (!isThenable(returned)) return
  Promise.resolve(returned).then(undefined, (error) => logger.error({ err: error, ...details }, message))
}

/**
 * A clock for the packages' own timers. What a timer's function throws is logged. A clock of a user that fails is logged, and
 * stands still meanwhile. A process that may sleep has `wakefulClock`.
 */
export function guardedClock(clock: Clock, logger: ErrorLog): Clock {
  const failed = 'the clock failed'
  const schedule = (delayMs: number, callback: () => void): (() => void) => {
    let cancel: unknown
    try {
      cancel = atOnce(
        'schedule',
        clock.schedule(delayMs, () => guard(logger, 'a timer failed', callback)),
      )
    } catch (error) {
      logger.error({ err: error }, failed)
    }
    return () => {
      if (typeof cancel === 'function') guard(logger, failed, cancel as () => unknown)
    }
  }
  return { now: guardedTime(() => clock.now(), logger, failed), schedule }
}

/** A timer looks at its clock at least this often: the clock may have jumped, as when a machine was asleep. */
export const lookMs = 60_000

/**
 * A `guardedClock` whose timers live through the sleep of a machine. A timer that is set for more than a minute looks at the
 * clock each minute, and is due as soon as either the clock or its own waiting says so.
 */
export function wakefulClock(clock: Clock, logger: ErrorLog): Clock {
  const { now, schedule: set } = guardedClock(clock, logger)
  const schedule = (delayMs: number, callback: () => void): (() => void) => {
    if (delayMs <= lookMs || delayMs === Number.POSITIVE_INFINITY) return set(delayMs, callback)
    let leftMs = delayMs
    let cancel = (): void => {}
    const look = (): void => {
      const waitMs = Math.min(lookMs, leftMs)
      const fromMs = now()
      cancel = set(waitMs, () => {
        // a clock that was set back must not make it wait longer
        leftMs -= Math.max(waitMs, now() - fromMs)
        if (leftMs > 0) look()
        else callback()
      })
    }
    look()
    return () => cancel()
  }
  return { now, schedule }
}

/** A time of a user. While its function fails, which is logged as `message`, time stands still. */
export function guardedTime(now: () => number, logger: ErrorLog, message: string): () => number {
  let lastMs = 0
  return () => {
    try {
      lastMs = atOnce('now', now())
    } catch (error) {
      logger.error({ err: error }, message)
    }
    return lastMs
  }
}

/**
 * Functions to call when something happens. One that is added or removed while they are being called takes effect with the
 * next call: the call under way goes to those that were there when it began. Adding and removing take constant time.
 */
export class Listeners<Args extends readonly unknown[]> {
  #current = new Set<(...args: Args) => unknown>()
  /** The set that a call is going through. It is not changed: a change makes a copy first. */
  #called: ReadonlySet<(...args: Args) => unknown> | undefined

  get size(): number {
    return this.#current.size
  }

  /** @returns a function that removes this one; harmless if it has been removed */
  add(listener: (...args: Args) => unknown): () => void {
    // a function of its own, so that the same listener may be added twice
    const own = (...args: Args): unknown => listener(...args)
    this.#changeable().add(own)
    return () => {
      if (this.#current.has(own)) this.#changeable().delete(own)
    }
  }

  /** Gives each to `call`, in the order in which they were added. */
  each(call: (listener: (...args: Args) => unknown) => void): void {
    const outer = this.#called
    this.#called = this.#current
    try {
      for (const listener of this.#current) call(listener)
    } finally {
      this.#called = outer
    }
  }

  #changeable(): Set<(...args: Args) => unknown> {
    if (this.#called === this.#current) this.#current = new Set(this.#current)
    return this.#current
  }
}
