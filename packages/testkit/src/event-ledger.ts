import { SimulationError } from './errors.js'
import { describePayload, payloadKey } from './payload-copy.js'

/**
 * What is known of an event at its sender: `waiting` for word; `handled`, as an ack says; `lost`, its handler never runs;
 * `unknown`, it may have run or not (it failed by time or with its session, or was refused, or nobody asked).
 */
type EventFate = 'waiting' | 'handled' | 'lost' | 'unknown'

/** One event between `dispatchEvent` and its outcome. */
export interface SentEvent {
  readonly name: string
  readonly key: string
  readonly retries: number
  fate: EventFate
}

interface HandledEvent {
  readonly name: string
  readonly key: string
}

/** More events than this are not under way at a time: no session queues more. Of older ones without an outcome none will come. */
const maxRemembered = 4096

/** Failures of an event that was never sent. */
const unsentCodes = ['queue_full', 'event_too_large', 'payload_invalid', 'invalid_argument', 'not_connected'] as const

/** Failures that say that the handler has not run and will not; after all others it may have. */
const lostCodes: ReadonlySet<string> = new Set(['event_lost', ...unsentCodes])

/** With `retries: Infinity` an event fails for nothing but these. */
const codesOfEndless: ReadonlySet<string> = new Set([
  'event_refused',
  'session_closed',
  'connection_closed',
  'request_timeout',
  ...unsentCodes,
])

/**
 * The books of the events of one direction of one session: what was sent, what became of it, and which handlers have run.
 * Handlers are known by name and data alone, so the books ask: is there any way to match the handled events with the sent
 * ones, in order, that uses each sent one at most once, each acked one, and no lost one?
 *
 * Invariant: `#sent` and `#handled` begin where all before has been matched for good.
 */
export class EventLedger {
  readonly #direction: string
  readonly #onHandled: () => void
  #sent: SentEvent[] = []
  #handled: HandledEvent[] = []
  /** How many of `#handled` may be used up by what was matched for good: one number unless equal events are about. */
  #used: ReadonlySet<number> = new Set([0])
  #waiting = 0
  /** Whether anything has happened since `verify` has looked. */
  #hasNews = false

  /**
   * @param direction for messages: from whom to whom
   * @param onHandled called for each handler that runs
   */
  constructor(direction: string, onHandled: () => void = () => {}) {
    this.#direction = direction
    this.#onHandled = onHandled
  }

  /** Events that wait for their outcome. */
  get waiting(): number {
    return this.#waiting
  }

  /** An event is about to be sent; `asked`: whether an outcome will be told. Throws `payload_invalid` as sending it would. */
  send(name: string, data: unknown, retries: number, asked: boolean): SentEvent {
    const event: SentEvent = { name, key: payloadKey(data), retries, fate: asked ? 'waiting' : 'unknown' }
    this.#sent.push(event)
    this.#hasNews = true
    if (asked) this.#waiting++
    return event
  }

  /** It was not sent after all: sending threw. */
  withdraw(event: SentEvent): void {
    if (event.fate === 'waiting') this.#waiting--
    this.#sent.splice(this.#sent.lastIndexOf(event), 1)
    this.#hasNews = true
  }

  /** A handler begins to run. */
  handle(name: string, data: unknown): void {
    this.#handled.push({ name, key: payloadKey(data) })
    this.#hasNews = true
    this.#onHandled()
  }

  /**
   * The sender was told the outcome.
   * @param failure the error's code; undefined for an ack
   * @throws SimulationError `event_misreported` for a second outcome, and for one that cannot be
   */
  settle(event: SentEvent, failure: string | undefined): void {
    if (event.fate !== 'waiting') throw this.#misreported(event, `has a second outcome: ${failure ?? 'ack'}`)
    this.#waiting--
    this.#hasNews = true
    event.fate = failure === undefined ? 'handled' : lostCodes.has(failure) ? 'lost' : 'unknown'
    if (event.retries === Number.POSITIVE_INFINITY && failure !== undefined && !codesOfEndless.has(failure)) {
      throw this.#misreported(event, `is retried without end and failed with ${failure}`)
    }
  }

  /** The sender is no more: nobody will hear what became of the rest. */
  abandon(): void {
    for (const event of this.#sent) if (event.fate === 'waiting') event.fate = 'unknown'
    this.#waiting = 0
    this.#hasNews = true
  }

  /** @throws SimulationError `event_misdelivered` where what was handled does not follow from what was sent */
  verify(): void {
    if (!this.#hasNews) return
    this.#hasNews = false
    let used = this.#used
    let isOpen = used.has(this.#handled.length)
    let final = 0
    let finalUsed = used
    for (const [index, event] of this.#sent.entries()) {
      // from where all that was handled may be matched on, the rest may still be handled; before that it is too late
      isOpen ||= event.fate === 'waiting' || used.has(this.#handled.length)
      used = this.#match(used, event)
      if (used.size === 0) throw this.#misdelivered(event, 'was acked, but its handler has not run, or not in its turn')
      if (isOpen) continue
      final = index + 1
      finalUsed = used
    }
    if (!used.has(this.#handled.length)) {
      const wrong = this.#handled[Math.max(...used)]!
      throw this.#misdelivered(wrong, 'was handled once more than it was sent, or out of turn')
    }
    this.#forget(final, finalUsed)
  }

  /** @returns how many of `#handled` may be used up after this event */
  #match(used: ReadonlySet<number>, { name, key, fate }: SentEvent): ReadonlySet<number> {
    if (fate === 'lost') return used
    const next = new Set(fate === 'handled' ? undefined : used)
    for (const count of used) {
      const handled = this.#handled[count]
      if (handled?.key === key && handled.name === name) next.add(count + 1)
    }
    return next
  }

  #forget(sent: number, used: ReadonlySet<number>): void {
    const handled = Math.min(...used)
    this.#sent.splice(0, sent)
    this.#handled.splice(0, handled)
    this.#used = new Set([...used].map((count) => count - handled))
    const tooMany = this.#sent.length - maxRemembered
    const firstToKeep = this.#sent.findIndex(({ fate }) => fate === 'waiting' || fate === 'handled')
    if (tooMany > 0) this.#sent.splice(0, Math.min(tooMany, firstToKeep < 0 ? tooMany : firstToKeep))
  }

  #misdelivered(event: HandledEvent, what: string): SimulationError {
    return new SimulationError('event_misdelivered', this.#describe(event, what))
  }

  #misreported(event: SentEvent, what: string): SimulationError {
    return new SimulationError('event_misreported', this.#describe(event, what))
  }

  #describe({ name, key }: HandledEvent, what: string): string {
    return `${this.#direction}: '${name}' ${describePayload(key)} ${what}`
  }
}
