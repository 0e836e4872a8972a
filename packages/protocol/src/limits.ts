import { faultOfNumber, type OptionRow } from '@tygase/gamestate/internal'
import { ProtocolError } from './errors.js'

/** Limits of one event, and of the value that its handler returns. */
export interface EventLimits {
  maxEventBytes: number
  maxPayloadDepth: number
  maxPayloadElements: number
  /** Default: `maxEventBytes`. */
  maxPayloadStringBytes: number
}

/** What a session lets its peer make grow, and how long it waits. `sessionLimitRows` explains each. */
export interface SessionLimits extends EventLimits {
  maxPacketBytes: number
  maxEventsPerPacket: number
  maxPacketsPerSecond: number
  maxEventsPerSecond: number
  maxQueuedEvents: number
  maxQueuedBytes: number
  maxPendingEvents: number
  maxPendingBytes: number
  handshakeTimeoutMs: number
  ackTimeoutMs: number
  keepAliveMs: number
  idleTimeoutMs: number
  graceMs: number
}

/** A row of the table of limits: `default` is a server's, `clientDefault` a client's if that differs. */
export interface LimitRow extends OptionRow {
  readonly name: keyof SessionLimits
  readonly default: number
  readonly clientDefault?: number
}

/** A shorter interval would only produce traffic. */
const leastKeepAliveMs = 10
/** Keep-alives that are due before a silent transport counts as gone, at least. */
const keepAlivesPerIdleTimeout = 2

/** All limits of a session that may be set, with defaults and ranges. */
export const sessionLimitRows: readonly LimitRow[] = [
  {
    name: 'maxPacketBytes',
    // a client sends inputs, not states: far above any honest packet, and 100 of them are no danger to a server
    default: 1024 * 1024,
    // a snapshot of a whole game has to fit
    clientDefault: 64 * 1024 * 1024,
    unit: 'bytes',
    min: 0,
    meaning: 'A received packet above this closes the session.',
    code: 'packet_too_large',
  },
  {
    name: 'maxEventsPerPacket',
    // a second of a busy client in one packet, after a stall
    default: 2048,
    unit: 'events',
    min: 0,
    meaning: 'More events in one received packet close the session. A lower maxEventsPerSecond counts instead.',
    code: 'too_many_events',
  },
  {
    name: 'maxEventBytes',
    default: 64 * 1024,
    unit: 'bytes',
    min: 0,
    meaning: 'Name and payload of one event: send throws, and a received event above it closes the session.',
    code: 'event_too_large',
  },
  {
    name: 'maxPayloadDepth',
    default: 32,
    unit: 'levels',
    min: 0,
    meaning: 'Arrays and objects nested within each other in a payload.',
    code: 'value_limit',
  },
  {
    name: 'maxPayloadElements',
    default: 65_536,
    unit: 'values',
    min: 0,
    meaning: 'Values of all kinds in a payload, keys included.',
    code: 'value_limit',
  },
  {
    name: 'maxPayloadStringBytes',
    default: 64 * 1024,
    unit: 'bytes',
    min: 0,
    meaning: 'One text or byte array in a payload. If left out: as maxEventBytes.',
    code: 'value_limit',
  },
  {
    name: 'maxPacketsPerSecond',
    // no player comes near, and a program that asks as fast as it can is slowed; a flood costs less than a tenth of a core
    default: 20_000,
    clientDefault: Number.POSITIVE_INFINITY,
    unit: 'packets/s',
    min: 0,
    meaning:
      'Above it a server reads more slowly, or drops packets on a transport that may lose them. Below 1: none may come.',
    code: 'rate_limited',
  },
  {
    name: 'maxEventsPerSecond',
    default: 20_000,
    clientDefault: Number.POSITIVE_INFINITY,
    unit: 'events/s',
    min: 0,
    meaning: 'As maxPacketsPerSecond, for events.',
    code: 'rate_limited',
  },
  {
    name: 'maxQueuedEvents',
    // 10,000 events a second over a round trip of 400 ms
    default: 4096,
    unit: 'events',
    min: 0,
    meaning: 'Sending side: events that wait to be sent or for their ack. One more makes send throw.',
    code: 'queue_full',
  },
  {
    name: 'maxQueuedBytes',
    default: 4 * 1024 * 1024,
    unit: 'bytes',
    min: 0,
    meaning: 'Sending side: bytes of those events, with 64 for the bookkeeping of each. More make send throw.',
    code: 'queue_full',
  },
  {
    name: 'maxPendingEvents',
    // twice what an honest sender has under way, since outcomes are kept for a while after their acks
    default: 8192,
    unit: 'events',
    min: 0,
    meaning:
      'Receiving side: events that wait for a gap, a version or their handler, and outcomes kept for the peer. One more closes the session; a transport that may lose packets drops it.',
    code: 'too_many_pending',
  },
  {
    name: 'maxPendingBytes',
    default: 4 * 1024 * 1024,
    unit: 'bytes',
    min: 0,
    meaning:
      'Receiving side: bytes of those events and outcomes, with 64 for the bookkeeping of each. An outcome without room becomes the refusal result_dropped.',
    code: 'too_many_pending',
  },
  {
    name: 'handshakeTimeoutMs',
    default: 2000,
    unit: 'ms',
    min: 0,
    meaning: 'How long a client waits for the answer to its hello.',
    code: 'handshake_timeout',
  },
  {
    name: 'ackTimeoutMs',
    default: 1000,
    unit: 'ms',
    // with less, an event with retries would be due without end
    min: 1,
    meaning: 'An event fails after this time without an ack, once for each time that it may be sent (retries + 1).',
    code: 'event_timeout',
  },
  {
    name: 'keepAliveMs',
    // costs a server with many quiet clients more than anything else that they send; twice within idleTimeoutMs
    default: 2000,
    unit: 'ms',
    min: leastKeepAliveMs,
    meaning: 'A side that has sent nothing for this long sends a TIME message. At most half of idleTimeoutMs counts.',
  },
  {
    name: 'idleTimeoutMs',
    default: 5000,
    unit: 'ms',
    min: leastKeepAliveMs * keepAlivesPerIdleTimeout,
    meaning: 'A transport on which nothing was received for this long counts as gone.',
    code: 'idle',
  },
  {
    name: 'graceMs',
    // long enough to change from one network to another
    default: 30_000,
    unit: 'ms',
    min: 0,
    meaning: 'How long a suspended session waits to be resumed.',
    code: 'grace_over',
  },
]

