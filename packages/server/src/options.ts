import type { RequestListener } from 'node:http'
import type { TlsOptions } from 'node:tls'
import type { AnyGame, Clock, Immutable, MachineOptions, StateOf, StoreOptions } from '@tygase/gamestate'
import type { LoggerOption, OptionRow } from '@tygase/gamestate/internal'
import type { CloseInfo, SessionLimits } from '@tygase/protocol/internal'
import type { Auth } from './auth.js'
import type { ChannelsOptions } from './channels.js'
import type { BlockList, TrustProxy } from './entrance/address.js'
import type { AccessLogTarget } from './entrance/door.js'
import type { AllowedOrigins } from './entrance/http-answers.js'
import type { Listener } from './entrance/listener.js'
import { checkKeys, ServerError } from './errors.js'
import type { Client, HandlerData, Room, RoomMetadata, ServerEventHandler } from './room.js'
import type { Storage } from './storage.js'

/** Called as a room lives. A hook that throws, or whose promise rejects, is logged and stops nothing. */
export interface RoomHooks<R> {
  /** The room is made, and no client is in it. Clients wait for its promise, 10 s at most; then the room is not made. */
  onCreate?: (room: R) => void | Promise<void>
  /** A client has joined: `onJoin` of the game has run. */
  onJoin?: (client: Client) => void
  /** The session of a client that has joined has ended for good. */
  onLeave?: (client: Client, info: CloseInfo | undefined) => void
  /** A tick has been made. */
  onTick?: (room: R, tick: number) => void
  /** The room is about to end or to be shut down, and its clients are still there. Its promise is waited for, 5 s at most. */
  onShutdown?: (room: R) => void | Promise<void>
}

/** How the state of a room is kept beyond the room. */
export interface SaveOptions<State> {
  /** Default: the `storage` of the server. */
  storage?: Storage
  /** Version of the saved state: raise it if older saved states no longer fit. Default: `version` of the game. */
  version?: number
  /** Turns a state that an older version has saved into a current one. Default: such a room cannot be made. */
  migrate?: (state: Immutable<unknown>, fromVersion: number) => State | Immutable<State>
  /** Time between two saves. Default 60,000; Infinity saves only if the room is empty, ends or is shut down. */
  intervalMs?: number
  /** Saved rooms of this kind in the storage. A room beyond is played but not saved, which is logged. From 1, default 10,000; Infinity: no limit. */
  maxSavedRooms?: number
}

/** Options of a kind of room; its ranges and defaults are in the table of options. */
export interface RoomOptions<G extends AnyGame>
  extends RoomHooks<Room<G>>,
    Pick<StoreOptions, 'maxVersions' | 'maxAgeMs' | 'maxHeldVersions'>,
    Pick<
      MachineOptions,
      'seed' | 'maxCatchUpSteps' | 'maxQueuedEvents' | 'maxQueuedEventsPerClient' | 'clientTimeShare' | 'maxAheadMs'
    > {
  /** How far back a client may have seen the others, for events with `rewind`. */
  maxRewindMs?: number
  /** Limits of the sessions in these rooms, besides those of the server. */
  limits?: Partial<SessionLimits>
  /** State and events go out on every n-th tick. */
  sendEveryTicks?: number
  /** A client with more unsent bytes than this is skipped until they have left. */
  maxBufferedBytes?: number
  /** A client that is skipped for this long without a break is closed with `too_slow`. */
  slowTimeoutMs?: number
  /** Clients let in between two ticks on which state goes out; the others wait. */
  maxJoinsPerTick?: number
  /** Bytes of snapshots for them, after one client at least. */
  maxJoinBytesPerTick?: number
  /** True: when the session of the host client ends, the session connected longest becomes host. */
  handOverHost?: boolean
  /** Clients in one room, reserved seats and suspended sessions included. */
  maxClients?: number
  /** Time that an empty room waits for a client before it ends. */
  idleGraceMs?: number
  /** True: ticks go on while the room is empty. */
  runWhenEmpty?: boolean
  /** True: not listed, and found by its id alone. */
  private?: boolean
  /** Metadata of rooms of this kind at first. */
  metadata?: RoomMetadata
  /** True: a room that a client asks for is made. */
  madeByClients?: boolean
  /** What happens to an older session in the room if its user joins again: it stays, or ends with `kicked`. */
  sessionsPerUser?: 'both' | 'newest'
  /** What the host client shuts down if it asks for that: its room, the whole server, or nothing. */
  hostShutsDown?: 'room' | 'server' | 'nothing'
  /** True: each client gets the members of its room. Each join goes to all, so not for hundreds of clients. */
  sendMembers?: boolean
  /** Time between two events with the round-trip times of the members that have changed. */
  latencyIntervalMs?: number
  /** Most bytes of the presence of one client. More is refused with `presence_too_large`. */
  maxPresenceBytes?: number
  /** Rights and limits of clients in the channels of one room. */
  channels?: ChannelsOptions
  /** Keeps the state beyond the room, under `rooms/<kind>/<id>`. Default: the state ends with the room. */
  save?: SaveOptions<StateOf<G>>
  /** Finds the user of a client, in place of `auth` of the server. */
  auth?: Auth
  /** Handlers by event, as `registerEventHandler` adds them. */
  handlers?: { readonly [Name in keyof G['events'] & string]?: ServerEventHandler<HandlerData<G, Name>> }
}

