import { decodeValue, encodeValue } from '@tygase/gamestate/internal'

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

/**
 * A client asks by it whether further effects of its own events come: of those whose outcome it has. The server sends it back after
 * a tick, with its events in order: all effects of those events have come before. No data either way.
 */
export const effectsEvent = '$effects'

/**
 * The server asks a client by it whether its replica is right: a version, or `[version, path, from]` for the parts of one that is
 * not. The outcome is the digest of the version, or an answer about the parts.
 */
export const digestEvent = '$digest'

/**
 * Another process is about to go on with the room at the same address. The client opens a spare transport, which leads there, and
 * answers then: true, or false if none can be opened. No data.
 */
export const movingEvent = '$moving'

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
  // reason: all parts are checked; of another value they are undefined
  const info = Object(value) as GameInfo
  const room = Object(info.room) as RoomInfo
  const isGame = (isText(info.host) || info.host === null) && typeof info.running === 'boolean'
  const isPaced = isNumber(info.tickRate, 1) && isNumber(info.sendEveryTicks, 1) && isLeftOutOrFrom0(info.maxRewindMs)
  const isTimed = isNumber(info.tick, 0) && isNumber(info.atMs) && isLeftOutOrFrom0(info.time)
  const isRoom = isText(room.kind) && isText(room.id) && (isNumber(room.maxClients, 0) || room.maxClients === null)
  return isGame && isPaced && isTimed && isRoom ? info : undefined
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

type CredentialParts = { readonly [Part in keyof Credentials]: Credentials[Part] | undefined }

/**
 * @param credentials parts that are undefined count as left out
 * @returns the bytes for the hello: none if there is nothing to send. Throws `invalid_value` and `value_limit` for values that
 * cannot travel, `value_too_large` for more than `maxCredentialsBytes`.
 */
export function writeCredentials(credentials: CredentialParts): Uint8Array {
  if (Object.values(credentials).every((part) => part === undefined)) return new Uint8Array(0)
  return encodeValue(credentials, { maxPayloadElements: maxCredentialsElements, maxEventBytes: maxCredentialsBytes })
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
  /** The id of the client. */
  readonly clientId: string
  /** Both undefined if the server has no `auth`. */
  readonly userId?: string
  /** The name that the server's `auth` has found. */
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
  /** The name of the channel. */
  readonly channel: string
  /** `text`, `bytes` or `data`. */
  readonly kind: ChannelKind
  /** A string if `kind` is text. */
  readonly data: unknown
  /** The client that published it; undefined if the server's own code did. */
  readonly from: string | undefined
}

/** The state of a channel, for clients without a subscription as well. */
export interface ChannelInfo {
  /** The name of the channel. */
  readonly name: string
  /** The number of clients that have subscribed. */
  readonly subscribers: number
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isLeftOutOrFrom0(value: unknown): boolean {
  return value === undefined || isNumber(value, 0)
}

function isNumber(value: unknown, least = Number.NEGATIVE_INFINITY): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= least
}
