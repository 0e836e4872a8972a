/*
 * What a page asks of its look, by `connection.request(name, data)`. Answers come at once, and have at most 48 KiB.
 *
 * Requests that fail are refused with a code: `request_invalid`, `right_missing`, `too_many_requests`, `not_found` (no room is looked at,
 * it has ended, or nothing is at the path), `version_gone` (the inspector does not keep this version any more), `look_failed` (a `view`
 * or an action has thrown; the message says how).
 */

/** A key of an object, an index of an array, or the id of a row. */
export type PathKey = string | number

/** From the state down, at most 32 keys. */
export type StatePath = readonly PathKey[]

/** Requests of a page that looks. All need the right `inspect`. */
export interface LookRequests {
  /** Which rooms the state of the look lists. */
  browse: { data: RoomsQuery; result: null }
  /** Looks at a room by its key, `arena/42`. With null at none. What was kept of the room before is forgotten. */
  look: { data: { room: string | null }; result: null }
  /** A node of the state with its children. */
  tree: { data: TreeQuery; result: TreeAnswer }
  /** How two versions differ. */
  diff: { data: DiffQuery; result: DiffAnswer }
  /** What the bytes between two versions are spent on. */
  bytes: { data: BytesQuery; result: BytesAnswer }
  /** Older entries of the log than the state of the look has. */
  log: { data: LogQuery; result: LogAnswer }
  /** Entry `number` of the log with its data in full, as JSON, and the stack of a failure below it: at most 16,384 characters. */
  entry: { data: { number: number }; result: { text: string; cut: boolean } }
}

/**
 * What a page does to the room that it looks at. All need the right `act`, and the `nonce` of the session beside the other data:
 * `connection.request('kick', { clientId, nonce })`. Each is logged.
 */
export interface LookActions {
  /** Runs an event of the game by its rule, as the server's own, or as one of a client. */
  send: { data: { name: string; data?: unknown; clientId?: string }; result: null }
  /** Sends an event to clients; to all if `to` is left out. */
  dispatch: { data: { name: string; data?: unknown; to?: readonly string[] }; result: null }
  /**
   * Sets the value at a path, or deletes it if `value` is left out. The value is plain JSON. The room gets a version of its own for it.
   * A path through a row sets a field of the row.
   */
  edit: { data: { path: StatePath; value?: unknown }; result: { version: number } }
  /** Ends the session of a client. */
  kick: { data: { clientId: string; reason?: string }; result: null }
  /** The ticks stop. */
  pause: { data: Record<never, never>; result: null }
  /** The ticks go on. */
  resume: { data: Record<never, never>; result: null }
  /** Makes ticks of a paused room: 1 to 100, default 1. */
  step: { data: { ticks?: number }; result: { tick: number } }
  /** Begins to record the room. It ends by itself after ten minutes, at 64 MiB, and with the room. */
  record: { data: Record<never, never>; result: { id: string } }
  /** Ends a recording. It can be downloaded for ten minutes. */
  stopRecording: { data: { id: string }; result: null }
}

/** All that a page may ask for, by name. */
export type LookAsks = LookRequests & LookActions

/** The rooms that a page wants to see. */
export interface RoomsQuery {
  /** A part of the key of the room. Case does not count. Default: all rooms. */
  readonly search?: string
  /** Default `key`. */
  readonly sort?: RoomsSort
  /** Default false. */
  readonly descending?: boolean
  /** How many matching rooms are left out. Default 0. */
  readonly from?: number
  /** At most 100, the default 50. */
  readonly count?: number
}

export type RoomsSort = 'key' | 'clients' | 'tick' | 'madeAtMs' | 'bytesOut'

/** The node whose children are asked for. */
export interface TreeQuery {
  readonly path: StatePath
  /** Default: the newest. */
  readonly version?: number
  /** The state as this client sees it, by the `view` of the game. Default: all of it. */
  readonly clientId?: string
  /** How many children are left out. Default 0. */
  readonly from?: number
  /** At most 200, the default. */
  readonly count?: number
}

