import { checkCounts } from '../check-counts.js'
import type { ClientAddress } from '../entrance/address.js'

export interface ClientHistoryOptions {
  /** Who is remembered at a time; one more makes the one forgotten who came longest ago and is not there. From 1, default 1,000. */
  maxClients?: number
  /** Visits that are remembered of each, the newest. From 1, default 20. */
  maxVisits?: number
  /** Notes that are remembered of each, the newest. From 1, default 100. */
  maxNotes?: number
}

/** One session of a client. Times in ms of the clock that the history is given times of. */
export interface Visit {
  readonly clientId: string
  readonly address: ClientAddress | undefined
  readonly sinceMs: number
  /** Undefined while it lasts. */
  readonly untilMs: number | undefined
}

/** What is remembered of somebody. */
export interface ClientRecord {
  /** Under which it is remembered: the id of a user, or a name. */
  readonly key: string
  /** How many there were, those that have been forgotten included. */
  readonly visitCount: number
  /** The newest, in the order of their beginning. */
  readonly visits: readonly Visit[]
  readonly notes: readonly unknown[]
  /** Time in all visits so far, those that have been forgotten included. */
  totalMs(nowMs: number): number
}

interface Entry {
  visitCount: number
  pastMs: number
  visits: Visit[]
  notes: unknown[]
}

/**
 * Who was there, when and for how long, across sessions. All of it is bounded. It is told by hooks: `joined` in `onJoin` of a room or
 * `onConnect` of a server, `left` in `onLeave` or `onDisconnect`.
 */
export class ClientHistory {
  readonly #maxClients: number
  readonly #maxVisits: number
  readonly #maxNotes: number
  /** Those who came last are at the end. */
  readonly #entries = new Map<string, Entry>()
  /** Under which key a session that lasts is remembered. */
  readonly #keys = new Map<string, string>()

  /** @throws ServerError `invalid_argument` */
  constructor({ maxClients = 1000, maxVisits = 20, maxNotes = 100 }: ClientHistoryOptions = {}) {
    checkCounts({ maxClients, maxVisits, maxNotes })
    this.#maxClients = maxClients
    this.#maxVisits = maxVisits
    this.#maxNotes = maxNotes
  }

  /** Those who are remembered, who came last at the end. */
  get keys(): string[] {
    return [...this.#entries.keys()]
  }

  /** A session begins. @param key who it is: the same for each session of a user */
  joined(key: string, client: { clientId: string; clientAddress?: ClientAddress | undefined }, nowMs: number): void {
    const entry = this.#entries.get(key) ?? { visitCount: 0, pastMs: 0, visits: [], notes: [] }
    const { clientId, clientAddress: address } = client
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#keys.set(clientId, key)
    entry.visitCount++
    entry.visits.push({ clientId, address, sinceMs: nowMs, untilMs: undefined })
    this.#forgetVisits(entry)
    this.#forgetClients()
  }

  /** A session has ended. Does nothing for one that is not known. */
  left(clientId: string, nowMs: number): void {
    const key = this.#keys.get(clientId)
    const entry = key === undefined ? undefined : this.#entries.get(key)
    this.#keys.delete(clientId)
    const index = entry?.visits.findLastIndex((visit) => visit.clientId === clientId) ?? -1
    if (entry === undefined || index < 0) return
    const visit = entry.visits[index]!
    entry.visits[index] = { ...visit, untilMs: nowMs }
    entry.pastMs += nowMs - visit.sinceMs
    this.#forgetVisits(entry)
    this.#forgetClients()
  }

  /** Remembers something of somebody, such as what was said. Does nothing for who is not remembered. */
  note(key: string, note: unknown): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.notes.push(note)
    if (entry.notes.length > this.#maxNotes) entry.notes.shift()
  }

  /** @returns what is remembered as it is now; undefined for nothing */
  of(key: string): ClientRecord | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    const { visitCount, pastMs } = entry
    const visits = [...entry.visits]
    const running = visits.filter(({ untilMs }) => untilMs === undefined)
    const totalMs = (nowMs: number): number => running.reduce((sum, { sinceMs }) => sum + nowMs - sinceMs, pastMs)
    return { key, visitCount, visits, notes: [...entry.notes], totalMs }
  }

  /** A visit that lasts is not forgotten: there are no more of those than sessions. */
  #forgetVisits(entry: Entry): void {
    while (entry.visits.length > this.#maxVisits) {
      const index = entry.visits.findIndex(({ untilMs }) => untilMs !== undefined)
      if (index < 0) return
      entry.visits.splice(index, 1)
    }
  }

  #forgetClients(): void {
    if (this.#entries.size <= this.#maxClients) return
    for (const [key, { visits }] of this.#entries) {
      if (visits.some(({ untilMs }) => untilMs === undefined)) continue
      this.#entries.delete(key)
      if (this.#entries.size <= this.#maxClients) return
    }
  }
}
