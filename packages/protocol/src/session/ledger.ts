import { ProtocolError } from '../errors.js'
import { maxSequence } from '../fixed-limits.js'
import type { News } from '../wire/event-messages.js'
import type { SessionParts } from './session-parts.js'
import type { LedgerEvent, LedgerOutcome, Outcome, SessionLedger, SessionProgress } from './session-types.js'

/** The events of a session, as its ledger has them. */
type EventLedger = Omit<SessionLedger, 'clientId' | 'token' | 'attempt' | 'ageMs' | 'names' | 'offset'>

/** @returns the events with other sequences of the client's events */
export function shifted(events: EventLedger, by: number): EventLedger {
  if (by === 0) return events
  const { receivedThrough, resolved, outcomes, awaited, running, outgoing } = events
  const move = <Item extends { readonly sequence: number }>(item: Item): Item => ({
    ...item,
    sequence: item.sequence + by,
  })
  return {
    ...events,
    receivedThrough: receivedThrough + by,
    resolved: resolved + by,
    outcomes: outcomes.map(move),
    awaited: awaited.map((sequence) => sequence + by),
    ...(running && { running: running.map((sequence) => sequence + by) }),
    outgoing: outgoing.map(({ origin, ...event }) => ({ ...event, ...(origin && { origin: move(origin) }) })),
  }
}

/**
 * The client sends events again above what comes back, unless it knows that they are lost.
 * @returns `receivedThrough` without the last events, as far as they are unbegun or lost
 */
function withoutLast(unbegun: ReadonlySet<number>, receivedThrough: number, known: readonly News[]): number {
  let through = receivedThrough
  let at = receivedThrough
  for (let i = known.length; ; ) {
    while (unbegun.has(at)) through = --at
    const last = known[--i]
    if (last?.outcome !== 'lost' || last.sequence + last.count - 1 !== at) return through
    at = last.sequence - 1
  }
}

/** @returns what the peer knows: the outcomes of its events below `resolved`, and events of this side below `pending` */
export function progressOf({ outcomes: log, incoming, outgoing }: SessionParts): SessionProgress {
  return { resolved: resolvedIn(log.known().next().value, { outcomes: log, incoming }), pending: outgoing.resolved }
}

function resolvedIn(
  first: News | undefined,
  { outcomes: log, incoming }: Pick<SessionParts, 'outcomes' | 'incoming'>,
): number {
  let resolved = first?.sequence ?? incoming.receivedThrough + 1
  // all between what the client knows and the first outcome are awaited
  while (log.isAwaited(resolved - 1)) resolved--
  return resolved
}

/** @param unbegun events that have come and of which nothing has run: the last ones count as not received */
export function readEvents(
  { outcomes: log, incoming, outgoing }: SessionParts,
  unbegun: ReadonlySet<number>,
): EventLedger {
  const known = [...log.known()]
  const receivedThrough = withoutLast(unbegun, incoming.receivedThrough, known)
  const resolved = resolvedIn(known[0], { outcomes: log, incoming })
  const awaited: number[] = []
  const awaitTo = (from: number, end: number): void => {
    for (let sequence = from; sequence < end && sequence <= receivedThrough; sequence++) awaited.push(sequence)
  }
  let at = resolved
  for (const { sequence, count } of known) {
    awaitTo(at, sequence)
    at = sequence + count
  }
  awaitTo(at, receivedThrough + 1)
  const outcomes: LedgerOutcome[] = []
  for (const { sequence, count, outcome } of known) {
    if (outcome !== 'done' && sequence <= receivedThrough) outcomes.push({ sequence, count, outcome })
  }
  const events: LedgerEvent[] = []
  for (let event = outgoing.pendingFrom(1); event; event = outgoing.pendingFrom(event.sequence + 1)) {
    const { sequence, name, payload, resendsLeft: retries, options } = event
    const { minVersion, origin } = options
    const wait = minVersion !== undefined && { minVersion }
    events.push({ sequence, name, payload, retries, ...wait, ...(origin && { origin }) })
  }
  const { nextSequence } = outgoing
  return { receivedThrough, resolved, outcomes, awaited, nextSequence, outgoing: events }
}

/**
 * A session that is made from a ledger, until a client goes on with it. `accept` and `reply` bring in what has happened since the
 * ledger was written.
 *
 * The process before may have written the events to the client or not: the hello says which have come. The others are written, which
 * cannot double them, since the client reads nothing more of the transport that it had.
 */
