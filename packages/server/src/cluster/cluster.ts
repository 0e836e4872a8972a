import type { Socket } from 'node:net'
import type { Clock, Logger } from '@tygase/gamestate'
import type { HandedRequest, SocketGiver } from '../entrance/listener.js'
import type { Journal, JournaledRoom } from '../journal/journal.js'
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
  /** The address of the client. A room that another server makes for it counts there in `maxRoomsPerAddress`. */
  readonly host?: string | undefined
}

/** Where a client is to go. */
export type RoomPlace =
  /** This process has the room, or has just claimed it. */
  | { readonly at: 'here'; readonly id: string }
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
  /** @returns the key of the room of a client at another server, by its id; undefined for none */
  findClient(clientId: string): Promise<string | undefined>
  /** Finds the room of a client that is in no room of this process. */
  find(room: WantedRoom, wish: RoomWish): Promise<RoomPlace>
  /**
   * Asks which other process behind the same port has a room, for a client whose request names it. Left out by clusters whose
   * processes share no port.
   * @returns undefined for a room that no other process here has. Rejects with the error of the engine
   */
  giverFor?(key: string): Promise<SocketGiver | undefined>
  /** Claims a room that the server itself makes. @returns false if another server has it */
  claim(key: string, options?: { readonly aboveEpoch?: number }): Promise<boolean>
  /** The epoch of a room for which this process may act now: it grows whenever the room changes hands. */
  epochOf(key: string): number | undefined
  /**
   * Whether others take a server of the cluster for dead, by the id of one start of its process.
   * @returns undefined while that is not known: it has no record, and is waited for a lease
   */
  isAlive(serverId: string): boolean | undefined
  /** All servers that are not dead, with this one. */
  readonly servers: readonly ClusterServerInfo[]
  /** The public rooms of other servers, as they were a moment ago. */
  readonly otherRooms: readonly RoomListing[]
  /** Messages of channels that all servers share. */
  readonly channels: SharedChannels
  /** The room has ended here. Throws nothing. */
  release(key: string): void
  /**
   * Takes no more rooms or clients, and hands the rooms that are left over to other servers. Resolves when this process has none.
   * Rejects with `cluster_full` if no server takes one of them; it stays here.
   */
  drain(options?: DrainOptions): Promise<void>
}

/** Messages between the servers of a cluster, by the name of a channel. All of it may be used before `join` and after `leave`. */
export interface SharedChannels {
  /** Sends to the subscribers at all other servers. Throws a coded error for a message that is too large. */
  publish(channel: string, message: Uint8Array): void
  /** Takes the messages of all other servers: each once, in the order of its server. @returns a function that ends it */
  subscribe(channel: string, listener: (message: Uint8Array) => unknown): () => void
  /** Calls `listener` if messages for subscribers here got lost. @returns a function that removes it */
  onLost(listener: (lost: { readonly channel: string; readonly count: number }) => unknown): () => void
}

/** One server of the cluster, as others see it. */
export interface ClusterServerInfo {
  /** Of one start of its process. */
  readonly serverId: string
  /** Where clients reach this very process. Empty: nowhere. */
  readonly address: string
  readonly processId: number
  /** Sessions and seats that are kept. */
  readonly sessions: number
  readonly maxSessions: number
  /** How much it takes beside others. */
  readonly weight: number
  /** `draining`: takes no more rooms. */
  readonly status: 'up' | 'draining'
}

/** A process as one server of a cluster: what its journals need to know. */
export interface ClusterIdentity {
  /** New for each start of a process. */
  readonly serverId: string
  readonly mayAct: () => boolean
  readonly epochOf: (key: string) => number | undefined
}

/** A journal that the processes of a cluster share: `openSharedJournal` of `@tygase/record`. */
export interface SharedJournal extends Journal {
  /** This process is another server from now on: it writes anew. */
  join(identity: ClusterIdentity): void | Promise<void>
  /** What dead servers have left of a room: that of the highest epoch. Waits until each server that has written is known or dead. */
  left(key: string, isAlive: (serverId: string) => boolean | undefined): Promise<LeftRoom | undefined>
  /** Keys of rooms that dead servers have left, and that no other one has taken over. */
  orphans(isAlive: (serverId: string) => boolean | undefined): Promise<readonly string[]>
}

/** What a dead server has left of a room. Who goes on with it needs a higher epoch. */
export interface LeftRoom extends JournaledRoom {
  readonly epoch: number
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
  /** @returns the key of the room of a client of this server; undefined for another client */
  roomOfClient(clientId: string): string | undefined
  /** Keys of all rooms, oldest first. */
  readonly rooms: readonly string[]
  /** The public rooms, oldest first. */
  listRooms(): readonly RoomListing[]
  /**
   * Keeps a seat in a room for a client that another server sends here.
   * @param isClaimed true if the room is claimed: it is made if it is not here
   * @param host the address of the client
   * @returns the ticket. Rejects with an error whose code the client gets: `server_full`, `room_full`, `room_locked`, `unknown_room` …
   */
  keepSeat(kind: string, id: string, isClaimed: boolean, host: string | undefined): Promise<string>
  /** Goes on with a socket that another process has accepted at the same port. */
  takeSocket(socket: Socket, request: HandedRequest): void
  /** True for a kind whose rooms have a journal. */
  isKept(kind: string): boolean
  /** True while a room of this server is on its way to another one, or waits in its journal for one. */
  isLeaving(key: string): boolean
  /** True if a server that is not alive has left something of the room in its journal. */
  isLeft(key: string): Promise<boolean>
  /** Keys of all rooms that servers which are not alive have left. */
  orphans(): Promise<readonly string[]>
  /** This process is another server from now on. Called after `join` has begun, and after `loseRooms`. */
  joined(identity: ClusterIdentity): Promise<void>
  /** Opens a room that is claimed, as a server that is not alive has left it. */
  openRoom(key: string): Promise<void>
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
