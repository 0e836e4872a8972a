import { faultOfNumber } from '@tygase/gamestate/internal'
import { ProtocolError } from './errors.js'

/** Limits of one event, and of the value that its handler returns. */
export interface EventLimits {
  maxEventBytes: number
  maxPayloadDepth: number
  /** Default: four for each byte of `maxEventBytes`, and at least the default below. */
  maxPayloadElements: number
  /** Default: `maxEventBytes`. */
  maxPayloadStringBytes: number
}

/** What a client's session lets its server make grow, and how long it waits. */
export interface ClientLimits extends EventLimits {
  maxPacketBytes: number
  maxEventsPerPacket: number
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

/** Limits of both sides, and those that only a server has. `sessionLimitRows` in `limit-rows.ts` explains each. */
export interface SessionLimits extends ClientLimits {
  maxHeldBytes: number
  maxPacketsPerSecond: number
  maxEventsPerSecond: number
}

/** A shorter interval would only produce traffic. */
const leastKeepAliveMs = 10
/** Keep-alives that are due before a silent transport counts as gone, at least. */
const keepAlivesPerIdleTimeout = 2

/** The default of a client's `maxPacketBytes`: a snapshot of a whole game has to fit. */
export const clientMaxPacketBytes = 64 * 1024 * 1024

const clientDefaults: Readonly<ClientLimits> = {
  maxPacketBytes: clientMaxPacketBytes,
  // a second of a busy client in one packet, after a stall
  maxEventsPerPacket: 2048,
  maxEventBytes: 64 * 1024,
  maxPayloadDepth: 32,
  // 2 MiB: four for each byte of the largest event, which is more than texts and lists of numbers take
  maxPayloadElements: 262_144,
  maxPayloadStringBytes: 64 * 1024,
  // 10,000 events a second over a round trip of 400 ms
  maxQueuedEvents: 4096,
  maxQueuedBytes: 4 * 1024 * 1024,
  // twice what an honest sender has under way, since outcomes are kept for a while after their acks
  maxPendingEvents: 8192,
  maxPendingBytes: 4 * 1024 * 1024,
  handshakeTimeoutMs: 2000,
  ackTimeoutMs: 1000,
  // costs a server with many quiet clients more than anything else that they send; twice within idleTimeoutMs
  keepAliveMs: 2000,
  idleTimeoutMs: 5000,
  // long enough to change from one network to another
  graceMs: 30_000,
}

/** The defaults of a server. A client has `clientMaxPacketBytes`, and no limits of packets and events per second. */
export const defaultSessionLimits: Readonly<SessionLimits> = /* @__PURE__ */ Object.freeze({
  ...clientDefaults,
  // a client sends inputs, not states: far above any honest packet, and 100 of them are no danger to a server
  maxPacketBytes: 1024 * 1024,
  // no player comes near, and a program that asks as fast as it can is slowed; a flood costs less than a tenth of a core
  // twice the largest value that one event may bring, several times over; ten clients are no danger to a server with 512 MB
  maxHeldBytes: 8 * 1024 * 1024,
  maxPacketsPerSecond: 20_000,
  maxEventsPerSecond: 20_000,
})

/** The lowest values that are allowed; 0 for all others. */
const leastValues: Partial<ClientLimits> = {
  // with less, an event with retries would be due without end
  ackTimeoutMs: 1,
  keepAliveMs: leastKeepAliveMs,
  idleTimeoutMs: leastKeepAliveMs * keepAlivesPerIdleTimeout,
}

/** The numbers of one limit. */
export interface LimitRange {
  readonly default: number
  /** Set if the default of a client differs. */
  readonly clientDefault: number | undefined
  readonly min: number
}

/** Defaults and range of a limit. Its meaning is in `limit-rows.ts`, which is no part of a page's bundle. */
export function rangeOf(name: keyof SessionLimits): LimitRange {
  const clientDefault = name in clientDefaults ? clientDefaults[name as keyof ClientLimits] : Number.POSITIVE_INFINITY
  const common = defaultSessionLimits[name]
  const min = name in leastValues ? leastValues[name as keyof ClientLimits]! : 0
  return { default: common, clientDefault: clientDefault === common ? undefined : clientDefault, min }
}

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
  /** And its maxPayloadElements up to this, 128 MiB: a server must not end its clients by events that become too large. */
  maxPayloadElementsOfPeer: 2 ** 24,
} as const

/** Counted for the memory that an event or outcome takes beside its bytes, so that many empty ones count as well. */
export const bookkeepingBytes = 64

/**
 * The limits of a server's session: those given, and defaults for the others. Throws `invalid_argument` for a name that is no
 * limit and for a number out of its range.
 */
export function limitsOf(given: Partial<SessionLimits> = {}): SessionLimits {
  const all = filledIn(defaultSessionLimits, given)
  // a peer that respects these limits never sends a packet that could not be paid for within a second
  const maxEventsPerPacket = Math.min(all.maxEventsPerPacket, Math.max(1, Math.floor(all.maxEventsPerSecond)))
  return { ...all, maxEventsPerPacket }
}

/** The same for a client's session. */
export function clientLimitsOf(given: Partial<ClientLimits> = {}): ClientLimits {
  return filledIn(clientDefaults, given)
}

function filledIn<Limits extends ClientLimits>(defaults: Readonly<Limits>, given: Partial<Limits>): Limits {
  const all: Limits = { ...defaults }
  // reason: a name that is no limit is refused below
  for (const [name, value] of Object.entries(given) as [keyof ClientLimits, unknown][]) {
    if (value === undefined) continue
    const fault = Object.hasOwn(all, name)
      ? faultOfNumber({ name, min: leastValues[name] ?? 0 }, value)
      : `there is no limit '${name}'`
    if (fault !== undefined) throw new ProtocolError('invalid_argument', fault)
    all[name] = value as Limits[keyof ClientLimits] // it has passed the check
  }
  const { maxPayloadStringBytes = all.maxEventBytes, maxPayloadElements = elementsOfBytes(all) } = given
  return { ...all, maxPayloadStringBytes, maxPayloadElements, ...bearableTimes(all) }
}

/** More than any text, list of numbers or byte array has that takes the bytes of an event on the wire. */
function elementsOfBytes({ maxEventBytes, maxPayloadElements }: EventLimits): number {
  return Math.max(maxPayloadElements, Math.min(4 * maxEventBytes, Number.MAX_SAFE_INTEGER))
}

/** Keep-alive and timeout of a transport. */
export type LinkIntervals = Pick<ClientLimits, 'keepAliveMs' | 'idleTimeoutMs'>

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
  const elements = Math.min(servers.maxPayloadElements, fixedLimits.maxPayloadElementsOfPeer)
  return {
    maxEventBytes: Math.max(own.maxEventBytes, servers.maxEventBytes),
    maxPayloadDepth: Math.max(own.maxPayloadDepth, depth),
    maxPayloadElements: Math.max(own.maxPayloadElements, elements),
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