/** Limits that cannot be set: the format depends on them. */
export const fixedLimits = {
  /** A hello has a path, a token and credentials; a server knows nothing of the client yet. */
  maxHelloBytes: 16 * 1024,
  /** UTF-16 units of an event's name that is written out: the receiver keeps it as long as the event. */
  maxNameLength: 128,
  /** An ACK can hold four times as much, which the header of a run needs that goes up to here. */
  maxSequence: 2 ** 50,
  /** Runs in one ACK, and outcomes in one run: more than half a packet of honest ones can hold. */
  maxAckItems: 131_072,
  /** UTF-16 units of a close reason. Writer and reader cut longer ones. */
  maxReasonLength: 200,
  /** A client accepts a server's maxPayloadDepth up to this: that much fits on every stack. */
  maxPayloadDepthOfPeer: 1000,
} as const

/** Counted for the memory that an event or outcome takes beside its bytes, so that many empty ones count as well. */
export const bookkeepingBytes = 64

// reason: the table has a row for each limit, which a test checks
const defaultsOf = (role: 'client' | 'server'): SessionLimits =>
  Object.fromEntries(
    sessionLimitRows.map((row) => [row.name, (role === 'client' ? row.clientDefault : undefined) ?? row.default]),
  ) as unknown as SessionLimits

/** The defaults of a server. A client differs in `clientMaxPacketBytes` and has no limits of packets and events per second. */
export const defaultSessionLimits: Readonly<SessionLimits> = Object.freeze(defaultsOf('server'))

/** The default of a client's `maxPacketBytes`. */
export const clientMaxPacketBytes = defaultsOf('client').maxPacketBytes

/**
 * The limits of a session: those given, and defaults for the others. Throws `invalid_argument` for a name that is no limit
 * and for a number out of its range.
 */
export function limitsOf(role: 'client' | 'server', given: Partial<SessionLimits> = {}): SessionLimits {
  const rows = new Map<string, LimitRow>(sessionLimitRows.map((row) => [row.name, row]))
  const all = defaultsOf(role)
  for (const [name, value] of Object.entries(given)) {
    const row = rows.get(name)
    const fault = row ? value !== undefined && faultOfNumber(row, value) : `there is no limit '${name}'`
    if (fault) throw new ProtocolError('invalid_argument', fault)
    if (row && value !== undefined) all[row.name] = value
  }
  all.maxPayloadStringBytes = given.maxPayloadStringBytes ?? all.maxEventBytes
  // a peer that respects these limits never sends a packet that could not be paid for within a second
  const maxEventsPerPacket = Math.min(all.maxEventsPerPacket, Math.max(1, Math.floor(all.maxEventsPerSecond)))
  return { ...all, maxEventsPerPacket, ...bearableTimes(all) }
}

/** Keep-alive and timeout of a transport. */
export type LinkIntervals = Pick<SessionLimits, 'keepAliveMs' | 'idleTimeoutMs'>

/** The nearest intervals that a session can work with, for any that a peer sends. */
export function bearableTimes(times: LinkIntervals): LinkIntervals {
  const idleTimeoutMs = Math.max(times.idleTimeoutMs, leastKeepAliveMs * keepAlivesPerIdleTimeout)
  const keepAliveMs = Math.min(Math.max(times.keepAliveMs, leastKeepAliveMs), idleTimeoutMs / keepAlivesPerIdleTimeout)
  return { keepAliveMs, idleTimeoutMs }
}

/**
 * What a client takes in events: at least what its server takes. Both belong to one game, and a server that takes more also
 * sends more.
 */
export function receiveLimitsOfClient(own: EventLimits, servers: EventLimits): EventLimits {
  const depth = Math.min(servers.maxPayloadDepth, fixedLimits.maxPayloadDepthOfPeer)
  return {
    maxEventBytes: Math.max(own.maxEventBytes, servers.maxEventBytes),
    maxPayloadDepth: Math.max(own.maxPayloadDepth, depth),
    maxPayloadElements: Math.max(own.maxPayloadElements, servers.maxPayloadElements),
    maxPayloadStringBytes: Math.max(own.maxPayloadStringBytes, servers.maxPayloadStringBytes),
  }
}

/**
 * What a client may send in events: what its server takes.
 * @param own the limits that the client's user has set, which may be lower
 */
export function sendLimitsOfClient(own: Partial<EventLimits>, servers: EventLimits): EventLimits {
  const least = (name: keyof EventLimits): number => Math.min(own[name] ?? Number.POSITIVE_INFINITY, servers[name])
  return {
    maxEventBytes: least('maxEventBytes'),
    maxPayloadDepth: least('maxPayloadDepth'),
    maxPayloadElements: least('maxPayloadElements'),
    maxPayloadStringBytes: least('maxPayloadStringBytes'),
  }
}
