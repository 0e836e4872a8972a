/** What sessions count. Pages load these names alone. */
const sessionCounts = [
  'packetsIn',
  'packetsOut',
  'bytesIn',
  'bytesOut',
  'eventsIn',
  'eventsOut',
  'eventsResent',
  'eventsDuplicate',
  'eventsLost',
] as const

/** The counts of a session at one moment. */
export type SessionCounts = Readonly<Record<(typeof sessionCounts)[number], number>>

/** The name of a counter. Those that are not of `sessionCounts` are counted at a server. */
export type CounterName =
  | keyof SessionCounts
  | 'eventsAcked'
  | 'eventsFailed'
  | 'eventsUnknown'
  | 'lateEvents'
  | 'rewindsCut'
  | 'packetsDropped'
  | 'readPauses'
  | 'statesEncoded'
  | 'statesSent'
  | 'stateBytes'
  | 'writesSkipped'
  | 'snapshotsAsked'
  | 'replicasDiverged'
  | 'refusedTransports'
  | 'blocked'
  | 'refusedOrigins'
  | 'journalFailures'

/**
 * Named counters, passed along like a logger: a session counts for itself, for its room and for its server at once.
 */
export class SessionCounters {
  readonly #parent: SessionCounters | undefined
  readonly #counts: Record<CounterName, number>

  /**
   * @param parent gets the same counts: the counters of the room, for a session
   * @param names of counts that are shown while they are 0
   */
  constructor(parent?: SessionCounters, names: readonly string[] = sessionCounts) {
    this.#parent = parent
    // reason: `add` and `get` take a count that is not there for 0
    this.#counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<CounterName, number>
  }

  /** @param n a number from 0 */
  add(name: CounterName, n = 1): void {
    this.#counts[name] = this.get(name) + n
    this.#parent?.add(name, n)
  }

  get(name: CounterName): number {
    return this.#counts[name] ?? 0
  }

  /** The counts of now, as a plain object that does not change. */
  snapshot(): SessionCounts {
    return { ...this.#counts }
  }
}