/** Options of a server; ranges and defaults are in the table of options. */
export interface ServerOptions {
  /** Finds the user of a client, or refuses it, before anything is made for it. Default: clients have no user. */
  auth?: Auth
  authTimeoutMs?: number
  /** Keeps saved rooms, unless their kind says otherwise. */
  storage?: Storage
  /** Default: warnings and errors go to the console; false silences it. */
  logger?: LoggerOption
  /** Gets an entry for each client that comes, goes or is refused; it must not be the `logger`. Default: off. */
  accessLog?: AccessLogTarget
  /** Addresses that may not connect; it may change at any time. */
  blockList?: BlockList
  limits?: Partial<SessionLimits>
  /** Default: real time. */
  clock?: Clock
  /** Time of day in ms of Unix time, for the expiry of identities. Default: the system's. */
  wallClock?: { now(): number }
  /** From 0 to below 1. Resume tokens and tickets are drawn from it, so only tests give one. Default: cryptographic. */
  random?: () => number
  maxSessions?: number
  maxSessionsPerAddress?: number
  maxHandshakes?: number
  maxHandshakesPerAddress?: number
  maxArrivals?: number
  /** Time that the transport of an ended session may take to send what waits and to close, while its client reads nothing. */
  drainMs?: number
  maxBytesPerSecond?: number
  maxBytesPerSecondPerAddress?: number
  maxBytesPerSecondInAll?: number
  maxTimeShare?: number
  maxTimeSharePerAddress?: number
  maxTimeShareInAll?: number
  maxRooms?: number
  maxRoomsPerAddress?: number
  /** Rights and limits of clients in the channels of the server, which all rooms share. */
  channels?: ChannelsOptions
  /** True: the refusal of an event whose rule or handler threw has its message and stack. Default: unless NODE_ENV is `production`. */
  exposeErrors?: boolean
}

export interface RunOptions {
  /** 0 to 65535, 0 for any free port; `false` does not listen, for play in process. Default 0. */
  port?: number | false
  /** Address to listen at. Default `localhost`: this machine alone. */
  hostname?: string
  /** With one game: clients of another path are refused with `unknown_room`. With rooms: the path before theirs. Default: any path; none. */
  path?: string
  /** Answers HTTP requests at the same port. Default: `GET /rooms` gets the public rooms, anything else 426. */
  requestListener?: RequestListener
  /** Certificate, key and any other option of `node:tls`: clients connect by `wss:` then. */
  tls?: TlsOptions
  /** Pages of other origins are refused with HTTP 403. Default: any origin. */
  allowedOrigins?: AllowedOrigins
  /** Proxies whose `X-Forwarded-For` is believed. Default false: the address of a client is that of its socket. */
  trustProxy?: TrustProxy
  /** Further listeners, for other transports than WebSocket. */
  listeners?: readonly Listener[]
}