/** `map` is an EntityMap, whose children are rows. */
export type NodeKind =
  | 'object'
  | 'array'
  | 'map'
  | 'bytes'
  | 'text'
  | 'number'
  | 'boolean'
  | 'null'
  | 'undefined'
  | 'other'

/** A value of a state. */
export interface TreeNode {
  /** Its last key. */
  readonly key: PathKey
  readonly kind: NodeKind
  /** The value, or the beginning of it, for people: at most 120 characters. */
  readonly text: string
  /** Number of its children: 0 for a value that has none. */
  readonly size: number
}

export interface TreeAnswer {
  /** The version that was looked at: the one asked for, or the nearest one before it that is kept. */
  readonly version: number
  readonly kind: NodeKind
  /** Number of all children. */
  readonly size: number
  /** How many children were left out before the first. */
  readonly from: number
  readonly children: readonly TreeNode[]
  /** For a value without children: as JSON, at most 16,384 characters. */
  readonly text?: string
  /** True if the text goes on. */
  readonly cut?: boolean
}

export interface DiffQuery {
  readonly from: number
  readonly to: number
  /** As for the tree. */
  readonly clientId?: string
}

/** A place at which two versions differ. */
export interface Difference {
  readonly path: StatePath
  readonly kind: 'added' | 'removed' | 'changed'
  /** For people, at most 120 characters each. Left out if there is none. */
  readonly before?: string
  readonly after?: string
}

export interface DiffAnswer {
  readonly from: number
  readonly to: number
  /** At most 500. */
  readonly differences: readonly Difference[]
  /** True if there are more. */
  readonly cut: boolean
}

export interface BytesQuery {
  /** Undefined: a snapshot of `to`, as a client gets it that joins. */
  readonly from?: number
  readonly to: number
  /** True: the sum over all deltas from one kept version to the next, at most 200 of them, as a client gets them. Default: one delta. */
  readonly each?: boolean
  readonly clientId?: string
}

/** Bytes of a part of a delta. */
export interface BytesPart {
  /** Keys of the state, then for a map `*` and the field. `(structure)` at the end: what says which rows and fields follow. */
  readonly path: readonly string[]
  readonly bytes: number
}

export interface BytesAnswer {
  readonly from?: number
  readonly to: number
  /** How many deltas were added up. */
  readonly deltas: number
  /** Of all parts: bytes of the deltas, without packet and socket. */
  readonly total: number
  /** The largest first, at most 200. */
  readonly parts: readonly BytesPart[]
  /** Bytes of the parts beyond. */
  readonly others: number
}

export interface LogQuery {
  /** Entries with lower numbers are asked for. Default: the newest. */
  readonly before?: number
  /** At most 100, the default. */
  readonly count?: number
  /** A part of the name, the client or the code. Default: all entries. */
  readonly search?: string
}

export interface LogAnswer {
  /** The newest first. */
  readonly entries: readonly LogEntry[]
  /** The oldest number that is kept. */
  readonly oldest: number
}

/**
 * `event`: reached the rules. `refused`: did not change the state, by a rule or before. `failed`: its rule has thrown. `sent`: went out to
 * clients. `dropped`: ticks were left out. `action`: done by a page that inspects.
 */
export type LogKind =
  | 'event'
  | 'join'
  | 'leave'
  | 'suspend'
  | 'back'
  | 'refused'
  | 'failed'
  | 'sent'
  | 'dropped'
  | 'action'

/** What happened in a room. */
export interface LogEntry {
  /** Counts up from 1 while a room is looked at. */
  readonly number: number
  readonly tick: number
  /** On the clock of the server. */
  readonly atMs: number
  readonly kind: LogKind
  /** Of the event or the action; empty if it has none. */
  readonly name: string
  /** Empty for the server itself. */
  readonly clientId: string
  /** The beginning of its data as JSON, at most 122 characters; empty for none. It ends with `…` if the request `entry` has more. */
  readonly text: string
  /** Code and message of a refusal or a failure, else empty. Of equal failures it has the number, and `tick` is that of the last one. */
  readonly outcome: string
}
