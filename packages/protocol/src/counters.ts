import { type CounterName, SessionCounters } from './session/session-counters.js'

/** All counts at one moment. */
export type Counts = Readonly<Record<CounterName, number>>

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
  eventsAcked: 'Events sent whose outcome has come.',
  eventsFailed: 'Events sent, or meant to be, whose outcome did not come: too late, lost, or their session ended.',
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
  replicasDiverged: 'Replicas that were not the state that their client was sent; each got a snapshot.',
  refusedTransports: 'Transports that were refused.',
  blocked: 'Connections and requests that the block list refused.',
  refusedOrigins: 'Upgrades of web pages refused because of their origin.',
  journalFailures: 'Tries to write down what has happened in a room that have failed.',
}

const names = Object.keys(counterMeanings)

/** All counters, in the order of `counterMeanings`, and ways to print them: those of rooms, servers and their sessions. */
export class Counters extends SessionCounters {
  /** @param parent as for `SessionCounters` */
  constructor(parent?: SessionCounters) {
    super(parent, names)
  }

  override snapshot(): Counts {
    // reason: the names of the table are all names
    return super.snapshot() as Counts
  }

  /** The counts that are not 0, for `JSON.stringify`. */
  toJSON(): Partial<Counts> {
    return Object.fromEntries(Object.entries(this.snapshot()).filter(([, count]) => count))
  }

  /** For `console.log` in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): Partial<Counts> {
    return this.toJSON()
  }
}