export interface ShutdownOptions {
  /** For people at the clients. */
  reason?: string
  /** Time that transports may take to send what waits and to close. Default: `drainMs` of the server. */
  drainMs?: number
  /** True: all sessions end for good, and rooms close. Default false: sessions may resume if this object runs again in time. */
  endSessions?: boolean
}

/** A row of the tables below. */
export interface ServerOptionRow extends OptionRow {
  readonly type: 'count' | 'number' | 'switch' | 'function' | 'choice' | 'other'
  /** Words that a choice allows. */
  readonly choices?: readonly string[]
}

/** A table with a row for each option. */
export type Rows<Name extends string> = { readonly [Key in Name]-?: ServerOptionRow }

const infinity = Number.POSITIVE_INFINITY

export function count(
  name: string,
  value: number | undefined,
  unit: string,
  meaning: string,
  code?: string,
): ServerOptionRow {
  return { name, type: 'count', default: value, unit, min: 1, meaning, ...(code !== undefined && { code }) }
}

export function number(
  name: string,
  value: number | undefined,
  unit: string,
  min: number,
  meaning: string,
  code?: string,
): ServerOptionRow {
  return { name, type: 'number', default: value, unit, min, meaning, ...(code !== undefined && { code }) }
}

export function other(
  name: string,
  type: ServerOptionRow['type'],
  meaning: string,
  value?: boolean | string,
  choices?: readonly string[],
): ServerOptionRow {
  return { name, type, default: value, unit: '', min: 0, meaning, ...(choices && { choices }) }
}

/** Smallest interval that counts as above 0. */
export const aboveZero = Number.MIN_VALUE

/** Options of `new Server`. */
export const serverOptionRows: Rows<keyof ServerOptions> = {
  auth: other('auth', 'function', 'Finds the user of a client, or refuses it.'),
  authTimeoutMs: number('authTimeoutMs', 4000, 'ms', aboveZero, 'Time limit of `auth`.', 'auth_timeout'),
  storage: other('storage', 'other', 'Keeps saved rooms.'),
  logger: other(
    'logger',
    'other',
    'Gets log entries; false silences them. Default: warnings and errors go to the console.',
  ),
  accessLog: other('accessLog', 'other', 'Gets an entry for each client that comes, goes or is refused.'),
  blockList: other('blockList', 'other', 'Addresses that may not connect.'),
  limits: other('limits', 'other', 'Limits of sessions: see the table of session limits.'),
  clock: other('clock', 'other', 'Time and timers. Default: real time.'),
  wallClock: other('wallClock', 'other', 'Time of day. Default: that of the system.'),
  random: other('random', 'function', 'Random numbers. Default: cryptographic.'),
  maxSessions: count('maxSessions', 10_000, 'sessions', 'Sessions at a time, suspended ones included.', 'server_full'),
  maxSessionsPerAddress: count(
    'maxSessionsPerAddress',
    undefined,
    'sessions',
    'Sessions at a time from one address; an IPv6 network of 64 bits counts as one. Default 100, and no limit for this machine; a number that is given holds for all.',
    'too_many_sessions',
  ),
  maxHandshakes: count(
    'maxHandshakes',
    256,
    'peers',
    'Sockets and transports without a hello. One more makes the oldest one go.',
    'server_full',
  ),
  maxHandshakesPerAddress: count(
    'maxHandshakesPerAddress',
    undefined,
    'peers',
    'The same for each address. Default 32, and no limit for this machine; a number that is given holds for all.',
    'too_many_sessions',
  ),
  maxArrivals: count(
    'maxArrivals',
    1000,
    'clients',
    'Clients that wait for `auth` or for their room. One more makes the oldest one go.',
    'server_full',
  ),
  drainMs: number(
    'drainMs',
    2000,
    'ms',
    0,
    'Time that a closed connection stays open while its client neither reads nor answers. A client that reads gets all, for this time plus that of its bytes at 128 KiB/s.',
  ),
  maxBytesPerSecond: number(
    'maxBytesPerSecond',
    4 * 1024 * 1024,
    'bytes/s',
    aboveZero,
    'Bytes read from one connection, frames of all kinds included. Reading pauses beyond it, after 50 ms of it at once.',
  ),
  maxBytesPerSecondPerAddress: number(
    'maxBytesPerSecondPerAddress',
    undefined,
    'bytes/s',
    aboveZero,
    'The same for each address. Default 16 MiB/s, and no limit for this machine; a number that is given holds for all.',
  ),
  maxBytesPerSecondInAll: number(
    'maxBytesPerSecondInAll',
    64 * 1024 * 1024,
    'bytes/s',
    aboveZero,
    'The same for all connections. One that has 64 KiB/s or less does not wait for others.',
  ),
  maxTimeShare: number(
    'maxTimeShare',
    0.12,
    'share',
    aboveZero,
    'Share of all time that is spent on one connection: its packets, and the rules of its events. As maxBytesPerSecond.',
  ),
  maxTimeSharePerAddress: number(
    'maxTimeSharePerAddress',
    undefined,
    'share',
    aboveZero,
    'The same for each address. Default 0.25, and no limit for this machine; a number that is given holds for all.',
  ),
  maxTimeShareInAll: number(
    'maxTimeShareInAll',
    0.35,
    'share',
    aboveZero,
    'The same for all connections. One that takes 0.02 or less does not wait for others.',
  ),
  maxRooms: count('maxRooms', 1000, 'rooms', 'Rooms at a time.', 'room_limit'),
  maxRoomsPerAddress: count(
    'maxRoomsPerAddress',
    undefined,
    'rooms',
    'Rooms at a time that clients at one address have made. Default 100, and no limit for this machine; a number that is given holds for all.',
    'room_limit',
  ),
  channels: other('channels', 'other', 'Rights and limits of clients in the channels of the server.'),
  exposeErrors: other(
    'exposeErrors',
    'switch',
    'True: the refusal of an event whose rule or handler threw has its message and stack. Default: unless NODE_ENV is `production`.',
  ),
}

