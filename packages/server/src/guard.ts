import type { Logger } from '@tygase/gamestate'

/** Runs `work`; what it throws is logged and goes no further, so that one client's trouble stays its own. */
export function guard(logger: Logger, message: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    logger.error({ err: error }, message)
  }
}
