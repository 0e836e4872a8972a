import type { Outcome, SessionLedger, SessionProgress } from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { BegunSession, JournaledSession } from './room-snapshot.js'

type LedgerEvent = SessionLedger['outgoing'][number]

/** An event to a client, as the rerun of a room sends it. */
export interface ReplayedEvent {
  readonly name: string
  readonly payload: Uint8Array
  readonly retries: number
  readonly minVersion: number
  readonly origin?: LedgerEvent['origin'] | undefined
}

/** A session while its room is made again: what was written down goes into its ledger, and nothing is sent. */
export class ReplayedSession {
  readonly clientId: string
  readonly #session: JournaledSession
  readonly #atMs: number
  /** Outcomes since the ledger was written, by sequence; undefined for an event whose handler has begun. */
  readonly #outcomes = new Map<number, Outcome | undefined>()
  #outgoing: LedgerEvent[]
  #nextSequence: number
  /** Events that were queued and have not run. */
  readonly #running = new Set<number>()
  /** The client knows the outcomes of its events below. */
  #resolved: number

  /** @param atMs when the ledger was written, in ms of Unix time */
  constructor(session: JournaledSession, atMs: number) {
    const { clientId, outgoing, nextSequence, resolved } = session.ledger
    this.clientId = clientId
    this.#session = session
    this.#atMs = atMs
    this.#outgoing = [...outgoing]
    this.#nextSequence = nextSequence
    this.#resolved = resolved
  }

  /** A session that has begun since the snapshot. */
  static begun({ clientId, token, attempt, names, ...session }: BegunSession): ReplayedSession {
    const ledger: SessionLedger = {
      ...{ clientId, token, attempt, names, offset: 0, ageMs: 0, receivedThrough: 0, resolved: 1, nextSequence: 1 },
      ...{ outcomes: [], awaited: [], outgoing: [] },
    }
    return new ReplayedSession({ ...session, ledger }, session.connectedAtMs)
  }

  get data(): unknown {
    return this.#session.data
  }

  get identity(): Identity | undefined {
    return this.#session.identity
  }

  /** The handler of an event has begun. */
  accept(sequence: number): void {
    this.#outcomes.set(sequence, undefined)
  }

  settle(sequence: number, outcome: Outcome): void {
    this.#outcomes.set(sequence, outcome)
  }

  /** An event goes on to wait for its tick. @returns false if its client wants no outcome of it any more */
  run(sequence: number): boolean {
    if (sequence < this.#resolved) return false
    this.#outcomes.set(sequence, undefined)
    this.#running.add(sequence)
    return true
  }

  /** The client knows so much: that need not be kept for it. */
  know({ resolved, pending }: SessionProgress): void {
    this.#resolved = Math.max(this.#resolved, resolved)
    this.#outgoing = this.#outgoing.filter(({ sequence }) => sequence >= pending)
    for (const sequence of this.#outcomes.keys()) if (sequence < resolved) this.#outcomes.delete(sequence)
  }

  send({ name, payload, retries, minVersion, origin }: ReplayedEvent): void {
    const sequence = this.#nextSequence++
    this.#outgoing.push({ sequence, name, payload, retries, minVersion, ...(origin && { origin }) })
  }

  /** So many sequences are taken by events that are not sent any more. */
  skip(count = 1): void {
    this.#nextSequence += count
  }

  /** The session as it was at the last record. @param nowMs in ms of Unix time */
  finish(nowMs: number): JournaledSession {
    const { ledger, ...session } = this.#session
    const resolved = this.#resolved
    const outcomes = ledger.outcomes.filter(({ sequence, count }) => sequence + count > resolved)
    const awaited = ledger.awaited.filter((sequence) => sequence >= resolved && !this.#outcomes.has(sequence))
    // the client sends nothing again of which it knows the outcome
    let through = Math.max(ledger.receivedThrough, resolved - 1)
    for (const [sequence, outcome] of [...this.#outcomes].sort(([a], [b]) => a - b)) {
      // a peer may leave out any number of sequences
      const missing = sequence - through - 1
      if (missing > 0) outcomes.push({ sequence: through + 1, count: missing, outcome: 'lost' })
      through = Math.max(through, sequence)
      if (sequence < resolved) continue
      if (outcome === undefined) awaited.push(sequence)
      // one that is not listed was handled and returned nothing
      else if (outcome.kind === 'refused' || outcome.payload !== undefined)
        outcomes.push({ sequence, count: 1, outcome })
    }
    outcomes.sort((a, b) => a.sequence - b.sequence)
    awaited.sort((a, b) => a - b)
    const [outgoing, nextSequence] = [this.#outgoing, this.#nextSequence]
    const ageMs = ledger.ageMs + Math.max(0, nowMs - this.#atMs)
    return {
      ...session,
      ledger: {
        ...ledger,
        ageMs,
        resolved,
        receivedThrough: through,
        outcomes,
        awaited,
        running: [...this.#running],
        nextSequence,
        outgoing,
      },
    }
  }
}