/** Options of a kind of room: of `server.define`, and of `new Server({ game })` too. */
export const roomOptionRows: Rows<keyof RoomOptions<AnyGame>> = {
  seed: other('seed', 'other', 'Names the streams of `ctx.random()`. An integer; default: a random one for each room.'),
  maxVersions: count('maxVersions', 16, 'versions', 'Versions kept in the store, the current one included.'),
  maxAgeMs: number('maxAgeMs', infinity, 'ms', 0, 'Time that a version is kept after the next one.'),
  maxHeldVersions: number('maxHeldVersions', 112, 'versions', 0, 'Older versions kept for slow and suspended clients.'),
  maxCatchUpSteps: count(
    'maxCatchUpSteps',
    5,
    'ticks',
    'Ticks made in one go when the process is late; further ones are dropped.',
  ),
  maxQueuedEvents: count('maxQueuedEvents', 100_000, 'events', 'Events that wait for a tick.', 'event_queue_full'),
  maxQueuedEventsPerClient: count(
    'maxQueuedEventsPerClient',
    4096,
    'events',
    'Events of one client that wait for a tick.',
    'event_queue_full',
  ),
  clientTimeShare: number(
    'clientTimeShare',
    0.08,
    'share',
    aboveZero,
    'Share of the time between two ticks in which events of one client are begun, one at least. At most 1.',
  ),
  maxAheadMs: number(
    'maxAheadMs',
    1000,
    'ms',
    0,
    'An event for a later tick than this, counted from the last one, waits no longer than this. At most 60,000.',
  ),
  maxRewindMs: number(
    'maxRewindMs',
    250,
    'ms',
    0,
    'How far before its tick `ctx.seen` of an event with `rewind` may be. At most 5,000; the store keeps as many versions.',
  ),
  limits: other('limits', 'other', 'Limits of sessions in these rooms.'),
  sendEveryTicks: count('sendEveryTicks', 1, 'ticks', 'State and events go out on every n-th tick.'),
  maxBufferedBytes: count(
    'maxBufferedBytes',
    64 * 1024,
    'bytes',
    'A client with more unsent bytes is skipped until they have left.',
  ),
  slowTimeoutMs: count('slowTimeoutMs', 10_000, 'ms', 'A client that is skipped for this long is closed.', 'too_slow'),
  maxJoinsPerTick: count('maxJoinsPerTick', 32, 'clients', 'Clients let in between two ticks; the others wait.'),
  maxJoinBytesPerTick: count(
    'maxJoinBytesPerTick',
    4 * 1024 * 1024,
    'bytes',
    'Bytes of snapshots for them, after one client at least.',
  ),
  handOverHost: other(
    'handOverHost',
    'switch',
    'True: the session connected longest becomes host when that of the host ends.',
    true,
  ),
  maxClients: count(
    'maxClients',
    infinity,
    'clients',
    'Clients in one room, reserved seats and suspended sessions included.',
    'room_full',
  ),
  idleGraceMs: number(
    'idleGraceMs',
    30_000,
    'ms',
    0,
    'Time that an empty room waits for a client before it ends; Infinity keeps it. Always Infinity with one game.',
  ),
  runWhenEmpty: other(
    'runWhenEmpty',
    'switch',
    'True: ticks go on while the room is empty. Default true with one game.',
    false,
  ),
  private: other('private', 'switch', 'True: not listed, and found by its id alone.', false),
  metadata: other('metadata', 'other', 'Plain data that describes a room. At most 4 KiB.'),
  madeByClients: other(
    'madeByClients',
    'switch',
    'True: a room that a client asks for is made. False: refused with `unknown_room`.',
    true,
  ),
  sessionsPerUser: other(
    'sessionsPerUser',
    'choice',
    'An older session of a user in the room stays, or ends with `kicked`.',
    'both',
    ['both', 'newest'],
  ),
  hostShutsDown: other(
    'hostShutsDown',
    'choice',
    'Target of a shutdown by the host client; with `nothing` it is refused with `not_host_client`.',
    'nothing',
    ['room', 'server', 'nothing'],
  ),
  sendMembers: other('sendMembers', 'switch', 'True: each client gets the members of its room.', true),
  latencyIntervalMs: number(
    'latencyIntervalMs',
    5000,
    'ms',
    aboveZero,
    'Time between two events with changed round-trip times of members; Infinity: none.',
  ),
  maxPresenceBytes: count(
    'maxPresenceBytes',
    1024,
    'bytes',
    'Presence of one client. More is refused.',
    'presence_too_large',
  ),
  channels: other('channels', 'other', 'Rights and limits of clients in the channels of one room.'),
  save: other('save', 'other', 'Keeps the state beyond the room. Default: the state ends with the room.'),
  auth: other('auth', 'function', 'Finds the user of a client, in place of `auth` of the server.'),
  handlers: other('handlers', 'other', 'Handlers by event, as `registerEventHandler` adds them.'),
  onCreate: other('onCreate', 'function', 'Called when a room is made.'),
  onJoin: other('onJoin', 'function', 'Called after a client has joined.'),
  onLeave: other('onLeave', 'function', 'Called after a client has left for good.'),
  onTick: other('onTick', 'function', 'Called after each tick.'),
  onShutdown: other('onShutdown', 'function', 'Called before a room ends or is shut down.'),
}

