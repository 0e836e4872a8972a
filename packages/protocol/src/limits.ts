import { ProtocolError } from './errors.js'

/** What one event, or what its handler returns, may be. */
export interface EventLimits {
  /** Name and payload of one event, sent (`send` throws) and received (the session closes): `event_too_large`. */
  maxEventBytes: number
  /** Arrays and maps within each other in a payload. As the two below: `payload_limit`. */
  maxPayloadDepth: number
  /** Values of all kinds in a payload, keys included. */
  maxPayloadElements: number
  /** Of one text or one byte array in a payload. Default: `maxEventBytes`. */
  maxPayloadStringBytes: number
}

/** What a session lets its peer make grow, and how long it waits. Sizes in bytes, times in milliseconds. */
export interface SessionLimits extends EventLimits {
  /** A received packet above this closes the session with `packet_too_large`. */
  maxPacketBytes: number
  /**
   * More EVENT messages in one received packet close the session with `too_many_events`. Where `maxEventsPerSecond` is lower,
   * that counts.
   */
  maxEventsPerPacket: number
  /**
   * Receiving side: when more packets come in a second, a server does not read from the transport until as many may come again;
   * what comes over one that may lose packets is dropped, and a transport that can neither wait nor lose them is closed with
   * `rate_limited`. Up to a second's worth may come at once. Below 1, none may come at all: `rate_limited`.
   */
  maxPacketsPerSecond: number
  /** Receiving side: more events in a second, as with packets. */
  maxEventsPerSecond: number
  /** Sending side: events that wait to be sent or for their ack. One more makes `send` throw `queue_full`. */
  maxQueuedEvents: number
  /** Sending side: the bytes of those events, with 64 for each one's bookkeeping. `send` throws `queue_full`. */
  maxQueuedBytes: number
  /**
   * Receiving side: events that wait for a gap to close, for a version or for their handler, and outcomes that are kept
   * until the peer has them. One more closes a session on a reliable transport with `too_many_pending`; on others the
   * event is dropped as if the link had lost it.
   */
  maxPendingEvents: number
  /**
   * Receiving side: the bytes of those events and outcomes, with 64 for each one's bookkeeping. One more event: as above.
   * An outcome that does not fit is replaced by a refusal with the code `result_dropped`.
   */
  maxPendingBytes: number
  /** How long a client waits for the answer to its hello, resending it on a transport that is not reliable. */
  handshakeTimeoutMs: number
  /**
   * An event fails when it has waited for its ack this long for each time that it may be sent, `retries` + 1. On a
   * transport that is not reliable it is sent again earlier, after what a round trip takes, and at the latest after this.
   * At least 1.
   */
  ackTimeoutMs: number
  /**
   * After this long with nothing to send, a TIME message goes out to show that this side lives; on a transport that may
   * lose it after a fifth of `idleTimeoutMs`, if that is sooner. At least 10; above half of `idleTimeoutMs` it counts as
   * that half, so that a quiet peer is not taken for one that is gone.
   */
  keepAliveMs: number
  /** After this long with nothing received, the transport counts as gone. At least 20. */
  idleTimeoutMs: number
  /** How long a suspended session waits to be resumed. */
  graceMs: number
}

export const defaultSessionLimits: Readonly<SessionLimits> = Object.freeze({
  // a client sends inputs, not states: far above any honest packet, and 100 of them are no danger to a server
  maxPacketBytes: 1024 * 1024,
  // a second of a busy client in one packet, after a stall
  maxEventsPerPacket: 2048,
  maxEventBytes: 64 * 1024,
  maxPayloadDepth: 32,
  maxPayloadElements: 65_536,
  maxPayloadStringBytes: 64 * 1024,
  // no player comes near, and a program that asks as fast as it can is slowed; a flood of them costs a server less than a tenth of a core
  maxPacketsPerSecond: 20_000,
  maxEventsPerSecond: 20_000,
  // 10,000 events a second over a round trip of 400 ms
  maxQueuedEvents: 4096,
  maxQueuedBytes: 4 * 1024 * 1024,
  // twice what an honest sender has under way, since outcomes are kept for a while after their acks
  maxPendingEvents: 8192,
  maxPendingBytes: 4 * 1024 * 1024,
  handshakeTimeoutMs: 2000,
  ackTimeoutMs: 1000,
  // costs a server with many quiet clients more than anything else that they say; twice within the time below
  keepAliveMs: 2000,
  idleTimeoutMs: 5000,
  // long enough to change from one network to another
  graceMs: 30_000,
})

