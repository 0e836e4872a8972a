import { ServerError } from '../errors.js'
import type { RoomStatus } from './room-life.js'
import type { RoomMetadata } from './room-options.js'

/** A room as anybody may know it. */
export interface RoomListing {
  /** The kind of room. */
  readonly name: string
  readonly id: string
  readonly clients: number
  /** Missing where there is no limit. */
  readonly maxClients?: number
  readonly locked: boolean
  readonly metadata: RoomMetadata
}

export interface RoomFilter {
  /** Rooms of this kind alone. */
  name?: string
  /** Rooms whose metadata has all of these values: texts, numbers, booleans and null, compared by value. */
  where?: Readonly<Record<string, string | number | boolean | null>>
  /** Rooms that would let a client in now: neither locked nor full. Default false: all that are public. */
  open?: boolean
  /** How many at most, from 1 to 1,000. Default 100. */
  limit?: number
}

/** What has to be known of a room to list it: a `Room`. */
export interface ListedRoom {
  readonly name: string
  readonly status: RoomStatus
  readonly isPrivate: boolean
  readonly isOpen: boolean
  readonly metadata: RoomMetadata
  readonly listing: RoomListing
}

const maxLimit = 1000

/** @returns the public rooms that pass the filter, in the order of their making. @throws ServerError `invalid_argument` */
export function listRooms(rooms: Iterable<ListedRoom>, filter: RoomFilter = {}): RoomListing[] {
  const { name, where = {}, open = false, limit = 100 } = filter
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxLimit)) {
    throw new ServerError('invalid_argument', `limit is a whole number from 1 to ${maxLimit}, not ${limit}`)
  }
  const wanted = Object.entries(where)
  const listed: RoomListing[] = []
  for (const room of rooms) {
    if (listed.length === limit) break
    const { metadata } = room
    if (room.isPrivate || room.status !== 'open' || (name !== undefined && room.name !== name)) continue
    if (open && !room.isOpen) continue
    if (wanted.every(([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value))
      listed.push(room.listing)
  }
  return listed
}

const keys = ['name', 'where', 'open', 'limit']

/**
 * Reads a filter from the query of a URL: `name`, `where` as JSON, `open` as true or false, `limit`.
 * @throws ServerError `invalid_argument`, also for what is not known or said twice: nobody is to get a list of other rooms than asked for
 */
export function readRoomFilter(query: URLSearchParams): RoomFilter {
  for (const key of query.keys()) {
    if (keys.includes(key) && query.getAll(key).length === 1) continue
    throw new ServerError('invalid_argument', `in the query may be ${keys.join(', ')}, each once`)
  }
  const name = query.get('name')
  const where = query.get('where')
  const limit = query.get('limit')
  const open = query.get('open') ?? 'false'
  if (open !== 'true' && open !== 'false') throw new ServerError('invalid_argument', 'open is true or false')
  return {
    ...(name !== null && { name }),
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
    throw new ServerError('invalid_argument', 'where is an object of JSON', { cause })
  }
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isTable && Object.values(value as object).every((item) => item === null || typeof item !== 'object')) {
    return value as NonNullable<RoomFilter['where']>
  }
  throw new ServerError('invalid_argument', 'where is an object of texts, numbers, booleans and null')
}
