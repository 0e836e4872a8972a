import type { Counts } from '@tygase/protocol/internal'

/**
 * What a server did and does, at one moment. Plain data: it goes over the wire as a part of a state.
 *
 * Counts are from the start of the server. Rates, the profile and quantiles are of the last full second.
 */
export interface MetricsReading {
  /** Time of the reading, in milliseconds on the clock of the server. */
  readonly atMs: number
  /** Time since the metrics were made. */
  readonly uptimeMs: number
  /** The counters of the server, as `server.counters` has them. */
  readonly counts: Counts
  /** Ticks of all rooms, and how late they were. */
  readonly ticks: TickReading
  /** What the time is spent on: four shares that sum to 1. */
  readonly profile: ProfileReading
  /** Sessions by status. */
  readonly sessions: SessionsReading
  /** Rooms by kind. */
  readonly rooms: RoomsReading
  /** What waits. */
  readonly queues: QueuesReading
  /** Packets of all sessions. */
  readonly packets: PacketsReading
  /** What became of the events that were sent. */
  readonly deliveries: DeliveriesReading
  /** Packets, bytes and events per second. */
  readonly rates: RatesReading
  /** Refusals by code since the metrics were made, of events and of clients. Codes beyond the first 50 are counted as `other`. */
  readonly refusals: { readonly [code: string]: number }
  /** Snapshots and deltas: encoded once, sent to many. */
  readonly encode: EncodeReading
  /** The journal on disk. */
  readonly journal: JournalReading
  /** How late the event loop runs a timer, in milliseconds. */
  readonly loopDelayMs: Quantiles
  /** Memory of the process. */
  readonly memory: MemoryReading
  /** The last 300 seconds. */
  readonly series: MetricsSeries
}

/** Of a distribution of the last full second; 0 if nothing was measured in it. */
export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Ticks of all rooms together, since the metrics were made. */
interface TickReading {
  readonly made: number
  /** Ticks that were left out because the process was too late for them. */
  readonly dropped: number
  readonly perSecond: number
  /** How long after its time a tick began, in milliseconds. */
  readonly lateMs: Quantiles
}

/** Shares of the time of the last full second, each from 0 to 1. They sum to 1. */
export interface ProfileReading {
  /** Received packets, handlers, and all other code of the process. */
  readonly handling: number
  /** Rules: the steps of the rooms. */
  readonly update: number
  /** Encoding and sending of states, events and acks. */
  readonly network: number
  /** The event loop waits. */
  readonly idle: number
}

/** Sessions by status. */
interface SessionsReading {
  /** Sessions with a transport. */
  readonly connected: number
  /** Sessions whose transport was lost, and which may resume. */
  readonly suspended: number
}

/** Rooms of this process. */
interface RoomsReading {
  readonly total: number
  readonly byKind: { readonly [kind: string]: number }
}

/** What waits. */
interface QueuesReading {
  /** Events that have been received and wait for a tick. */
  readonly waitingEvents: number
  /** Connections in their handshake. */
  readonly handshakes: number
  /** Clients that wait for `auth`, their room or their seat. */
  readonly arrivals: number
  /** Bytes in the sockets that have not left. */
  readonly bufferedBytes: number
}

/** Packets of all sessions. TCP acks them unseen: what is known of their fate is that of the events in them. */
interface PacketsReading {
  readonly assembled: number
  readonly received: number
}

/** The fate of the events that this server has sent. When all is quiet, sent = acked + timedOut, but for events that
 * could not be sent at all. */
interface DeliveriesReading {
  /** Events written into a packet for the first time. */
  readonly sent: number
  readonly acked: number
  /** Events whose ack did not come in time, or whose session ended before; those that were never sent too. */
  readonly timedOut: number
  /** Events without an ack until now, those that wait to be sent too. */
  readonly pending: number
}

/** Per second, of the last full second. */
interface RatesReading {
  readonly packetsIn: number
  readonly packetsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly eventsIn: number
  readonly eventsOut: number
}

/** Encodings of states. */
interface EncodeReading {
  /** Snapshots and deltas encoded. */
  readonly made: number
  /** Snapshots and deltas sent: what is not made is a hit of the cache. */
  readonly sent: number
}

/** The journal on disk; zeros without one. */
interface JournalReading {
  /** Bytes that wait to be written. */
  readonly waitingBytes: number
  /** Tries to write that failed. */
  readonly failures: number
}

/** Memory of the process in bytes. */
export interface MemoryReading {
  readonly rssBytes: number
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  readonly externalBytes: number
}

/** The names of the rings. */
export type SeriesName =
  | 'ticksPerSecond'
  | 'ticksDropped'
  | 'lateP50Ms'
  | 'lateP99Ms'
  | 'lateMaxMs'
  | 'handling'
  | 'update'
  | 'network'
  | 'idle'
  | 'packetsIn'
  | 'packetsOut'
  | 'bytesIn'
  | 'bytesOut'
  | 'acked'
  | 'timedOut'
  | 'pending'
  | 'connected'
  | 'suspended'
  | 'rooms'
  | 'loopDelayP50Ms'
  | 'loopDelayP99Ms'
  | 'rssBytes'
  | 'heapUsedBytes'

/** The last 300 seconds, oldest first: `points[name][i]` is of the second that ended at `startMs + i * everyMs`. */
export interface MetricsSeries {
  /** End of the second of the oldest point, on the clock of `atMs`. */
  readonly startMs: number
  /** 1,000. */
  readonly everyMs: number
  /** All of one length, 300 at most. Counts are per second. */
  readonly points: { readonly [name in SeriesName]: readonly number[] }
}
