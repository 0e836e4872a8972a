import type { Clock, Logger } from '@tygase/gamestate'
import { decodeValue, encodeValue, guard, isThenable, type PayloadLimits } from '@tygase/gamestate/internal'
import {
  type EventLimits,
  type IncomingEvent,
  isReserved,
  never,
  type Outcome,
  ProtocolError,
  RefusalError,
} from '@tygase/protocol/internal'
import { ClientError, closedError } from './errors.js'
import type { DispatchOptions, RequestOptions } from './options.js'
import type { Handler, HandlerInfo, RegisteredHandler, RunningPrediction } from './prediction.js'
import type { SessionLink } from './session-link.js'

/** How long an event waits for a handler: half of `ackTimeoutMs`, so that the refusal reaches a server that sends it once. */
const keepMs = 500
/** The most events that wait for a handler. A further event drops the oldest one. */
const mostKept = 256

const handlerFailed: Outcome = { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }

const confirmed: HandlerInfo = Object.freeze({ predicted: false })

/** What became of one handler. */
type Answer = { readonly value: unknown } | { readonly error: unknown }

/** What event handlers need of the connection. */
export interface EventHandlersOptions {
  readonly clock: Clock
  readonly logger: Logger
  reply(sequence: number, outcome: Outcome): void
  /** The limits of results, and of events that come. */
  limits(): { readonly sendLimits: Partial<EventLimits>; readonly receiveLimits: Partial<PayloadLimits> }
}

/**
 * Handles the server's events. An event may have several handlers: all of them run, in the order of their registration.
 * An event without a handler waits for one, for half a second.
 *
 * Invariant: each event gets exactly one outcome, unless `end` is called first.
 */
export class EventHandlers {
  readonly #options: EventHandlersOptions
  /** Lists are replaced, not changed: a call that is under way goes on with its own. */
  readonly #handlers = new Map<string, readonly RegisteredHandler[]>()
  /** Events that wait for a handler, in the order of their arrival. */
  #kept: { readonly event: IncomingEvent; untilMs: number }[] = []
  /** Names of events that were dropped: each is logged once. */
  readonly #unknown = new Set<string>()
  #isOpen = false
  #cancelExpiry: (() => void) | undefined
  #cancelRelease: (() => void) | undefined

  constructor(options: EventHandlersOptions) {
    this.#options = options
  }

  /** @returns a function that takes the handler off. @throws ClientError `invalid_argument` */
  register(name: string, handler: Handler, onRetract?: RegisteredHandler['onRetract']): () => void {
    for (const [part, given] of Object.entries({ handler, onRetract: onRetract ?? handler })) {
      if (typeof given === 'function') continue
      throw new ClientError('invalid_argument', `the ${part} of '${name}' is a function, not ${typeof given}`)
    }
    const own: RegisteredHandler = { handler, onRetract }
    this.#handlers.set(name, [...this.of(name), own])
    // on the next turn, so that handlers that are registered together all get the events that waited
    if (this.#hasKept(name)) this.#releaseSoon()
    return () => {
      const left = this.of(name).filter((each) => each !== own)
      if (left.length > 0) this.#handlers.set(name, left)
      else this.#handlers.delete(name)
    }
  }

  /** The handlers of a name, in the order of their registration. */
  of(name: string): readonly RegisteredHandler[] {
    return this.#handlers.get(name) ?? []
  }

  /** The caller can register handlers from now on: the time of the events that wait begins. */
  open(): void {
    this.#isOpen = true
    const untilMs = this.#options.clock.now() + keepMs
    for (const kept of this.#kept) kept.untilMs = untilMs
    this.#expireLater()
  }

  /** Forgets the events that wait. */
  end(): void {
    this.#kept = []
    this.#cancelRelease?.()
    this.#cancelExpiry?.()
    this.#cancelExpiry = undefined
  }

  /** Runs the handlers of an event, or keeps it until there is one. */
  handle(event: IncomingEvent): void {
    const handlers = this.#handlers.get(event.name)
    // events of one name stay in order
    if (handlers !== undefined && !this.#hasKept(event.name)) return this.#run(event, handlers)
    const untilMs = this.#isOpen ? this.#options.clock.now() + keepMs : never
    this.#kept.push({ event, untilMs })
    if (this.#kept.length > mostKept) this.#dropOldest()
    this.#expireLater()
  }

  #hasKept(name: string): boolean {
    return this.#kept.some(({ event }) => event.name === name)
  }

  #releaseSoon(): void {
    this.#cancelRelease ??= this.#options.clock.schedule(0, () => {
      this.#cancelRelease = undefined
      const ready = this.#kept.filter(({ event }) => this.#handlers.has(event.name))
      this.#kept = this.#kept.filter(({ event }) => !this.#handlers.has(event.name))
      for (const { event } of ready) this.#run(event, this.of(event.name))
    })
  }

