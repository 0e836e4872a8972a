import { faultOfNumber } from '@tygase/gamestate/internal'
import { ProtocolError } from './errors.js'
import {
  keepAlivesPerIdleTimeout,
  leastKeepAliveMs,
  maxPayloadDepthOfPeer,
  maxPayloadElementsOfPeer,
} from './fixed-limits.js'

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
  /** Bytes of events that wait for an earlier one that is missing. Beyond, the session closes. */
  maxHeldBytes: number
  /** Packets that a client may send. Beyond, the session closes. */
  maxPacketsPerSecond: number
  /** Events that a client may send. Beyond, the session closes. */
  maxEventsPerSecond: number
}

/** The default of a client's `maxPacketBytes`: a snapshot of a whole game has to fit. */
export const clientMaxPacketBytes = 64 * 1024 * 1024

export const clientDefaults: Readonly<ClientLimits> = {
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

/** The lowest values that are allowed; 0 for all others. */
export const leastValues: Partial<ClientLimits> = {
  // a client waits longer with each attempt, by a factor
  handshakeTimeoutMs: 1,
  // with less, an event with retries would be due without end
  ackTimeoutMs: 1,
  keepAliveMs: leastKeepAliveMs,
  idleTimeoutMs: leastKeepAliveMs * keepAlivesPerIdleTimeout,
}

/** The limits of events, in the order in which a WELCOME has them. */
export const eventLimitNames = [
  'maxEventBytes',
  'maxPayloadDepth',
  'maxPayloadElements',
  'maxPayloadStringBytes',
] as const

/**
 * The limits of a client's session: those given, and defaults for the others. Throws `invalid_argument` for a name that is no
 * limit and for a number out of its range.
 */
export function clientLimitsOf(given: Partial<ClientLimits> = {}): ClientLimits {
  return filledIn(clientDefaults, given)
}

/** For both sides, with the defaults of one. Throws as `clientLimitsOf` does. */
export function filledIn<Limits extends ClientLimits>(defaults: Readonly<Limits>, given: Partial<Limits>): Limits {
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
  const accepted = {
    ...servers,
    maxPayloadDepth: Math.min(servers.maxPayloadDepth, maxPayloadDepthOfPeer),
    maxPayloadElements: Math.min(servers.maxPayloadElements, maxPayloadElementsOfPeer),
  }
  return eventLimits((name) => Math.max(own[name], accepted[name]))
}

/**
 * What a client may send in events: what its server takes.
 * @param own the limits that the client's user has set, which may be lower
 */
export function sendLimitsOfClient(own: Partial<EventLimits>, servers: EventLimits): EventLimits {
  return eventLimits((name) => Math.min(own[name] ?? Number.POSITIVE_INFINITY, servers[name]))
}

function eventLimits(limitOf: (name: keyof EventLimits) => number): EventLimits {
  // reason: a number for each name of the list, which has them all
  return Object.fromEntries(eventLimitNames.map((name) => [name, limitOf(name)])) as unknown as EventLimits
}
