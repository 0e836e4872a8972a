import type { Clock, Logger } from '@tygase/gamestate'
import type { JournaledRoom } from '../journal/journal.js'
import type { RoomListing } from '../room.js'

/** A room by its kind and id; without an id any public room of the kind. */
export interface WantedRoom {
  readonly kind: string
  readonly id: string | undefined
}

/** What a client may want of a room. */
export interface RoomWish {
  /** False: the client looks for its session, or rooms of this kind are not made by clients. A room that is nowhere is not made. */
  readonly mayMake: boolean
  /** True: the client looks for its session, so no seat is kept for it. */
  readonly isBack: boolean
}

/** Where a client is to go. */
export type RoomPlace =
  /** This process has the room, or has just claimed it; `left`: what another process has left of it. */
  | { readonly at: 'here'; readonly id: string; readonly left: JournaledRoom | undefined }
  /** `address` is where the client gets in: the path of the room is in it, and the seat that is kept for it. */
  | { readonly at: 'elsewhere'; readonly address: string }
  /** There is no such room, and none may be made. */
  | { readonly at: 'nowhere' }

/**
 * The cluster whose server this process is, as `Server` needs it: the option `cluster`. It is made by `new Cluster` of `@tygase/cluster`.
 *
 * Promises reject with a coded error: `cluster_full` if no server takes a room or a client; `not_acting` while this process may act
 * for nothing; those of the engine.
 */
export interface ServerCluster {
  /** True while this process may act for its rooms. Asked before each tick, packet and write: a comparison of two numbers. */
  readonly mayAct: boolean
  /** Joins, before clients come; again after `leave`. Rejects if the engine cannot be reached. */
  join(host: ClusterHost): Promise<void>
  /** Gives back what this process has. Calls nothing of its host any more. */
  leave(): Promise<void>
  /** Finds the room of a client that is in no room of this process. */
  find(room: WantedRoom, wish: RoomWish): Promise<RoomPlace>
  /**
   * Claims a room that the server itself makes.
   * @returns what another process has left of it; false if another server has it
   */
  claim(key: string): Promise<JournaledRoom | undefined | false>
  /** The epoch of a room for which this process may act now: it grows whenever the room changes hands. */
  epochOf(key: string): number | undefined
  /** The room has ended here. Throws nothing. */
  release(key: string): void
  /**
   * Takes no more rooms or clients, and hands the rooms that are left over to other servers. Resolves when this process has none.
   * Rejects with `cluster_full` if no server takes one of them; it stays here.
   */
  drain(options?: DrainOptions): Promise<void>
}

/** Options of `drain`. */
export interface DrainOptions {
  /** Time that rooms may take to end by themselves, in ms from 0. Default 0: they are handed over at once. */
  deadlineMs?: number
}

/** What a cluster may ask of its server. */
export interface ClusterHost {
  readonly clock: Clock
  readonly logger: Logger
  /** Path before those of rooms, as `run` has it; empty for none. */
  readonly path: string
  /** Sessions, clients on their way in, and seats that are kept free. */
  readonly sessions: number
  readonly maxSessions: number
  /** The version of the rules, by kind of room. */
  readonly kinds: ReadonlyMap<string, number>
  /** Keys of all rooms, oldest first. */
  readonly rooms: readonly string[]
  /** The public rooms, oldest first. */
  listRooms(): readonly RoomListing[]
  /**
   * Keeps a seat in a room for a client that another server sends here.
   * @param claimed set if the room is not here yet, and claimed: it is made, from what another process has left of it
   * @returns the ticket. Rejects with a ServerError that the client gets: `room_full`, `room_locked`, `room_closed`, `unknown_room` …
   */
  keepSeat(kind: string, id: string, claimed?: { readonly left: JournaledRoom | undefined }): Promise<string>
  /** This process has lost its rooms: they end here without a word, and their clients look for them. */
  loseRooms(): void
  /**
   * A room goes on at another server. It stands still from before `take` until its end.
   * @param take gives it to the other server; the room goes on here if it rejects
   */
  moveRoom(key: string, take: (bytes: Uint8Array) => Promise<void>): Promise<void>
  /** Goes on with a room that is claimed. @param bytes those of `moveRoom` of another server */
  takeRoom(key: string, bytes: Uint8Array): Promise<void>
}
