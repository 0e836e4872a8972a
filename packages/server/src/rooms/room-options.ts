import type { AnyGame, EventsOf, Immutable, MachineOptions, StateOf, StoreOptions } from '@tygase/gamestate'
import type { CloseInfo } from '@tygase/protocol'
import type { Auth } from '../auth.js'
import { checkCounts } from '../check-counts.js'
import { ServerError } from '../errors.js'
import type { ServerOptions } from '../server-options.js'
import type { Storage } from '../storage.js'
import type { RoomClient } from './room-client.js'

/** Plain values that say what a room is like, for those who look for one. */
export type RoomMetadata = Readonly<Record<string, unknown>>

/**
 * Handles one event of clients before the rules do; refuses it by throwing a `RefusalError`.
 * @typeParam R a `Room` of the game, here and below
 */
export type MessageHandler<R, Data> = (room: R, client: RoomClient, data: Data) => unknown

/**
 * What is called as a room lives. One that throws, or whose promise rejects, is logged and stops nothing.
 */
export interface RoomHooks<R> {
  /** The room has been made, and nobody is in it. Those who come wait for its promise, for 10 s at most; then it is not made. */
  onCreate?: (room: R) => void | Promise<void>
  onJoin?: (room: R, client: RoomClient) => void
  /** A session has ended for good, with why; once for each `onJoin`. */
  onLeave?: (room: R, client: RoomClient, info: CloseInfo | undefined) => void
  /** After each tick. */
  onTick?: (room: R, tick: number) => void
  /** The room is about to end or to be shut down, and its clients are still there. Its promise is waited for, for 5 s at most. */
  onShutdown?: (room: R) => void | Promise<void>
}

/** How a room's state is kept beyond the room. */
export interface SaveOptions<State> {
  /** Default: the `storage` of the server. */
  storage?: Storage
  /** The version of the game: raised whenever states that were saved before no longer fit. A whole number from 0. */
  version: number
  /** Makes a state of now of one that an older version has saved. Default: there is none, and such a room cannot be made. */
  migrate?: (state: Immutable<unknown>, fromVersion: number) => State | Immutable<State>
  /** From one save to the next. Default 60,000; Infinity saves only when the room is empty, ends or is shut down. */
  intervalMs?: number
  /**
   * Records of this kind of room in the storage; a room beyond is played but not saved, which is logged. They are counted when the
   * first room is saved. From 1, default 10,000; Infinity: no limit.
   */
  maxSavedRooms?: number
}

export interface RoomOptionsOf<G extends AnyGame, R>
  extends RoomHooks<R>,
    StoreOptions,
    Pick<MachineOptions, 'seed' | 'maxCatchUpSteps' | 'maxQueuedEvents'>,
    Pick<
      ServerOptions,
      | 'limits'
      | 'sendEveryTicks'
      | 'handOverHost'
      | 'maxBufferedBytes'
      | 'slowTimeoutMs'
      | 'maxJoinsPerTick'
      | 'maxJoinBytesPerTick'
      | 'channels'
    > {
  /** Says who a client is, in the place of the server's `auth`. */
  onAuth?: Auth
  /** Handlers by event, as `room.onMessage` adds them. */
  onMessage?: { readonly [Name in keyof EventsOf<G> & string]?: MessageHandler<R, EventsOf<G>[Name]['data']> }
  /** Clients in one room, reservations and suspended sessions included; one more is refused with `room_full`. From 1, default no limit. */
  maxClients?: number
  /** How long an empty room waits for somebody before it goes. From 0, default 30,000; Infinity keeps it. */
  idleGraceMs?: number
  /** Ticks go on while nobody is in the room. Default false: its time stands still then. */
  runWhenEmpty?: boolean
  /** Rooms of this kind are not listed, and found by their id alone. Default false. */
  private?: boolean
  /** What rooms of this kind are like at first. */
  metadata?: RoomMetadata
  /** A client that asks for a room that is not there has it made. Default true; otherwise it is refused with `unknown_room`. */
  madeByClients?: boolean
  /** What becomes of an older session in the room when its user joins once more: it stays, or ends with `kicked`. Default `both`. */
  sessionsPerUser?: 'both' | 'newest'
  /**
   * What a host client shuts down that asks for it: its room, the whole server, or nothing, and then it is refused with
   * `not_host_client`. Default `nothing`: in a public room whoever comes first is host.
   */
  hostShutsDown?: 'room' | 'server' | 'nothing'
  /** Clients are told who else is in the room. Default true. Every join is told to all: not for hundreds in one room. */
  tellMembers?: boolean
  /** How often they are told the round-trip times of the others that have changed. Above 0, default 5,000; Infinity: never. */
  latencyIntervalMs?: number
  /** Keeps the state of a room beyond the room, under `rooms/<name>/<id>`. Default: it goes with the room. */
  save?: SaveOptions<StateOf<G>>
}

const needed = {
  maxClients: Number.POSITIVE_INFINITY,
  idleGraceMs: 30_000,
  runWhenEmpty: false,
  private: false,
  madeByClients: true,
  sessionsPerUser: 'both',
  hostShutsDown: 'nothing',
  tellMembers: true,
  latencyIntervalMs: 5000,
} as const

/** What is not given has its default. */
export type SettledRoomOptions<G extends AnyGame, R> = RoomOptionsOf<G, R> &
  Required<Pick<RoomOptionsOf<G, R>, keyof typeof needed>>

/** @throws ServerError `invalid_argument` naming the number or word that is out of range; `checkDefinition` sees to the rest */
export function settleRoomOptions<G extends AnyGame, R>(options: RoomOptionsOf<G, R>): SettledRoomOptions<G, R> {
  const settled = { ...needed, ...options }
  const { maxClients, idleGraceMs, latencyIntervalMs, sessionsPerUser, hostShutsDown, save } = settled
  checkCounts({ maxClients, ...(save?.maxSavedRooms !== undefined && { maxSavedRooms: save.maxSavedRooms }) })
  if (!(typeof idleGraceMs === 'number' && idleGraceMs >= 0)) throw wrong('idleGraceMs', 'a number from 0', idleGraceMs)
  if (!(typeof latencyIntervalMs === 'number' && latencyIntervalMs > 0)) {
    throw wrong('latencyIntervalMs', 'a number above 0', latencyIntervalMs)
  }
  if (!['both', 'newest'].includes(sessionsPerUser)) throw wrong('sessionsPerUser', 'both or newest', sessionsPerUser)
  if (!['room', 'server', 'nothing'].includes(hostShutsDown)) {
    throw wrong('hostShutsDown', 'room, server or nothing', hostShutsDown)
  }
  return settled
}

function wrong(name: string, wanted: string, value: unknown): ServerError {
  return new ServerError('invalid_argument', `${name} is ${wanted}, not ${value}`)
}
