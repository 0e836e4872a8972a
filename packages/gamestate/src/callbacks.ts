import type { Logger } from './logger.js'

/**
 * Runs a callback of the user. What it throws, or what its promise rejects with, is logged at level error and goes no
 * further: one faulty callback must not stop the others or end the process. A promise is not waited for.
 * @param message of the log line
 * @param details for the log line, besides the error
 */
export function guard(logger: Logger, message: string, work: () => unknown, details?: object): void {
  const fail = (error: unknown): void => logger.error({ err: error, ...details }, message)
  try {
    const result = work()
    // nothing else looks at the promise, and one that rejects unseen ends the process
    if (isThenable(result)) Promise.resolve(result).then(undefined, fail)
  } catch (error) {
    fail(error)
  }
}

/** True for a promise of any make: an object or function with a method `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/**
 * Functions to call when something happens. One that is added or removed while they are being called takes effect with the
 * next call: the call under way goes to those that were there when it began. Adding and removing take constant time.
 */
export class Listeners<Args extends readonly unknown[]> {
  #current = new Set<(...args: Args) => unknown>()
  /** The set that a call is going through. It is not changed: a change makes a copy first. */
  #called: ReadonlySet<(...args: Args) => unknown> | undefined

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
