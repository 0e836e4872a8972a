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