const runOptionNames: Rows<keyof RunOptions> = {
  port: other('port', 'other', 'Port to listen at; 0 for any free one, false for none.'),
  hostname: other('hostname', 'other', 'Address to listen at.', 'localhost'),
  path: other('path', 'other', 'Path of the game, or path before those of rooms.'),
  requestListener: other('requestListener', 'function', 'Answers HTTP requests at the same port.'),
  tls: other('tls', 'other', 'Certificate and key.'),
  allowedOrigins: other('allowedOrigins', 'other', 'Web pages that may connect.'),
  trustProxy: other('trustProxy', 'other', 'Proxies whose `X-Forwarded-For` is believed.'),
  listeners: other('listeners', 'other', 'Further listeners, for other transports.'),
}

/** Options of `server.run`. */
export const runOptionRows: readonly ServerOptionRow[] = Object.values(runOptionNames)

/** Options of `server.shutdown`. */
export const shutdownOptionRows: Rows<keyof ShutdownOptions> = {
  reason: other('reason', 'other', 'For people at the clients.'),
  drainMs: number(
    'drainMs',
    undefined,
    'ms',
    0,
    'Time that transports may take to send what waits and to close. Default: `drainMs` of the server.',
  ),
  endSessions: other(
    'endSessions',
    'switch',
    'True: all sessions end for good. False: they may resume if the same object runs again in time.',
    false,
  ),
}

