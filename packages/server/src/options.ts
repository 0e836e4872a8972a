import type { RequestListener } from 'node:http'
import type { TlsOptions } from 'node:tls'
import type { AnyGame, Clock, Immutable, MachineOptions, StateOf, StoreOptions } from '@tygase/gamestate'
import type { LoggerOption } from '@tygase/gamestate/internal'
import type { CloseInfo, SessionLimits } from '@tygase/protocol/internal'
import type { Auth } from './auth.js'
import type { ChannelsOptions } from './channels.js'
import type { ServerCluster } from './cluster/cluster.js'
import type { DivergenceOptions } from './divergence/divergence.js'
import type { BlockList, TrustProxy } from './entrance/address.js'
import type { AccessLogTarget } from './entrance/door.js'
import type { AllowedOrigins } from './entrance/http-answers.js'
import type { Listener } from './entrance/listener.js'
import type { Journal } from './journal/journal.js'
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
  /**
   * The journal of the room cannot be written: clients get nothing until it can. Called once with the error, and once without when it
   * is written again.
   */
  onJournal?: (room: R, error: Error | undefined) => void
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
  /**
   * Writes down what happens in the rooms, so that the next process goes on with them: state, clients and sessions. Made by
   * `openJournal` of `@tygase/record`. It needs no storage; with both, the storage has the room also after its end.
   */
  journal?: Journal
  /** Time between two snapshots in the journal, in ms. Default 10,000. */
  snapshotMs?: number
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
  /** Clients let in between two ticks on which state goes out; the others wait. Eight that come back count as one. */
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
  /** Clients are asked now and then whether their replica is right; one that is wrong gets a snapshot. False: they are not asked. */
  divergence?: false | DivergenceOptions
  /** Finds the user of a client, in place of `auth` of the server. */
  auth?: Auth
  /** Handlers by event, as `registerEventHandler` adds them. */
  handlers?: { readonly [Name in keyof G['events'] & string]?: ServerEventHandler<HandlerData<G, Name>> }
}

/** Options of a server; ranges and defaults are in the table of options. */
export interface ServerOptions {
  /** Finds the user of a client, or refuses it, before anything is made for it. Default: clients have no user. */
  auth?: Auth
  /** Time limit of `auth`, in ms, above 0. Default 4,000. */
  authTimeoutMs?: number
  /** Keeps saved rooms, unless their kind says otherwise. */
  storage?: Storage
  /** The servers among which this one is: `new Cluster(…)` of `@tygase/cluster`. Each room is at one of them. Default: it is alone. */
  cluster?: ServerCluster
  /** Default: warnings and errors go to the console; false silences it. */
  logger?: LoggerOption
  /** Gets an entry for each client that comes, goes or is refused; it must not be the `logger`. Default: off. */
  accessLog?: AccessLogTarget
  /** Addresses that may not connect; it may change at any time. */
  blockList?: BlockList
  /** Sizes, times and rates of sessions. Default: `defaultSessionLimits`. */
  limits?: Partial<SessionLimits>
  /** Default: real time. */
  clock?: Clock
  /** Time of day in ms of Unix time, for the expiry of identities. Default: the system's. */
  wallClock?: { now(): number }
  /** From 0 to below 1. Resume tokens and tickets are drawn from it, so only tests give one. Default: cryptographic. */
  random?: () => number
  /** Sessions at a time, suspended ones included, from 1. Default 10,000. */
  maxSessions?: number
  /** Sessions at a time from one address, from 1. Default 100, and no limit for this machine. */
  maxSessionsPerAddress?: number
  /** Sockets and transports without a hello, from 1. One more makes the oldest one go. Default 256. */
  maxHandshakes?: number
  /** The same for each address. Default 32, and no limit for this machine. */
  maxHandshakesPerAddress?: number
  /** Clients that wait for `auth` or for their room, from 1. One more makes the oldest one go. Default 1,000. */
  maxArrivals?: number
  /** Time that the transport of an ended session may take to send what waits and to close, while its client reads nothing. */
  drainMs?: number
  /** Bytes that are read from one connection in a second, above 0. Reading pauses beyond it. Default 4 MiB. */
  maxBytesPerSecond?: number
  /** The same for each address. Default 16 MiB, and no limit for this machine. */
  maxBytesPerSecondPerAddress?: number
  /** The same for all connections together. Default 64 MiB. */
  maxBytesPerSecondInAll?: number
  /** Share of all time that is spent on one connection, rules of its events included. Default 0.12. */
  maxTimeShare?: number
  /** The same for each address. Default 0.25, and no limit for this machine. */
  maxTimeSharePerAddress?: number
  /** The same for all connections together. Default 0.35. */
  maxTimeShareInAll?: number
  /** Rooms at a time, from 1. Default 1,000. */
  maxRooms?: number
  /** Rooms at a time that clients at one address have made. Default 100, and no limit for this machine. */
  maxRoomsPerAddress?: number
  /** Rights and limits of clients in the channels of the server, which all rooms share. */
  channels?: ChannelsOptions
  /** True: the refusal of an event whose rule or handler threw has its message and stack. Default: unless NODE_ENV is `production`. */
  exposeErrors?: boolean
}

/** Options of `server.run`. */
export interface RunOptions {
  /** 0 to 65535, 0 for any free port; `false` does not listen, for play in process. Default 0. */
  port?: number | false
  /** Address to listen at. Default `localhost`: this machine alone. */
  hostname?: string
  /** With one game: clients of another path are refused with `unknown_room`. With rooms: the path before theirs. Default: any path; none. */
  path?: string
  /**
   * Answers HTTP requests at the same port. Default: `GET /rooms` gets the public rooms, anything else 426. In development a browser
   * on this machine gets a page in which the game is played by hand, if the package `@tygase/inspect` is installed.
   */
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

/** Options of `server.shutdown`. */
export interface ShutdownOptions {
  /** For people at the clients. */
  reason?: string
  /** Time that transports may take to send what waits and to close. Default: `drainMs` of the server. */
  drainMs?: number
  /** True: all sessions end for good, and rooms close. Default false: sessions may resume if this object runs again in time. */
  endSessions?: boolean
  /**
   * True: rooms with a journal go on in the next process, whatever `endSessions` says. Their last snapshot is written, and the journal
   * closed. This object has them no more. Default false.
   */
  handOver?: boolean
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