  #expireLater(): void {
    const untilMs = this.#kept[0]?.untilMs ?? never
    if (this.#cancelExpiry !== undefined || untilMs === never) return
    const { clock } = this.#options
    this.#cancelExpiry = clock.schedule(Math.max(0, untilMs - clock.now()), () => {
      this.#cancelExpiry = undefined
      const nowMs = clock.now()
      while (this.#kept.length > 0 && this.#kept[0]!.untilMs <= nowMs) this.#dropOldest()
      this.#expireLater()
    })
  }

  #dropOldest(): void {
    const { name, sequence } = this.#kept.shift()!.event
    if (!this.#unknown.has(name)) {
      this.#unknown.add(name)
      this.#options.logger.warn({ event: name }, 'an event was dropped: no handler is registered for it')
    }
    this.#reply(name, sequence, { kind: 'refused', code: 'event_unknown', message: `there is no event '${name}'` })
  }

  #run(event: IncomingEvent, handlers: readonly RegisteredHandler[]): void {
    const { name, sequence, payload } = event
    let data: unknown
    try {
      data = decodeValue(payload, this.#options.limits().receiveLimits)
    } catch (error) {
      this.#options.logger.error({ err: error, event: name }, 'the data of an event cannot be read')
      return this.#reply(name, sequence, handlerFailed)
    }
    const answers = handlers.map(({ handler }) => answerOf(handler, data))
    if (!answers.some(isThenable)) return this.#answer(name, sequence, answers as Answer[])
    guard(this.#options.logger, 'an event could not be answered', () =>
      Promise.all(answers).then((all) => this.#answer(name, sequence, all)),
    )
  }

  /** An error of any handler refuses the event; else the first value that is not undefined goes back. */
  #answer(name: string, sequence: number, answers: readonly Answer[]): void {
    let refusal: Outcome | undefined
    let value: unknown
    for (const answer of answers) {
      if (!('error' in answer)) value = value === undefined ? answer.value : value
      else {
        const outcome = this.#refusalOf(answer.error, name)
        refusal ??= outcome
      }
    }
    this.#reply(name, sequence, refusal ?? this.#outcomeOf(value, name))
  }

  #outcomeOf(value: unknown, name: string): Outcome {
    if (value === undefined) return { kind: 'done' }
    try {
      return { kind: 'done', payload: encodeValue(value, this.#options.limits().sendLimits) }
    } catch (error) {
      this.#options.logger.error({ err: error, event: name }, 'the answer of a handler cannot be sent')
      return handlerFailed
    }
  }

  #reply(name: string, sequence: number, outcome: Outcome): void {
    try {
      this.#options.reply(sequence, outcome)
    } catch (error) {
      this.#options.logger.error({ err: error, event: name }, 'the answer of a handler cannot be sent')
      this.#options.reply(sequence, handlerFailed)
    }
  }

  #refusalOf(error: unknown, name: string): Outcome {
    if (error instanceof RefusalError) return { kind: 'refused', code: error.code, message: error.message }
    this.#options.logger.error({ err: error, event: name }, 'a handler failed')
    return handlerFailed
  }
}

/** @returns a promise, which never rejects, for a handler that returns a thenable */
function answerOf(handler: Handler, data: unknown): Answer | Promise<Answer> {
  try {
    const value = handler(data, confirmed)
    if (!isThenable(value)) return { value }
    return Promise.resolve(value).then(
      (result): Answer => ({ value: result }),
      (error: unknown): Answer => ({ error }),
    )
  } catch (error) {
    return { error }
  }
}