/** Settled options of a kind of room: options with a default have it. */
export type SettledRoomOptions = RoomOptions<AnyGame> &
  Required<
    Pick<
      RoomOptions<AnyGame>,
      | 'maxVersions'
      | 'maxAgeMs'
      | 'maxHeldVersions'
      | 'maxCatchUpSteps'
      | 'maxQueuedEvents'
      | 'maxQueuedEventsPerClient'
      | 'clientTimeShare'
      | 'maxAheadMs'
      | 'maxRewindMs'
      | 'sendEveryTicks'
      | 'maxBufferedBytes'
      | 'slowTimeoutMs'
      | 'maxJoinsPerTick'
      | 'maxJoinBytesPerTick'
      | 'handOverHost'
      | 'maxClients'
      | 'idleGraceMs'
      | 'runWhenEmpty'
      | 'private'
      | 'madeByClients'
      | 'sessionsPerUser'
      | 'hostShutsDown'
      | 'sendMembers'
      | 'latencyIntervalMs'
      | 'maxPresenceBytes'
    >
  >

/** Settled options of a server. */
export type SettledServerOptions = ServerOptions &
  Required<
    Pick<
      ServerOptions,
      | 'authTimeoutMs'
      | 'maxSessions'
      | 'maxHandshakes'
      | 'maxArrivals'
      | 'drainMs'
      | 'maxBytesPerSecond'
      | 'maxBytesPerSecondInAll'
      | 'maxTimeShare'
      | 'maxTimeShareInAll'
      | 'maxRooms'
    >
  >

/**
 * Checks options against their rows, and fills in the defaults.
 * @param owner for the error: `new Server`, `run`
 * @throws ServerError `invalid_argument` naming the option that is unknown or out of range
 */
export function settle<Options extends object>(
  owner: string,
  rows: Readonly<Record<string, ServerOptionRow>>,
  options: Options,
): Options {
  checkKeys(owner, options, Object.keys(rows))
  const given = options as Record<string, unknown>
  const settled: Record<string, unknown> = {}
  for (const row of Object.values(rows)) {
    const value = given[row.name]
    if (value === undefined) {
      if (row.default !== undefined) settled[row.name] = row.default
      continue
    }
    checkOption(row, value)
    settled[row.name] = value
  }
  return settled as Options
}

function checkOption({ name, type, min, choices = [] }: ServerOptionRow, value: unknown): void {
  const wrong = (wanted: string): never => {
    throw new ServerError('invalid_argument', `${name} is ${wanted}, not ${String(value)}`)
  }
  if (type === 'count') checkCounts({ [name]: value as number })
  else if (type === 'number' && !(typeof value === 'number' && value >= min)) {
    wrong(min === aboveZero ? 'a number above 0' : `a number from ${min}`)
  } else if (type === 'switch' && typeof value !== 'boolean') wrong('true or false')
  else if (type === 'function' && typeof value !== 'function') wrong('a function')
  else if (type === 'choice' && !choices.includes(String(value))) wrong(choices.join(' or '))
}

/** @throws ServerError `invalid_argument` naming the first value that is no whole number from 1 and not Infinity */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if ((value === infinity || Number.isInteger(value)) && value >= 1) continue
    throw new ServerError('invalid_argument', `${name} is a whole number from 1, not ${value}`)
  }
}

/** @throws ServerError `invalid_argument` */
export function settleRunOptions(options: RunOptions): RunOptions {
  const settled = settle<RunOptions>('run', runOptionNames, options)
  const { port = 0 } = settled
  if (port === false || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return settled
  throw new ServerError('invalid_argument', `a port is from 0 to 65535 or false, not ${port}`)
}
