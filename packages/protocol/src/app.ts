import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { ProtocolError } from './errors.js'

// The names and payloads that the library's server and client agree on above the session. The wire format knows none of them.

/** The event that sends a changed `GameInfo` to a client. */
export const gameEvent = '$game'

/** The event that follows the version in which the client has joined: `connect` resolves on it. No data. */
export const joinedEvent = '$joined'

/** The event that sends the members of a room to a client: a `MembersNews`. */
export const membersEvent = '$members'

/**
 * A client sends its new presence by this event, or null for none. Clients get the changes by the same name: a list of
 * `[clientId, value]`, and of `[clientId]` for a presence that is gone.
 */
export const presenceEvent = '$presence'

/** The event by which a client changes its subscriptions or publishes: `[action, scope, channel, …]`. */
export const channelsEvent = '$channels'

/** The actions of `channelsEvent`. */
export const channelActions = ['list', 'create', 'subscribe', 'unsubscribe', 'publish'] as const

/** The event that brings a message to a subscriber: `[scope, channel, kind, data, from]`. */
export const channelEvent = '$channel'

/** The request that shuts the room or the server down. Only the host client may send it, and only if `hostShutsDown` allows it. */
export const shutdownEvent = '$shutdown'

/** Names that begin with `$` belong to the library. */
export function isReserved(name: string): boolean {
  return name.startsWith('$')
}

/** The room of a client. */
export interface RoomInfo {
  readonly kind: string
  readonly id: string
  /** Null: no limit. */
  readonly maxClients: number | null
  /** Plain data of the room's owner; undefined for none. */
  readonly metadata: unknown
}

/**
 * What a client knows of its game besides the state. It travels in the welcome, and as `$game` again when host, running or
 * metadata change, after dropped ticks, at each pause and resume, and after ticks of a game that is stepped by hand.
 */
export interface GameInfo {
  /** The client id of the host client, null for none. */
  readonly host: string | null
  /** False while the game is paused. */
  readonly running: boolean
  /** In Hz. */
  readonly tickRate: number
  /** State goes out on every n-th tick. */
  readonly sendEveryTicks: number
  /** How far before its tick an event with `rewind` may have seen the others, in ms; undefined for a game without such events. */
  readonly maxRewindMs?: number | undefined
  /** A tick, and the server clock's time in ms at which it was due: together they give the time of any other tick. */
  readonly tick: number
  readonly atMs: number
  /** Seconds of game time at `tick`, if it is not `tick / tickRate`: ticks for joins and leaves in a pause take no game time. */
  readonly time?: number | undefined
  readonly room: RoomInfo
}

/** @returns the payload of a welcome or of `$game`. Throws `invalid_value` for metadata that cannot travel. */
export function writeGameInfo(info: GameInfo): Uint8Array {
  return encodeValue(info)
}

/** @param value decoded from a welcome or `$game`. @returns undefined for a value that no server of ours sends */
export function readGameInfo(value: unknown): GameInfo | undefined {
  if (!isObject(value)) return undefined
  const { host, running, tickRate, sendEveryTicks, maxRewindMs, tick, atMs, time, room } = value
  if ((typeof host !== 'string' && host !== null) || typeof running !== 'boolean') return undefined
  if (!isNumber(tickRate, 1) || !isNumber(sendEveryTicks, 1) || !isNumber(tick, 0) || !isNumber(atMs)) return undefined
  if (maxRewindMs !== undefined && !isNumber(maxRewindMs, 0)) return undefined
  if (time !== undefined && !isNumber(time, 0)) return undefined
  if (!isObject(room)) return undefined
  const { kind, id, maxClients, metadata } = room
  if (typeof kind !== 'string' || typeof id !== 'string') return undefined
  if (!isNumber(maxClients, 0) && maxClients !== null) return undefined
  const info = { host, running, tickRate, sendEveryTicks, maxRewindMs, tick, atMs, time }
  return { ...info, room: { kind, id, maxClients, metadata } }
}

/** @returns seconds of game time at the tick of the news */
export function gameTimeOf({ time, tick, tickRate }: GameInfo): number {
  return time ?? tick / tickRate
}