type Sending = Pick<RunningPrediction, 'stamp' | 'dispatched' | 'settled'>

/** Sends a client's events over a link. */
export class EventSender {
  readonly #link: SessionLink
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #prediction: Sending | undefined

  constructor(link: SessionLink, clock: Clock, logger: Logger, prediction: Sending | undefined) {
    this.#link = link
    this.#clock = clock
    this.#logger = logger
    this.#prediction = prediction
  }

  /**
   * @param isUrgent does not wait for the flush interval
   * @throws ClientError `connection_closed`; GameStateError `invalid_value`, `value_limit`, `value_too_large`; ProtocolError `event_too_large`, `queue_full`,
   * `invalid_argument`
   */
  send(name: string, data: unknown, options: DispatchOptions, isUrgent: boolean): void {
    const { retries = 0, replace = false, onAck, onFail } = options
    if (typeof replace !== 'boolean') throw new ClientError('invalid_argument', 'replace is true or false')
    for (const [option, callback] of Object.entries({ onAck, onFail })) {
      if (callback !== undefined && typeof callback !== 'function') {
        throw new ClientError('invalid_argument', `${option} is a function, not ${typeof callback}`)
      }
    }
    const { session } = this.#link
    const payload = encodeValue(data, session.sendLimits)
    const { status, closeInfo } = session
    if (status === 'closed' || status === 'disconnecting') throw closedError(closeInfo)
    const call = (option: string, work: () => unknown): void =>
      guard(this.#logger, `${option} of '${name}' failed`, work, { event: name })
    const prediction = isReserved(name) ? undefined : this.#prediction
    const callbacks = {
      onAck: (result: Uint8Array | undefined) => {
        prediction?.settled(sequence, undefined)
        let value: unknown
        try {
          value = result && decodeValue(result, session.receiveLimits)
        } catch (cause) {
          // a mistake of the server: it ends the session
          const reason = `the result of '${name}' cannot be read`
          call('onFail', () => onFail?.(new ProtocolError('malformed', reason, { cause })))
          return void this.#link.close('malformed', reason)
        }
        call('onAck', () => onAck?.(value))
      },
      onFail: (error: ProtocolError) => {
        prediction?.settled(sequence, error)
        if (onFail !== undefined) return call('onFail', () => onFail(error))
        if (error.refusal === undefined) return this.#logger.debug({ err: error, event: name }, 'an event failed')
        this.#logger.warn({ event: name, ...error.refusal }, 'the server refused an event that has no onFail')
      },
    }
    const stamp = prediction?.stamp(name)
    const withinMs = isUrgent ? 0 : stamp?.withinMs
    const sequence = this.#link.send(name, payload, { retries, replace, ...stamp, ...callbacks }, withinMs)
    if (stamp !== undefined) prediction?.dispatched(sequence, name, payload, stamp)
  }

  /**
   * Sends an event at once.
   * @returns the value of the handler or rule at the server
   * @throws as a rejection: RefusalError; ClientError `request_timeout`, `connection_closed`; else as `send`
   */
  request(name: string, data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { timeoutMs = 5000, retries = Number.POSITIVE_INFINITY } = options
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(timeoutMs, () =>
        reject(new ClientError('request_timeout', `no answer to '${name}' within ${timeoutMs} ms`)),
      )
      const onAck = (result: unknown): void => {
        cancel()
        resolve(result)
      }
      const onFail = (error: ProtocolError): void => {
        cancel()
        if (error.refusal) reject(new RefusalError(error.refusal.code, error.refusal.message))
        else reject(error.code === 'session_closed' ? closedError(this.#link.session.closeInfo) : error)
      }
      try {
        this.send(name, data, { retries, onAck, onFail }, true)
      } catch (error) {
        cancel()
        reject(error)
      }
    })
  }
}

/** @throws ClientError `invalid_argument` for a name of the library */
export function checkEventName(name: string): void {
  if (isReserved(name)) throw new ClientError('invalid_argument', `names that begin with $ are reserved: '${name}'`)
}