export class Restoring {
  readonly #parts: SessionParts
  readonly #ledger: EventLedger
  /** Events that had no outcome in the ledger, with the outcome that has become known. */
  readonly #accepted = new Map<number, Outcome | undefined>()
  #isFilledIn = false

  /** Throws as `OutgoingEvents.send` does for an event beyond the limits of one. */
  constructor(parts: SessionParts, ledger: EventLedger) {
    this.#parts = parts
    this.#ledger = ledger
    for (const sequence of ledger.awaited) this.#accepted.set(sequence, undefined)
    const { outgoing, limits } = parts
    // many may have been acked since the ledger was written. The limits belong to this session alone
    const { maxQueuedEvents, maxQueuedBytes } = limits
    Object.assign(limits, { maxQueuedEvents: Number.POSITIVE_INFINITY, maxQueuedBytes: Number.POSITIVE_INFINITY })
    for (const { sequence, name, payload, ...options } of ledger.outgoing) {
      outgoing.goOn(sequence, 1)
      outgoing.send(name, payload, options, 0)
    }
    outgoing.goOn(ledger.nextSequence, 1)
    Object.assign(limits, { maxQueuedEvents, maxQueuedBytes })
  }

  /** True until `fillIn`. */
  get isOpen(): boolean {
    return !this.#isFilledIn
  }

  /** An event of the client has come. Throws `invalid_argument` for one that has its outcome. */
  accept(sequence: number): void {
    const { receivedThrough, resolved } = this.#ledger
    if (!(Number.isSafeInteger(sequence) && sequence > 0 && sequence <= maxSequence)) {
      throw new ProtocolError('invalid_argument', `no sequence of an event: ${sequence}`)
    }
    const isKnown = this.#accepted.has(sequence)
    const isOver = isKnown ? this.#accepted.get(sequence) !== undefined : sequence <= receivedThrough
    // the outcome of an event that the client has given up is of no interest
    if (sequence < resolved) return
    if (isOver) throw new ProtocolError('invalid_argument', `event ${sequence} has its outcome already`)
    this.#accepted.set(sequence, undefined)
  }

  /** Throws `invalid_argument` for an event that was not accepted, or has its outcome. */
  reply(sequence: number, outcome: Outcome): void {
    if (sequence < this.#ledger.resolved) return
    if (!this.#accepted.has(sequence) || this.#accepted.get(sequence) !== undefined) {
      throw new ProtocolError('invalid_argument', `event ${sequence} does not wait for an outcome`)
    }
    this.#accepted.set(sequence, outcome)
  }

  /** No outcome can become known any more, but of those that run: an event without one is lost, since it must not run twice. */
  fillIn(): void {
    if (this.#isFilledIn) return
    this.#isFilledIn = true
    const { incoming, outcomes: log } = this.#parts
    const { receivedThrough, resolved, outcomes } = this.#ledger
    const running = new Set(this.#ledger.running)
    const accepted = [...this.#accepted].map(([sequence, outcome]) => ({
      sequence,
      count: 1,
      outcome: outcome ?? (running.has(sequence) ? undefined : ('lost' as const)),
    }))
    const known = [...outcomes, ...accepted].sort((a, b) => a.sequence - b.sequence)
    const settle = (sequence: number, outcome: Outcome | undefined): void => {
      log.accepted(sequence, 0)
      log.handed(sequence)
      if (outcome !== undefined) log.settle(sequence, outcome)
    }
    let through = 0
    for (const { sequence, count, outcome } of known) {
      // what was skipped in the ledger is done, and what was skipped since then has not come
      const from = Math.max(through, receivedThrough) + 1
      if (sequence > from) log.lost(from, sequence - from)
      if (outcome === 'lost') log.lost(sequence, count)
      else settle(sequence, outcome)
      through = sequence + count - 1
    }
    if (through < receivedThrough) settle(receivedThrough, { kind: 'done' })
    log.forget(resolved)
    incoming.goOn(Math.max(through, receivedThrough))
  }

  /** @param receivedThrough of the hello: the client has got all events up to it */
  meet(receivedThrough: number): void {
    this.fillIn()
    const { outgoing } = this.#parts
    const { nextSequence } = outgoing
    outgoing.goOn(nextSequence, Math.min(receivedThrough + 1, nextSequence))
    // whose acks this process has not seen, or another one has: the client may have forgotten them
    if (receivedThrough > 0 && receivedThrough < nextSequence) {
      outgoing.acknowledge(1, { start: 1, runs: [{ type: 'done', count: receivedThrough }] }, 0)
    }
  }
}