/** What a client sends in its hello besides its path. */
export interface Credentials {
  /** For the server's `auth`: any plain data. */
  readonly credentials?: unknown
  /** Of a reserved seat. */
  readonly ticket?: string
  /** The game's join data, as the caller of `connect` gave it. The game's schema checks it at the server. */
  readonly data?: unknown
  /** The version of the game at the client; left out by a client that was not given the game. A whole number from 0. */
  readonly version?: number
}

/** The most bytes that credentials may take: with a path and a resume they fit into a hello. */
export const maxCredentialsBytes = 8 * 1024
/** The most elements that they may be as objects, 64 KiB: join data are kept as long as their client is there. */
const maxCredentialsElements = 8 * 1024

/**
 * @returns the bytes for the hello: none if there is nothing to send. Throws `invalid_argument` for values that cannot
 * travel and for more than `maxCredentialsBytes`.
 */
export function writeCredentials({ credentials, ticket, data, version }: Credentials): Uint8Array {
  const all = { credentials, ticket, data, version }
  if (Object.values(all).every((part) => part === undefined)) return new Uint8Array(0)
  let bytes: Uint8Array
  try {
    bytes = encodeValue(all, { maxPayloadElements: maxCredentialsElements })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ProtocolError('invalid_argument', `credentials and join data are plain values: ${why}`, { cause })
  }
  if (bytes.length <= maxCredentialsBytes) return bytes
  const text = `credentials and join data take ${bytes.length} bytes, at most ${maxCredentialsBytes} are allowed`
  throw new ProtocolError('invalid_argument', text)
}

/** @param bytes of a hello. @returns undefined for bytes that no client of ours sends */
export function readCredentials(bytes: Uint8Array): Credentials | undefined {
  if (bytes.length === 0) return {}
  if (bytes.length > maxCredentialsBytes) return undefined
  let value: unknown
  try {
    value = decodeValue(bytes, { maxPayloadElements: maxCredentialsElements })
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const { credentials, ticket, data, version } = value
  if (ticket !== undefined && typeof ticket !== 'string') return undefined
  if (version !== undefined && !(isNumber(version, 0) && Number.isSafeInteger(version))) return undefined
  return {
    ...(credentials !== undefined && { credentials }),
    ...(ticket !== undefined && { ticket }),
    ...(data !== undefined && { data }),
    ...(version !== undefined && { version }),
  }
}

/** A client in a room, as all other clients there may know it. */
export interface MemberInfo {
  readonly clientId: string
  /** Both undefined if the server has no `auth`. */
  readonly userId?: string
  readonly name?: string
  /** In ms of the server's clock. */
  readonly joinedAtMs: number
  /** False while its session is suspended. */
  readonly connected: boolean
  /** Smoothed round-trip time; undefined until measured. */
  readonly rttMs?: number
}

/** A change of the members of a room. Parts that are left out have not changed. */
export interface MembersNews {
  /** True: forget all members known so far. Sent to a client that has just joined. */
  readonly reset?: boolean
  readonly joined?: readonly MemberInfo[]
  /** The client ids of members that have left. */
  readonly left?: readonly string[]
  /** New round-trip times, by client id. */
  readonly rttMs?: Readonly<Record<string, number>>
  /** Sessions suspended or resumed, by client id. */
  readonly connected?: Readonly<Record<string, boolean>>
}

/** `room`: the channels of the client's room. `server`: those that all rooms share. */
export type ChannelScope = 'room' | 'server'

/** The kind of a published message: a text, or a value of JSON. A string of JSON is not the same as a text. */
export type ChannelKind = 'text' | 'json'

/** A message as a subscriber gets it. */
export interface ChannelMessage {
  readonly channel: string
  readonly kind: ChannelKind
  /** A string if `kind` is text. */
  readonly data: unknown
  /** The client that published it; undefined if the server's own code did. */
  readonly from: string | undefined
}

/** The state of a channel, for clients without a subscription as well. */
export interface ChannelInfo {
  readonly name: string
  /** The number of clients that have subscribed. */
  readonly subscribers: number
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNumber(value: unknown, least = Number.NEGATIVE_INFINITY): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= least
}