/** What a client takes from its server in one packet: a snapshot of a whole game has to fit. */
export const clientMaxPacketBytes = 64 * 1024 * 1024

/** A client has one server, which it chose: how often that speaks is left to it. */
const ofClient: Partial<SessionLimits> = {
  maxPacketBytes: clientMaxPacketBytes,
  maxPacketsPerSecond: Number.POSITIVE_INFINITY,
  maxEventsPerSecond: Number.POSITIVE_INFINITY,
}

/** What a session may be told of its link's times. */
export type LinkTimes = Pick<SessionLimits, 'keepAliveMs' | 'idleTimeoutMs'>

/** More often nobody need say that he lives, and a session that has to would do nothing else. */
const leastKeepAliveMs = 10
/** So many keep-alives are due before a silent transport is given up. */
const keepAlivesPerTimeout = 2
const leastIdleTimeoutMs = leastKeepAliveMs * keepAlivesPerTimeout
/** With less, an event with retries would be due without end. */
const leastAckTimeoutMs = 1

/** The times that come nearest to these and that a session can live with, whoever named them. */
export function bearableTimes(times: LinkTimes): LinkTimes {
  const idleTimeoutMs = Math.max(times.idleTimeoutMs, leastIdleTimeoutMs)
  const keepAliveMs = Math.min(Math.max(times.keepAliveMs, leastKeepAliveMs), idleTimeoutMs / keepAlivesPerTimeout)
  return { keepAliveMs, idleTimeoutMs }
}

/**
 * The limits of a session, with what the caller leaves out. Throws `invalid_argument` naming one that is no number from 0,
 * or a time that is shorter than it may be.
 */
export function limitsOf(role: 'client' | 'server', limits: Partial<SessionLimits> = {}): SessionLimits {
  const all = { ...defaultSessionLimits, ...(role === 'client' && ofClient), ...limits }
  all.maxPayloadStringBytes = limits.maxPayloadStringBytes ?? all.maxEventBytes
  for (const [name, value] of Object.entries(all)) {
    if (!(value >= 0)) throw new ProtocolError('invalid_argument', `${name} is a number from 0, not ${value}`)
  }
  checkLeast('keepAliveMs', all.keepAliveMs, leastKeepAliveMs)
  checkLeast('idleTimeoutMs', all.idleTimeoutMs, leastIdleTimeoutMs)
  checkLeast('ackTimeoutMs', all.ackTimeoutMs, leastAckTimeoutMs)
  // a peer that keeps to what it is told never sends a packet that could not be paid for within a second
  const maxEventsPerPacket = Math.min(all.maxEventsPerPacket, Math.max(1, Math.floor(all.maxEventsPerSecond)))
  return { ...all, maxEventsPerPacket, ...bearableTimes(all) }
}

function checkLeast(name: string, value: number, least: number): void {
  if (value < least) throw new ProtocolError('invalid_argument', `${name} is at least ${least}, not ${value}`)
}

/** No peer makes this side nest deeper: that much fits on every stack. */
const mostDepth = 1000

/**
 * What a client takes in events: at least what its server takes, since the two belong to one game and a server that was
 * told to take more will send more.
 */
export function receiveLimitsOfClient(own: EventLimits, servers: EventLimits): EventLimits {
  return {
    maxEventBytes: Math.max(own.maxEventBytes, servers.maxEventBytes),
    maxPayloadDepth: Math.max(own.maxPayloadDepth, Math.min(servers.maxPayloadDepth, mostDepth)),
    maxPayloadElements: Math.max(own.maxPayloadElements, servers.maxPayloadElements),
    maxPayloadStringBytes: Math.max(own.maxPayloadStringBytes, servers.maxPayloadStringBytes),
  }
}

/**
 * What a client may send in events: what its server takes.
 * @param own what its caller has asked for, which may be less
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
