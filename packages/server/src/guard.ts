import type { Logger } from '@tygase/gamestate'
import { isThenable } from './is-thenable.js'

/**
 * Runs `work`; what it throws, or what the promise that it returns rejects with, is logged and goes no further, so that one
 * client's trouble stays its own. A promise is not waited for.
 */
export function guard(logger: Logger, message: string, work: () => unknown): void {
  const fail = (error: unknown): void => logger.error({ err: error }, message)
  try {
    const result = work()
    // nobody else looks at it, and a promise that rejects unseen ends the process
    if (isThenable(result)) Promise.resolve(result).then(undefined, fail)
  } catch (error) {
    fail(error)
  }
}
