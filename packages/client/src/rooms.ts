import type { Logger } from '@tygase/gamestate'
import type { GameInfo, MemberInfo } from '@tygase/protocol/internal'
import { checkKeys } from './checks.js'
import { ClientError, invalidArgument } from './errors.js'
import { reasonOfAbort } from './opening.js'
import { Subscriptions } from './subscriptions.js'
import { withoutUser } from './transport-source.js'

/** The room that a connection is in. */
export interface ConnectedRoom {
  /** The kind of room, as the server defines it. */
  readonly kind: string
  /** Of this room among those of its kind. */
  readonly id: string
  /** Undefined: no limit. */
  readonly maxClients: number | undefined
  /** Plain values that the server sets; they may change during the game. */
  readonly metadata: unknown
  /** The URL by which other clients get into this room. Undefined if this client was given no URL. */
  readonly link: string | undefined
}

/** @param address the URL that this client was given */
export function roomOf({ room }: GameInfo, address: string | undefined): ConnectedRoom {
  const link = address === undefined ? undefined : linkTo(room, address)
  return Object.freeze({ ...room, maxClients: room.maxClients ?? undefined, metadata: frozen(room.metadata), link })
}

/** Freezes a value that was just decoded, with its parts. Bytes cannot be frozen. */
export function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

