import { ClientError } from '../errors.js'

/** A room as anybody may know it. */
export interface RoomListing {
  /** The kind of room that the server defines. */
  readonly name: string
  readonly id: string
  readonly clients: number
  /** Undefined where there is no limit. */
  readonly maxClients?: number
  readonly locked: boolean
  /** Plain values that the server has put there. */
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface RoomFilter {
  /** Rooms of this kind alone. */
  name?: string
  /** Rooms whose metadata has all of these values: texts, numbers and booleans, compared by value. */
  where?: Readonly<Record<string, string | number | boolean | null>>
  /** Rooms that would let a client in now: neither locked nor full. Default false: all that are listed. */
  open?: boolean
  /** How many at most, from 1 to 1,000. Default 100. */
  limit?: number
}

export interface ListRoomsOptions {
  /** Gives the request up. */
  signal?: AbortSignal
}

/**
 * Asks a server which public rooms it has.
 * @param address the `ws:`, `wss:`, `http:` or `https:` URL of the server; its path is where the server's rooms begin
 * @throws as a rejection: ClientError `invalid_argument` for what is no such URL; `rooms_not_listed` where no list is
 * answered; what the signal gives
 */
export async function listRooms(
  address: string,
  filter: RoomFilter = {},
  { signal }: ListRoomsOptions = {},
): Promise<RoomListing[]> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^(?:ws|http)s?:$/.test(url.protocol)) {
    throw new ClientError('invalid_argument', `not the URL of a game server (ws://host:port): ${address}`)
  }
  const target = new URL(url.href.replace(/^ws/, 'http'))
  target.pathname = `${target.pathname.replace(/\/$/, '')}/rooms`
  target.search = queryOf(filter)
  let rooms: unknown
  try {
    const response = await fetch(target, { headers: { accept: 'application/json' }, ...(signal && { signal }) })
    if (!response.ok) throw new ClientError('rooms_not_listed', `the server answers ${response.status}`)
    rooms = ((await response.json()) as { rooms?: unknown }).rooms
  } catch (error) {
    if (error instanceof ClientError || signal?.aborted) throw error
    throw new ClientError('rooms_not_listed', `no list of rooms at ${target.origin}`, { cause: error })
  }
  if (!Array.isArray(rooms)) throw new ClientError('rooms_not_listed', `no list of rooms at ${target.origin}`)
  return rooms as RoomListing[]
}

function queryOf({ name, where, open, limit }: RoomFilter): string {
  const query = new URLSearchParams()
  if (name !== undefined) query.set('name', name)
  if (where !== undefined) query.set('where', JSON.stringify(where))
  if (open === true) query.set('open', 'true')
  if (limit !== undefined) query.set('limit', String(limit))
  return query.toString()
}
