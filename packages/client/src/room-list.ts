import type { Immutable, ReadonlyEntityMap } from '@tygase/gamestate'
import { checkKeys } from './checks.js'
import { connect } from './connect.js'
import type { Connection } from './connection.js'
import { ClientError, invalidArgument } from './errors.js'
import type { ConnectOptions } from './options.js'
import type { RoomFilter, RoomListing } from './rooms.js'
import { type ServerAddress, withoutUser } from './transport-source.js'

/** The state of the list, as far as clients are sent it. */
interface ListState {
  readonly rooms: ReadonlyEntityMap<RoomListing>
}

const maxLimit = 1000

/**
 * A live list of the public rooms of a server. It is a connection like that to a game: it resumes, and ends with `close` or with
 * the server.
 */
export class RoomList {
  /** For status, round-trip time and counts. */
  readonly connection: Connection
  readonly #where: readonly (readonly [string, unknown])[]
  readonly #limit: number
  #seen: Immutable<ListState> | undefined
  #rooms: readonly RoomListing[] = Object.freeze([])

  /** Use `watchRooms`. */
  constructor(connection: Connection, { where = {}, limit = 100 }: Pick<RoomFilter, 'where' | 'limit'>) {
    this.connection = connection
    this.#where = Object.entries(where)
    this.#limit = limit
    this.subscribe = this.subscribe.bind(this)
    this.close = this.close.bind(this)
  }

  /** The rooms that match, oldest first. Frozen; the same array until one of them has changed. A room that has not changed is the same object. */
  get rooms(): readonly RoomListing[] {
    // reason: what is at the path of the list is the list
    const state = this.connection.state as Immutable<ListState>
    if (state === this.#seen) return this.#rooms
    this.#seen = state
    const found: RoomListing[] = []
    for (const room of state.rooms.values()) if (this.#matches(room.metadata)) found.push(room)
    found.sort((a, b) => a.madeAtMs - b.madeAtMs || (a.id < b.id ? -1 : 1))
    found.length = Math.min(found.length, this.#limit)
    const isSame = found.length === this.#rooms.length && found.every((room, place) => room === this.#rooms[place])
    if (!isSame) this.#rooms = Object.freeze(found)
    return this.#rooms
  }

  /** Calls `listener` when `rooms` has changed. @returns a function that ends it */
  subscribe(listener: (rooms: readonly RoomListing[]) => unknown): () => void {
    return this.connection.subscribe(() => this.rooms, listener)
  }

  /** Looks no more. Resolves when the server has been sent that. */
  close(): Promise<void> {
    return this.connection.disconnect()
  }

  #matches(metadata: RoomListing['metadata']): boolean {
    return this.#where.every(([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value)
  }
}

/**
 * Looks at the rooms of a server: they appear, fill and go in `rooms`. The server offers it by `defineRoomList`.
 *
 * The server leaves out rooms of another `kind`, and with `open` those that take no client. This client leaves out what `where` and
 * `limit` exclude.
 * @param address as of `listRooms`: the URL of the server, with the path below which the rooms are. Or a `Server` in this process, or
 * whatever `connect` takes for the path `/rooms`.
 * @param options of `connect`
 * @throws as a rejection: ClientError `rooms_not_listed` with the cause if the server has no such list, or no rooms of that kind;
 * otherwise as `connect`
 */
export async function watchRooms(
  address: ServerAddress | { at(path: string): ServerAddress },
  filter: Omit<RoomFilter, 'signal'> = {},
  options: Omit<ConnectOptions, 'data' | 'game' | 'predict'> = {},
): Promise<RoomList> {
  checkKeys('watchRooms', filter, ['kind', 'where', 'open', 'limit'])
  const { kind, open, limit = 100 } = filter
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxLimit)) {
    throw invalidArgument(`limit is a whole number from 1 to ${maxLimit}, not ${limit}`)
  }
  const data = { ...(kind !== undefined && { kind }), ...(open === true && { open }) }
  const isAll = Object.keys(data).length === 0
  let connection: Connection
  try {
    connection = await connect(addressOfList(address), { ...options, ...(!isAll && { data }) })
  } catch (error) {
    const refusal = error instanceof ClientError ? error.refusal : undefined
    // a game of that name takes no such data
    if (refusal?.code !== 'unknown_room' && refusal?.code !== 'join_invalid') throw error
    throw notListed(refusal.message, error)
  }
  const { rooms } = Object(connection.state) as Partial<ListState>
  if (typeof rooms?.values === 'function') return new RoomList(connection, filter)
  await connection.disconnect()
  throw notListed('the server has a game of its own at /rooms')
}

function notListed(why: string, cause?: unknown): ClientError {
  return new ClientError('rooms_not_listed', `no live list of rooms: ${why}`, { cause })
}

function addressOfList(address: ServerAddress | { at(path: string): ServerAddress }): ServerAddress {
  const text = (address as { href?: unknown } | null)?.href ?? address
  // a text has a method of that name, too
  if (typeof text !== 'string') {
    return typeof address === 'object' && address !== null && 'at' in address
      ? address.at('/rooms')
      : (address as ServerAddress)
  }
  let url: URL
  try {
    url = new URL(text.replace(/^http/, 'ws'))
  } catch {
    throw invalidArgument(`not the URL of a game server (ws://host:port) or a Server: ${withoutUser(text)}`)
  }
  url.pathname = `${url.pathname.replace(/\/$/, '')}/rooms`
  return url
}
