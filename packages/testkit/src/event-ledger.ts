import { SimulationError } from './errors.js'
import { describePayload, payloadKey } from './payload-copy.js'

/**
 * The outcome of an event at its sender. `waiting`: there is none yet. `handled`: acked. `lost`: its handler never runs.
 * `unknown`: its handler may have run or not, because the event was refused, has timed out or ended with its session, or
 * because the sender gets no outcome.
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

/** No session queues more events than this. An older event without an outcome will get none. */
const maxRemembered = 4096

/** Failures of events that were never sent. */
const unsentCodes = ['queue_full', 'event_too_large', 'payload_invalid', 'invalid_argument', 'not_connected'] as const

/** After these failures the handler has not run and will not run. After any other failure it may have run. */
const lostCodes: ReadonlySet<string> = new Set(['event_lost', ...unsentCodes])

/** An event with `retries: Infinity` fails with no other code. */
const codesOfEndless: ReadonlySet<string> = new Set([
  'event_refused',
  'session_closed',
  'connection_closed',
  'request_timeout',
  ...unsentCodes,
])

/**
 * The events of one direction of one session: sent events with their outcomes, and the handlers that have run. A handled
 * event is known by name and data alone. So the ledger looks for any way to match handled events with sent events, in order,
 * that uses each sent event at most once, each acked event once, and no lost event.
 *
 * Invariant: all events before the first of `#sent` and `#handled` have been matched for good.
 */
export class EventLedger {
  readonly #direction: string
  readonly #onHandled: () => void
  #sent: SentEvent[] = []
  #handled: HandledEvent[] = []
  /** How many of `#handled` the final matches may have used: one number, unless equal events follow each other. */
  #used: ReadonlySet<number> = new Set([0])
  #waiting = 0
  /** True if an entry was made since the last `verify`. */
  #hasNews = false

  /**
   * @param direction for messages, as in `from client 'a'`
   * @param onHandled called for each handler that runs
   */
  constructor(direction: string, onHandled: () => void = () => {}) {
    this.#direction = direction
    this.#onHandled = onHandled
  }

  /** How many events wait for their outcome. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Enters an event before it is sent.
   * @param asked true if the sender will get an outcome
   * @throws as sending the payload does
   */
  send(name: string, data: unknown, retries: number, asked: boolean): SentEvent {
    const event: SentEvent = { name, key: payloadKey(data), retries, fate: asked ? 'waiting' : 'unknown' }
    this.#sent.push(event)
    this.#hasNews = true
    if (asked) this.#waiting++
    return event
  }

  /** Takes an event back because sending it has thrown. */
  withdraw(event: SentEvent): void {
    if (event.fate === 'waiting') this.#waiting--
    this.#sent.splice(this.#sent.lastIndexOf(event), 1)
    this.#hasNews = true
  }

  /** Enters a handler that begins to run. */
  handle(name: string, data: unknown): void {
    this.#handled.push({ name, key: payloadKey(data) })
    this.#hasNews = true
    this.#onHandled()
  }

  /**
   * Enters the outcome that the sender got.
   * @param failure the error's code; undefined for an ack
   * @throws SimulationError `event_misreported` for a second outcome, and for an impossible one
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

  /** The sender has died: it gets no more outcomes. */
  abandon(): void {
    for (const event of this.#sent) if (event.fate === 'waiting') event.fate = 'unknown'
    this.#waiting = 0
    this.#hasNews = true
  }

  /** @throws SimulationError `event_misdelivered` if no match explains the handled events */
  verify(): void {
    if (!this.#hasNews) return
    this.#hasNews = false
    let used = this.#used
    let isOpen = used.has(this.#handled.length)
    let final = 0
    let finalUsed = used
    for (const [index, event] of this.#sent.entries()) {
      // an event is final if a later one is matched already and its own outcome is known
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
