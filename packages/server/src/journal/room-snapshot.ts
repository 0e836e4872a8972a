import { readPlain, writePlain } from '@tygase/gamestate/internal'
import type { SessionLedger } from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import { ServerError } from '../errors.js'
import type { Traits } from '../rooms/listing.js'

/** Layout of a snapshot and of the entries behind it. */
const format = 3

/** A session, and who has it. */
export interface JournaledSession {
  readonly ledger: SessionLedger
  /** When its client has connected, in ms of Unix time, as all times here: clocks of processes differ. */
  readonly connectedAtMs: number
  readonly identity?: Identity
  /** Join data, as the schema has returned them. */
  readonly data?: unknown
  /** Of the rules of its page; undefined if it has not said it. */
  readonly gameVersion?: number
}

/** A session that has begun since the snapshot. */
export interface BegunSession extends Omit<JournaledSession, 'ledger'> {
  readonly clientId: string
  /** Hash of the token. */
  readonly token: Uint8Array
  readonly attempt: Uint8Array
  readonly names: readonly string[]
}

/** What can change in a room besides its state and its sessions. */
export interface RoomFacts {
  /** Client id of the host, null for none. */
  readonly host: string | null
  readonly traits: Traits
  /** False for a game that its server has paused. */
  readonly running: boolean
  /** Hash of the ticket, and the expiry, of each reserved seat. */
  readonly reservations: readonly (readonly [ticket: Uint8Array, expiresAtMs: number])[]
}

/** All that a room is, as one value. */
export interface RoomSnapshot extends RoomFacts {
  /** Kind and id. */
  readonly room: string
  /** Version of the saved state, as `save.version` has it. */
  readonly gameVersion: number
  readonly seed: number
  /** When it was written, in ms of Unix time. */
  readonly atMs: number
  readonly madeAtMs: number
  readonly tick: number
  readonly untimedTicks: number
  /**
   * The versions that rules may look back at, oldest first, and the current one: number, time of the store, and bytes. The first is
   * whole, each further one a delta.
   */
  readonly versions: readonly (readonly [version: number, timeMs: number, delta: Uint8Array])[]
  readonly sessions: readonly JournaledSession[]
  /** Numbers of the sessions that have joined, in the order of their joins. */
  readonly joined: readonly number[]
  /** Events of clients that wait for their tick, though something that came after them has happened: a record of a tick. */
  readonly queued: Uint8Array
  /** Clients that the state may mention. */
  readonly present: readonly string[]
  /** Presence by client id. */
  readonly presences: readonly (readonly [clientId: string, value: unknown])[]
  /** True if the tokens in it are hashes, false if they are the secrets themselves. */
  readonly isHashed: boolean
}

/** A room, and the bytes of it. */
export interface WrittenRoom {
  readonly snapshot: RoomSnapshot
  readonly bytes: Uint8Array
}

/** A room that goes on. */
export interface RecoveredRoom {
  /** False if its server had paused the game. */
  readonly running: boolean
  /** Given if the room is just as it was written down: its journal can begin with that. */
  readonly written?: WrittenRoom | undefined
}

export function encodeSnapshot(snapshot: RoomSnapshot): Uint8Array {
  return writePlain({ format, ...snapshot })
}

/** @throws ServerError `saved_state_invalid` */
export function decodeSnapshot(bytes: Uint8Array): RoomSnapshot {
  let value: unknown
  try {
    value = readPlain(bytes)
  } catch (cause) {
    throw new ServerError('saved_state_invalid', 'the bytes hold no room', { cause })
  }
  const found = (typeof value === 'object' ? value : undefined) as Record<string, unknown> | null | undefined
  const lists = ['versions', 'sessions', 'joined', 'present', 'presences', 'reservations']
  const numbers = ['gameVersion', 'seed', 'atMs', 'madeAtMs', 'tick', 'untimedTicks']
  const isWhole =
    found?.format === format &&
    typeof found.room === 'string' &&
    found.queued instanceof Uint8Array &&
    lists.every((name) => Array.isArray(found[name])) &&
    numbers.every((name) => typeof found[name] === 'number')
  if (!isWhole) throw new ServerError('saved_state_invalid', 'the bytes hold no room of this format')
  // reason: only this server writes them, and the parts are checked as they are used
  return found as unknown as RoomSnapshot
}
