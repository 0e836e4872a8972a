import type { Logger } from '@tygase/gamestate'
import { type EventLimits, type Outcome, RefusalError } from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'

/** What a sender learns of a handler that failed: internals never travel. */
export const handlerFailed: Outcome = { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }

/** The outcome of a handler that has run; a value that cannot travel is logged and refused. */
export function outcomeOf(value: unknown, name: string, logger: Logger, limits?: EventLimits): Outcome {
  if (value === undefined) return { kind: 'done' }
  try {
    return { kind: 'done', payload: encodePayload(value, limits) }
  } catch (error) {
    logger.error({ err: error, event: name }, 'what a handler returned cannot be sent')
    return handlerFailed
  }
}

/** The outcome of a handler that threw. */
export function refusalOf(error: unknown, name: string, logger: Logger): Outcome {
  if (error instanceof RefusalError) return { kind: 'refused', code: error.code, message: error.message }
  logger.error({ err: error, event: name }, 'a handler failed')
  return handlerFailed
}
