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
import { checkFunction } from './checks.js'
import { ClientError, closedError, invalidArgument } from './errors.js'
import type { DispatchOptions, RequestOptions } from './options.js'
import type { Handler, HandlerInfo, RegisteredHandler, RunningPrediction, Stamp } from './prediction.js'
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
  /** Asked for at each event. */
  link(): {
    reply(sequence: number, outcome: Outcome): void
    /** The limits of results, and of events that come. */
    readonly session: {
      readonly sendLimits: Partial<EventLimits>
      readonly receiveLimits: Partial<PayloadLimits>
    }
  }
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
    checkFunction(`the handler of '${name}'`, handler)
    if (onRetract !== undefined) checkFunction(`the onRetract of '${name}'`, onRetract)
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
      this.#options.logger.warn({ event: name }, 'an event without a handler was dropped')
    }
    // short enough for every limit
    const message = `there is no event '${name.slice(0, 128)}'`
    this.#options.link().reply(sequence, { kind: 'refused', code: 'event_unknown', message })
  }

  #run(event: IncomingEvent, handlers: readonly RegisteredHandler[]): void {
    const { name, sequence, payload } = event
    let data: unknown
    try {
      data = decodeValue(payload, this.#options.link().session.receiveLimits)
    } catch (error) {
      this.#options.logger.error({ err: error, event: name }, 'the data of an event cannot be read')
      return this.#options.link().reply(sequence, handlerFailed)
    }
    const answers = handlers.map(({ handler }) => answerOf(handler, data))
    if (!answers.some(isThenable)) return this.#answer(name, sequence, answers as Answer[])
    guard(this.#options.logger, 'the answer of a handler cannot be sent', () =>
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
    const link = this.#options.link()
    try {
      link.reply(sequence, refusal ?? { kind: 'done', payload: encodeValue(value, link.session.sendLimits) })
    } catch (error) {
      this.#options.logger.error({ err: error, event: name }, 'the answer of a handler cannot be sent')
      link.reply(sequence, handlerFailed)
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

type OwnOptions = DispatchOptions & Partial<Pick<Stamp, 'repeatUntilMs'>>

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
  send(name: string, data: unknown, options: OwnOptions | undefined, isUrgent: boolean): void {
    const { retries = 0, replace = false, onAck, onFail, repeatUntilMs = 0 } = options ?? {}
    if (typeof replace !== 'boolean') throw invalidArgument('replace is true or false')
    if (onAck !== undefined) checkFunction('onAck', onAck)
    if (onFail !== undefined) checkFunction('onFail', onFail)
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
        this.#logger.warn({ event: name, ...error.refusal }, 'the server refused an event without onFail')
      },
    }
    const stamp = prediction?.stamp(name)
    const withinMs = isUrgent ? 0 : stamp?.withinMs
    const sequence = this.#link.send(
      name,
      payload,
      { retries, replace, repeatUntilMs, ...stamp, ...callbacks },
      withinMs,
    )
    if (stamp !== undefined) prediction?.dispatched(sequence, name, payload, stamp)
  }

  /**
   * Sends an event at once.
   * @returns the value of the handler or rule at the server
   * @throws as a rejection: RefusalError; ClientError `request_timeout`, `connection_closed`; else as `send`
   */
  request(name: string, data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { timeoutMs = 5000, retries = Number.POSITIVE_INFINITY } = options
    let cancel: (() => void) | undefined
    const answer = new Promise((resolve, reject) => {
      const late = `no answer to '${name}' within ${timeoutMs} ms`
      cancel = this.#clock.schedule(timeoutMs, () => reject(new ClientError('request_timeout', late)))
      const onFail = (error: ProtocolError): void => {
        if (error.refusal) reject(new RefusalError(error.refusal.code, error.refusal.message))
        else reject(error.code === 'session_closed' ? closedError(this.#link.session.closeInfo) : error)
      }
      this.send(name, data, { retries, onAck: resolve, onFail }, true)
    })
    return answer.finally(cancel)
  }
}

/** @throws ClientError `invalid_argument` for a name of the library */
export function checkEventName(name: string): void {
  if (isReserved(name)) throw invalidArgument(`names that begin with $ are reserved: '${name}'`)
}
