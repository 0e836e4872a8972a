/** All counters, in the order of `counterMeanings`. */
const counterNames = [
  'packetsIn',
  'packetsOut',
  'bytesIn',
  'bytesOut',
  'eventsIn',
  'eventsOut',
  'eventsResent',
  'eventsDuplicate',
  'eventsLost',
  'eventsUnknown',
  'lateEvents',
  'rewindsCut',
  'packetsDropped',
  'readPauses',
  'statesEncoded',
  'statesSent',
  'stateBytes',
  'writesSkipped',
  'snapshotsAsked',
  'refusedTransports',
  'blocked',
  'refusedOrigins',
] as const

export type CounterName = (typeof counterNames)[number]

/** All counts at one moment. */
export type Counts = Readonly<Record<CounterName, number>>

// reason: the names of the list are all names
const zeros = Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<CounterName, number>

/**
 * Named counters, passed along like a logger: a session counts for itself, for its room and for its server at once.
 */
export class Counters {
  readonly #parent: Counters | undefined
  readonly #counts: Record<CounterName, number> = { ...zeros }

  /** @param parent gets the same counts: the counters of the room, for a session */
  constructor(parent?: Counters) {
    this.#parent = parent
  }

  /** @param n a number from 0 */
  add(name: CounterName, n = 1): void {
    this.#counts[name] += n
    this.#parent?.add(name, n)
  }

  get(name: CounterName): number {
    return this.#counts[name]
  }

  /** The counts of now, as a plain object that does not change. */
  snapshot(): Counts {
    return { ...this.#counts }
  }

  /** The counts that are not 0, for `JSON.stringify`. */
  toJSON(): Partial<Counts> {
    return Object.fromEntries(Object.entries(this.#counts).filter(([, count]) => count))
  }

  /** For `console.log` in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): Partial<Counts> {
    return this.toJSON()
  }
}

/**
 * The meaning of each counter. It counts from the start of its session, room or server. Bytes are those of packets,
 * without heads of the transport.
 */
export const counterMeanings: Readonly<Record<CounterName, string>> = {
  packetsIn: 'Packets received.',
  packetsOut: 'Packets sent.',
  bytesIn: 'Bytes of packets received.',
  bytesOut: 'Bytes of packets sent, state included.',
  eventsIn: 'Events handed to a handler.',
  eventsOut: 'Events sent for the first time.',
  eventsResent: 'Events sent again.',
  eventsDuplicate: 'Events received a second time, or too late to be handled in order.',
  eventsLost: 'Events of the peer that never came.',
  eventsUnknown: 'Events that neither a handler nor the game knew.',
  lateEvents: 'Events that ran later than in the tick that their client meant them for.',
  rewindsCut: 'Events that named another place than their client can have seen; the nearest possible one counted.',
  packetsDropped:
    'Packets dropped because they came faster than the limits allow, on a transport that may lose packets.',
  readPauses: 'Pauses of reading because a client was beyond its limits.',
  statesEncoded: 'Snapshots and deltas encoded: one for each version and base, however many clients get it.',
  statesSent: 'Snapshots and deltas sent.',
  stateBytes: 'Bytes of snapshots and deltas sent; part of bytesOut.',
  writesSkipped: 'Writes of state skipped because the transport of a client was full.',
  snapshotsAsked: 'Snapshots that clients have asked for.',
  refusedTransports: 'Transports that were refused.',
  blocked: 'Connections and requests that the block list refused.',
  refusedOrigins: 'Upgrades of web pages refused because of their origin.',
}