function linkTo(room: Pick<ConnectedRoom, 'kind' | 'id'>, address: string): string {
  // without a user and a password
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathTo(room, pathname)}`
}

/** A path that ends in the kind of the room gets its id; any other one leads to the room already. */
export function pathTo({ kind, id }: Pick<ConnectedRoom, 'kind' | 'id'>, given: string): string {
  const path = given.replace(/\/$/, '')
  return path.endsWith(`/${kind}`) ? `${path}/${encodeURIComponent(id)}` : given
}

/** The parts of a member that change, with their types. */
const changingParts = { rttMs: 'number', connected: 'boolean' }

/** The members of a room. Each change makes a new map, so a map that was kept stays as it was. */
export class Members {
  readonly subscriptions: Subscriptions<[ReadonlyMap<string, MemberInfo>]>
  /** By client id, in the order of their joins, this client included. Only this class sets it. */
  all: ReadonlyMap<string, MemberInfo> = unchangeable(new Map())

  constructor(logger: Logger) {
    this.subscriptions = new Subscriptions(logger, 'the members')
  }

  /** Takes the data of a `$members` event. Parts that no server of ours would send are left out. */
  take(news: unknown): void {
    const read = Object(news) as Record<string, unknown>
    const members = new Map(read.reset === true ? [] : this.all)
    for (const member of Array.isArray(read.joined) ? read.joined.filter(isMember) : []) {
      members.set(member.clientId, Object.freeze(member))
    }
    for (const clientId of Array.isArray(read.left) ? read.left : []) members.delete(clientId as string)
    for (const [key, type] of Object.entries(changingParts)) {
      for (const [clientId, value] of Object.entries(read[key] ?? {})) {
        const member = members.get(clientId)
        if (member !== undefined && typeof value === type) {
          members.set(clientId, Object.freeze({ ...member, [key]: value }))
        }
      }
    }
    this.all = unchangeable(members)
    this.subscriptions.notify(members)
  }
}

/** Only the type `ReadonlyMap` would keep programs in JavaScript from changing the map. */
export function unchangeable<Key, Value>(map: Map<Key, Value>): ReadonlyMap<Key, Value> {
  const refuse = (): never => {
    throw new TypeError('this map cannot be changed')
  }
  for (const name of ['set', 'delete', 'clear']) Object.defineProperty(map, name, { value: refuse })
  return map
}

function isMember(value: unknown): value is MemberInfo {
  const {
    clientId,
    userId = '',
    name = '',
    joinedAtMs,
    connected,
    rttMs = 0,
  } = Object(value) as Record<string, unknown>
  const areTexts = [clientId, userId, name].every((part) => typeof part === 'string')
  return areTexts && typeof joinedAtMs === 'number' && typeof rttMs === 'number' && typeof connected === 'boolean'
}

/** A room in the list of a server. */
export interface RoomListing {
  /** The kind of room, as the server defines it. */
  readonly kind: string
  /** With `kind` the path to connect to: `/arena/42`. */
  readonly id: string
  /** Number of clients, suspended ones included. */
  readonly clients: number
  /** Left out: no limit. */
  readonly maxClients?: number
  /** True: only clients with a ticket get in. */
  readonly locked: boolean
  /** True if a client without a ticket would get in now: neither locked nor full. */
  readonly open: boolean
  /** Plain values that the server sets. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** When it was made, in ms of Unix time. */
  readonly madeAtMs: number
}

/** The rooms that a list has: all that match every part that is given. */
export interface RoomFilter {
  /** Only rooms of this kind. */
  kind?: string
  /** Only rooms whose metadata has all of these values. */
  where?: Readonly<Record<string, string | number | boolean | null>>
  /** True: only rooms that a client can join now, neither locked nor full. Default false. */
  open?: boolean
  /** How many rooms at most, from 1 to 1,000. Default 100. */
  limit?: number
  /** Gives the request up. */
  signal?: AbortSignal
}

/**
 * Asks a server for its public rooms.
 * @param address the `ws:`, `wss:`, `http:` or `https:` URL of the server; its path is the one below which the rooms are. Or a
 * `Server` in this process.
 * @throws as a rejection: ClientError `invalid_argument` for anything else, `rooms_not_listed` with the cause if the server gives no list;
 * the reason of the signal
 */
export async function listRooms(
  address: string | URL | { listRooms(filter: Omit<RoomFilter, 'signal'>): RoomListing[] },
  filter: RoomFilter = {},
): Promise<RoomListing[]> {
  checkKeys('listRooms', filter, ['kind', 'where', 'open', 'limit', 'signal'])
  const { signal, ...query } = filter
  if (typeof address === 'object' && address !== null && 'listRooms' in address) {
    if (signal?.aborted) throw reasonOfAbort(signal)
    return address.listRooms(query)
  }
  const { kind, where, open, limit } = query
  const target = listUrlOf(address)
  if (kind !== undefined) target.searchParams.set('kind', kind)
  if (where !== undefined) target.searchParams.set('where', JSON.stringify(where))
  if (open === true) target.searchParams.set('open', 'true')
  if (limit !== undefined) target.searchParams.set('limit', String(limit))
  const notListed = `no list of rooms at ${target.origin}`
  let rooms: unknown
  try {
    const response = await fetch(target.href, { headers: { accept: 'application/json' }, ...(signal && { signal }) })
    if (!response.ok) throw new ClientError('rooms_not_listed', `${notListed}: it answers HTTP ${response.status}`)
    rooms = ((await response.json()) as { rooms?: unknown } | null)?.rooms
  } catch (error) {
    if (error instanceof ClientError || signal?.aborted) throw error
    throw new ClientError('rooms_not_listed', `${notListed}: ${reasonOf(error)}`, { cause: error })
  }
  if (!Array.isArray(rooms)) throw new ClientError('rooms_not_listed', `${notListed}: its answer has none`)
  return rooms as RoomListing[]
}

/** @param error of `fetch` or of its answer. Node hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is no JSON'
  const { cause = error } = error as { cause?: unknown }
  const { code, message } = cause as { code?: string; message?: string }
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  return message || code || 'no server answers'
}

function listUrlOf(address: unknown): URL {
  let url: URL | undefined
  try {
    url = new URL(String(address).replace(/^ws/, 'http'))
  } catch {
    // below
  }
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const shown = typeof address === 'string' ? withoutUser(address) : typeof address
    throw invalidArgument(`not the URL of a game server (ws://host:port) or a Server: ${shown}`)
  }
  url.pathname = `${url.pathname.replace(/\/$/, '')}/rooms`
  // `fetch` takes no URL with a password
  url.search = url.username = url.password = ''
  return url
}
