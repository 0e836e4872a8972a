import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { SimulationError } from './errors.js'

/**
 * The outcome of an event at its sender. `waiting`: there is none yet. `handled`: acked. `lost`: its handler never runs.
 * `unknown`: its handler may have run or not, because the event was refused, has timed out or ended with its session.
 */
type EventFate = 'waiting' | 'handled' | 'lost' | 'unknown'

/** One event between `dispatchEvent` and its outcome. */
export interface SentEvent {
  readonly name: string
  readonly key: string
  readonly retries: number
  fate: EventFate
  /** True if its receiver has died while it had no outcome: it may be lost however often it is retried. */
  isSpared?: boolean
}

interface HandledEvent {
  readonly name: string
  readonly key: string
}

/** No session queues more events than this. An older event without an outcome will get none. */
const maxRemembered = 4096

/** Failures of events that were never sent. */
const unsentCodes = [
  'queue_full',
  'event_too_large',
  'value_too_large',
  'value_limit',
  'invalid_value',
  'invalid_argument',
  'not_connected',
] as const

/** After these failures the handler has not run and will not run. After any other failure it may have run. */
const lostCodes: ReadonlySet<string> = new Set(['event_lost', 'event_replaced', ...unsentCodes])

/** An event with `retries: Infinity` fails with no other code. */
const codesOfEndless: ReadonlySet<string> = new Set([
  'event_refused',
  'session_closed',
  'connection_closed',
  'request_timeout',
  'event_replaced',
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
  /** How many events of a name and payload may be handled out of turn, see `release`. */
  readonly #loose = new Map<string, number>()
  /** How many handlers of a name and payload have run out of turn by that right. */
  readonly #ranLoose = new Map<string, number>()
  /** How many events of a name and payload were handled before they were sent, see `ahead`. */
  readonly #ahead = new Map<string, number>()
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

  /** Enters an event before it is sent. @param key of its payload, see `keyOfPayload` */
  send(name: string, key: string, retries: number): SentEvent {
    const event: SentEvent = { name, key, retries, fate: 'waiting' }
    this.#waiting++
    if (addTo(this.#ahead, `${name} ${key}`, -1)) {
      addTo(this.#loose, `${name} ${key}`, 1)
      return event
    }
    this.#sent.push(event)
    this.#hasNews = true
    return event
  }

  /**
   * A client has handled an event that it predicts, before it has come. It need not be handled again. It may be, because
   * another one can look the same.
   */
  ahead(name: string, key: string): void {
    const place = this.#sent.findIndex((event) => event.name === name && event.key === key && event.fate === 'waiting')
    addTo(place < 0 ? this.#ahead : this.#loose, `${name} ${key}`, 1)
    if (place >= 0) this.#sent.splice(place, 1)
  }

  /** A client has taken back an event that it had predicted. */
  retract(name: string, key: string): void {
    addTo(this.#ahead, `${name} ${key}`, -1)
  }

  /** Takes an event back because sending it has thrown. */
  withdraw(event: SentEvent): void {
    if (event.fate === 'waiting') this.#waiting--
    const index = this.#sent.lastIndexOf(event)
    if (index >= 0) this.#sent.splice(index, 1)
    this.#hasNews = true
  }

  /** Enters a handler that begins to run. */
  handle(name: string, key: string): void {
    this.#onHandled()
    if (addTo(this.#loose, `${name} ${key}`, -1)) return void addTo(this.#ranLoose, `${name} ${key}`, 1)
    this.#handled.push({ name, key })
    this.#hasNews = true
  }

  /**
   * The receiver gets its first handler for a name. Events of this name that were sent before may wait for it at the
   * receiver, so from now on they may be handled out of turn, each once.
   */
  release(name: string): void {
    const [released, kept] = [[] as SentEvent[], [] as SentEvent[]]
    for (const event of this.#sent) (event.name === name && event.fate !== 'lost' ? released : kept).push(event)
    this.#sent = kept
    for (const { key } of released) addTo(this.#loose, `${name} ${key}`, 1)
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
    const isEndless = event.retries === Number.POSITIVE_INFINITY && event.isSpared !== true
    if (isEndless && failure !== undefined && !codesOfEndless.has(failure)) {
      throw this.#misreported(event, `is retried without end and failed with ${failure}`)
    }
  }

  /** The sender has died: it gets no more outcomes. */
  abandon(): void {
    for (const event of this.#sent) if (event.fate === 'waiting') event.fate = 'unknown'
    this.#waiting = 0
    this.#hasNews = true
  }

  /**
   * The receiver has died, and goes on from a journal. An event without an outcome may be handled once more, if the journal does not
   * have it, or get its outcome as it is.
   */
  restarted(): void {
    const waiting = this.#sent.filter(({ fate }) => fate === 'waiting')
    this.#sent = this.#sent.filter(({ fate }) => fate !== 'waiting')
    for (const event of waiting) {
      const { name, key } = event
      event.isSpared = true
      addTo(this.#loose, `${name} ${key}`, 1)
      const place = this.#handled.findLastIndex((handled) => handled.name === name && handled.key === key)
      if (place >= 0) this.#handled.splice(place, 1)
    }
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
      if (used.size === 0) {
        if (this.#claimLoose(event, index)) return this.verify()
        throw this.#misdelivered(event, 'was acked, but its handler has not run, or not in its turn')
      }
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

  /**
   * A handler that has run out of turn may have been that of a later event that looks the same: the earlier one has been lost then, or
   * still comes.
   * @returns false if no such handler has run
   */
  #claimLoose({ name, key }: SentEvent, index: number): boolean {
    if (!addTo(this.#ranLoose, `${name} ${key}`, -1)) return false
    addTo(this.#loose, `${name} ${key}`, 1)
    this.#sent.splice(index, 1)
    this.#hasNews = true
    return true
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

/** @returns false, and counts nothing, if the count would be below 0 */
function addTo(counts: Map<string, number>, key: string, by: number): boolean {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
  return count >= 0
}

/** The ledgers of one session, both ways. */
export interface SessionLedgers {
  readonly toServer: EventLedger
  readonly toClient: EventLedger
}

/** The ledgers of all sessions, by client id. */
export class EventWatch {
  readonly #ledgers = new Map<string, SessionLedgers>()
  readonly #report: (error: unknown) => void
  #handled = 0

  /** @param report called with errors that come up in callbacks, where no caller could catch them */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** How many handlers have run. */
  get handled(): number {
    return this.#handled
  }

  /** How many events wait for their outcome. */
  get waiting(): number {
    let waiting = 0
    for (const { toServer, toClient } of this.#ledgers.values()) waiting += toServer.waiting + toClient.waiting
    return waiting
  }

  /** The ledgers of a session; opened at the first call. */
  of(clientId: string): SessionLedgers {
    let ledgers = this.#ledgers.get(clientId)
    if (ledgers === undefined) {
      const count = (): void => {
        this.#handled++
      }
      ledgers = {
        toServer: new EventLedger(`from client '${clientId}'`, count),
        toClient: new EventLedger(`to client '${clientId}'`, count),
      }
      this.#ledgers.set(clientId, ledgers)
    }
    return ledgers
  }

  /** @throws SimulationError `event_misdelivered` */
  verify(): void {
    for (const { toServer, toClient } of this.#ledgers.values()) {
      toServer.verify()
      toClient.verify()
    }
  }

  /** Closes the ledgers of a session that has ended at both sides. */
  close(clientId: string): void {
    this.#ledgers.delete(clientId)
  }

  /** Enters an outcome from a callback. */
  settle(ledger: EventLedger, event: SentEvent, failure: string | undefined): void {
    try {
      ledger.settle(event, failure)
    } catch (error) {
      this.#report(error)
    }
  }
}

/** A text that is the same for a payload at its sender and at its receiver, and differs from that of any other payload. */
export function keyOfPayload(payload: Uint8Array): string {
  let key = ''
  // in pieces, since a call takes only so many arguments
  for (let at = 0; at < payload.length; at += 8192) key += String.fromCharCode(...payload.subarray(at, at + 8192))
  return key
}

/** The key of a value. @throws as sending the value does */
export function keyOf(data: unknown): string {
  return keyOfPayload(encodeValue(data))
}

/** These bytes are our own. */
const noLimits = { maxPayloadElements: Number.POSITIVE_INFINITY, maxPayloadStringBytes: Number.POSITIVE_INFINITY }

/** The payload of a key, for people to read. */
function describePayload(key: string): string {
  if (key === '') return 'without data'
  return (
    JSON.stringify(
      decodeValue(
        Uint8Array.from(key, (char) => char.charCodeAt(0)),
        noLimits,
      ),
      show,
    ) ?? ''
  )
}

function show(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return `number ${value}`
  if (value instanceof Uint8Array) return { bytes: [...value] }
  return value
}
