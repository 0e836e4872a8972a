import type { Logger } from '@tygase/gamestate'
import { type EventLimits, type IncomingEvent, type Outcome, RefusalError } from '@tygase/protocol'
import { decodePayload, encodePayload, type PayloadLimits } from '@tygase/protocol/payload'
import { ClientError } from './errors.js'

/** What the server learns of a handler that failed. */
const handlerFailed: Outcome = { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }

/** What payloads may be: those of results, and those of events that come. */
export interface PayloadBounds {
  readonly sendLimits: Partial<EventLimits>
  readonly receiveLimits: Partial<PayloadLimits>
}

/** Handles the server's events, one handler to a name. */
export class EventHandlers {
  readonly #logger: Logger
  readonly #settle: (sequence: number, outcome: Outcome) => void
  readonly #bounds: () => PayloadBounds
  readonly #handlers = new Map<string, (data: unknown) => unknown>()

  constructor(logger: Logger, settle: (sequence: number, outcome: Outcome) => void, bounds: () => PayloadBounds) {
    this.#logger = logger
    this.#settle = settle
    this.#bounds = bounds
  }

  /** Replaces the handler that was there. @throws ClientError `invalid_argument` */
  register(name: string, handler: (data: unknown) => unknown): void {
    if (typeof handler !== 'function') {
      throw new ClientError('invalid_argument', `the handler of '${name}' is a function, not ${typeof handler}`)
    }
    this.#handlers.set(name, handler)
  }

  /** Runs the handler of an event and settles it, when an asynchronous one has ended. Without a handler it is refused. */
  handle(event: IncomingEvent): void {
    const { name, sequence } = event
    const handler = this.#handlers.get(name)
    if (handler === undefined) {
      this.#logger.debug({ event: name }, 'an event without a handler')
      return this.#settle(sequence, { kind: 'refused', code: 'event_unknown', message: `there is no event '${name}'` })
    }
    const fail = (error: unknown): void => this.#settleSafely(name, sequence, this.#refusalOf(error, name))
    let value: unknown
    try {
      value = handler(decodePayload(event.payload, this.#bounds().receiveLimits))
    } catch (error) {
      return fail(error)
    }
    if (!isThenable(value)) return this.#done(name, sequence, value)
    Promise.resolve(value).then((result) => this.#done(name, sequence, result), fail)
  }

  #done(name: string, sequence: number, value: unknown): void {
    let outcome: Outcome
    try {
      const { sendLimits } = this.#bounds()
      outcome = value === undefined ? { kind: 'done' } : { kind: 'done', payload: encodePayload(value, sendLimits) }
    } catch (error) {
      outcome = this.#refusalOf(error, name)
    }
    this.#settleSafely(name, sequence, outcome)
  }

  #settleSafely(name: string, sequence: number, outcome: Outcome): void {
    try {
      this.#settle(sequence, outcome)
    } catch (error) {
      this.#logger.error({ err: error, event: name }, 'what a handler returned is too large')
      this.#settle(sequence, handlerFailed)
    }
  }

  #refusalOf(error: unknown, name: string): Outcome {
    if (error instanceof RefusalError) return { kind: 'refused', code: error.code, message: error.message }
    this.#logger.error({ err: error, event: name }, 'a handler failed')
    return handlerFailed
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
