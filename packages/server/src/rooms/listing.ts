import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { checkKeys, ServerError } from '../errors.js'
import type { RoomListing, RoomMetadata, RoomStatus } from '../room.js'

/** Metadata of many rooms travel in one list. */
const maxMetadataBytes = 4096
const maxLimit = 1000
/** The name of a kind of room. */
export const kindForm = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/
const queryKeys = ['kind', 'where', 'open', 'limit']

export interface RoomFilter {
  /** Only rooms of this kind. */
  kind?: string
  /** Only rooms whose metadata has all of these values, compared by value. */
  where?: Readonly<Record<string, string | number | boolean | null>>
  /** Only rooms that would let a client in now: not locked, not full. Default false. */
  open?: boolean
  /** Most rooms in the list, 1 to 1,000. Default 100. */
  limit?: number
}

/** A room as the list sees it. */
export interface ListedRoom {
  readonly kind: string
  readonly status: RoomStatus
  readonly isPrivate: boolean
  readonly isOpen: boolean
  readonly metadata: RoomMetadata
  readonly info: RoomListing
}

/** @returns the public rooms that match, oldest first. @throws ServerError `invalid_argument` */
export function listRooms(rooms: Iterable<ListedRoom>, filter: RoomFilter = {}): RoomListing[] {
  checkKeys('listRooms', filter, queryKeys)
  const { kind, where = {}, open = false, limit = 100 } = filter
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxLimit)) {
    throw new ServerError('invalid_argument', `limit is a whole number from 1 to ${maxLimit}, not ${limit}`)
  }
  const wanted = Object.entries(where)
  const listed: RoomListing[] = []
  for (const room of rooms) {
    if (listed.length === limit) break
    const { metadata } = room
    if (room.isPrivate || room.status !== 'open' || (kind !== undefined && room.kind !== kind)) continue
    if (open && !room.isOpen) continue
    if (wanted.every(([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value)) listed.push(room.info)
  }
  return listed
}

/**
 * Reads a filter from the query of a URL: `kind`, `where` as JSON, `open` as true or false, `limit`.
 * @throws ServerError `invalid_argument`, also for unknown or repeated keys: a list of other rooms than asked for would mislead
 */
export function readRoomFilter(query: URLSearchParams): RoomFilter {
  for (const key of query.keys()) {
    if (queryKeys.includes(key) && query.getAll(key).length === 1) continue
    throw new ServerError('invalid_argument', `the query may have ${queryKeys.join(', ')}, each once`)
  }
  const kind = query.get('kind')
  const where = query.get('where')
  const limit = query.get('limit')
  const open = query.get('open') ?? 'false'
  if (open !== 'true' && open !== 'false') throw new ServerError('invalid_argument', 'open is true or false')
  return {
    ...(kind !== null && { kind }),
    ...(where !== null && { where: readWhere(where) }),
    ...(limit !== null && { limit: Number(limit) }),
    open: open === 'true',
  }
}

function readWhere(text: string): NonNullable<RoomFilter['where']> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ServerError('invalid_argument', 'where is a JSON object', { cause })
  }
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isTable && Object.values(value as object).every((item) => item === null || typeof item !== 'object')) {
    return value as NonNullable<RoomFilter['where']>
  }
  throw new ServerError('invalid_argument', 'where is an object of strings, numbers, booleans and null')
}

/** @returns a frozen copy. @throws ServerError `invalid_argument` for a value that is not a plain object of at most 4 KiB */
export function copyMetadata(metadata: RoomMetadata): RoomMetadata {
  let bytes: Uint8Array
  try {
    bytes = encodeValue(metadata)
  } catch (cause) {
    throw new ServerError('invalid_argument', 'metadata holds plain values', { cause })
  }
  const copy = decodeValue(bytes)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    throw new ServerError('invalid_argument', 'metadata is an object')
  }
  if (bytes.length > maxMetadataBytes) {
    throw new ServerError('invalid_argument', `metadata takes more than ${maxMetadataBytes} bytes`)
  }
  return Object.freeze(copy as RoomMetadata)
}

/** Properties of a room besides its state. */
export interface Traits {
  readonly private: boolean
  readonly locked: boolean
  readonly metadata: RoomMetadata
}

/**
 * The traits of one room: from its kind, from the caller of `createRoom`, from its saved state, and from later changes.
 *
 * Invariant: an object that `now` has returned never changes; after a change there is another one.
 */
export class RoomTraits {
  readonly #given: Partial<Traits>
  /** The current traits. Read often, so it is a field; only this class sets it. */
  now: Traits
  /** True if the room was locked when it was saved, and has not been unlocked since. */
  isLockRestored = false

  /**
   * @param usual those of the kind
   * @param given by the caller of `createRoom`; they hold against saved ones
   * @throws ServerError `invalid_argument` for metadata that is too large or not plain
   */
  constructor(usual: Omit<Traits, 'locked'>, given: Partial<Traits> = {}) {
    this.#given = given.metadata === undefined ? given : { ...given, metadata: copyMetadata(given.metadata) }
    this.now = { ...usual, locked: false, metadata: copyMetadata(usual.metadata), ...this.#given }
  }

  /** @throws ServerError `invalid_argument` as the constructor does */
  change(change: Partial<Traits>): void {
    const { metadata } = change
    this.now = { ...this.now, ...change, ...(metadata !== undefined && { metadata: copyMetadata(metadata) }) }
    if (!this.now.locked) this.isLockRestored = false
  }

  /** @param saved `now` of the saved room; any other value changes nothing */
  restore(saved: unknown): void {
    if (!isTraits(saved)) return
    const { private: isPrivate, locked, metadata } = saved
    this.change({ private: isPrivate, locked, metadata, ...this.#given })
    this.isLockRestored = this.now.locked
  }
}

function isTraits(value: unknown): value is Traits {
  if (typeof value !== 'object' || value === null) return false
  const { private: isPrivate, locked, metadata } = value as Record<string, unknown>
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return false
  return typeof isPrivate === 'boolean' && typeof locked === 'boolean'
}
