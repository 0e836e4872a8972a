import type { AnyGame } from '@tygase/gamestate'
import { checkReplacement } from '@tygase/gamestate/internal'
import { type Hello, limitsOf } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import { AddressLimits } from '../entrance/address-limits.js'
import { TurnedAway } from '../entrance/pending-list.js'
import { checkKeys, ServerError } from '../errors.js'
import type { Journal, JournaledRoom } from '../journal/journal.js'
import { checkMetadataFits } from '../limit-relations.js'
import type { RoomMetadata } from '../room.js'
import { type RoomKind, type Surroundings, withGame } from './kind.js'
import { roomClosed } from './lifetime.js'
import { copyMetadata, kindForm, type Traits } from './listing.js'
import { RoomCore, type RoomOrigin } from './room-core.js'
import { roomListId, roomListKind } from './room-list.js'
import { ticketError } from './seats.js'

const idForm = /^[A-Za-z0-9_-]{1,64}$/
/** Characters of a client's path that its refusal repeats. */
const maxPathInMessage = 40
/** Kind and id of the room of a server with one game. */
export const onlyKind = 'game'
const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
const idLength = 12
const lostClaim = 'another server may have the room by now: try again'

export interface CreateRoomOptions {
  /** 1 to 64 letters, digits, "_" and "-". Default: a random one that cannot be guessed. */
  id?: string
  /** In place of that of its kind, as below. */
  private?: boolean
  metadata?: RoomMetadata
}

/** The address of a room, as a client's path has it: a kind, and a certain room or any. */
export interface RoomPath {
  readonly kind: string
  readonly id: string | undefined
}

/**
 * Reads `/arena/42` and `/arena`.
 * @param base the path before it, as in `/games/arena/42`, without a slash at its end
 * @returns undefined for any other path
 */
export function parseRoomPath(path: string, base = ''): RoomPath | undefined {
  if (!path.startsWith(`${base}/`)) return undefined
  const [kind = '', id, ...more] = path.slice(base.length + 1).split('/')
  if (!kindForm.test(kind) || more.length > 0 || (id !== undefined && !idForm.test(id))) return undefined
  return { kind, id }
}

/** The paths by which clients ask a server for rooms. */
export class RoomPaths {
  /** As `run` has it: the path of the one game, or the one before the paths of rooms. */
  given: string | undefined
  /** True if the kind `rooms` is the list of rooms, and not a game. */
  hasRoomList = false
  readonly #isSingle: boolean

  /** @param isSingle true for a server with one game */
  constructor(isSingle: boolean) {
    this.#isSingle = isSingle
  }

  /** The path of the one game; `/` with rooms. */
  get path(): string {
    return (this.#isSingle && this.given) || '/'
  }

  /** The path before the paths of rooms, without a slash at its end. */
  get base(): string {
    return this.#isSingle ? '' : (this.given ?? '').replace(/\/$/, '')
  }

  isRoomList(kind: string): boolean {
    return this.hasRoomList && kind === roomListKind
  }

  /** The room that a client asks for. @throws ServerError `unknown_room` */
  locate(path: string): RoomPath {
    const { given, base } = this
    const asked = path.slice(0, maxPathInMessage)
    if (this.#isSingle) {
      // a client that comes back asks for its very room
      const isHere = given === undefined || [given, `${given}/${onlyKind}`].includes(path)
      if (isHere) return { kind: onlyKind, id: onlyKind }
      throw new ServerError('unknown_room', `the game has the path ${given}, not ${asked}`)
    }
    const found = parseRoomPath(path, base)
    if (found === undefined) {
      throw new ServerError('unknown_room', `a room has the path ${base}/<kind>/<id>, not ${asked}`)
    }
    if (!this.isRoomList(found.kind)) return found
    if (found.id === undefined || found.id === roomListId) return { kind: roomListKind, id: roomListId }
    throw new ServerError('unknown_room', `the list of rooms has the path ${base}/${roomListKind}`)
  }
}

/** A client with a session, in its room. */
export interface Member {
  readonly link: ClientLink
  readonly room: RoomCore
}

/** A client that looks for a room. */
export interface SeatRequest {
  readonly ticket: string | undefined
  /** Address of the client; undefined in the process of the server. */
  readonly host: string | undefined
}

export interface RegistryLimits {
  maxRooms: number
  /** For rooms that clients at one address have made. */
  maxRoomsPerAddress(host: string): number
  /** Of a cluster, in which each room is made once. Default: this server has all rooms. */
  cluster?: RoomClaims | undefined
}

/** A room is claimed before it is made, and given back after its end. */
export interface RoomClaims {
  /** Rejects with ServerError `room_exists` if another server has the room. */
  claim(key: string): Promise<void>
  /** True if this server has the room now: its claim may have got lost since. */
  isOwn(key: string): boolean
  /** The room is closed. */
  closed(key: string): void
}

/** The rooms of a server by kind and id, and how more of them are made. */
export class Registry {
  /** By kind and id, `arena/42`, oldest first. */
  readonly rooms = new Map<string, RoomCore>()
  readonly #surroundings: Surroundings
  readonly #maxRooms: number
  readonly #cluster: RoomClaims | undefined
  /** Rooms that clients have made. */
  readonly #byAddress: AddressLimits
  readonly #kinds = new Map<string, RoomKind>()
  /** What another process has left of rooms that are not made yet. */
  readonly #left = new Map<string, JournaledRoom>()

  constructor(surroundings: Surroundings, { maxRooms, maxRoomsPerAddress, cluster }: RegistryLimits) {
    this.#surroundings = surroundings
    this.#cluster = cluster
    this.#maxRooms = maxRooms
    this.#byAddress = new AddressLimits(maxRoomsPerAddress)
  }

  /** Names of the kinds. */
  get kinds(): string[] {
    return [...this.#kinds.keys()]
  }

  /** The journals of all kinds. */
  get journals(): Journal[] {
    return [...new Set([...this.#kinds.values()].flatMap(({ options }) => options.save?.journal ?? []))]
  }

  /** Keys of rooms that another process has left, and that are not made yet. */
  get left(): string[] {
    return [...this.#left.keys()]
  }

  /** The room goes on from here when it is made. */
  keepLeft(left: JournaledRoom): void {
    this.#left.set(left.room, left)
  }

  takeLeft(key: string): JournaledRoom | undefined {
    const left = this.#left.get(key)
    this.#left.delete(key)
    return left
  }

  /** @throws ServerError `room_exists`; `invalid_argument` for the name */
  define(kind: RoomKind): void {
    const { name } = kind
    if (!(typeof name === 'string' && kindForm.test(name))) {
      throw new ServerError('invalid_argument', 'the name of a kind of room is 1 to 32 letters, digits, "_" and "-"')
    }
    if (this.#kinds.has(name)) throw new ServerError('room_exists', `the kind of room '${name}' is defined already`)
    this.#kinds.set(name, kind)
  }

  /**
   * Rooms and kinds of rooms that have `game` go on with `next`: all of them, or none.
   * @returns false if no kind has `game`
   * @throws ServerError `invalid_argument` as `withGame` does; GameStateError `invalid_argument` as `checkReplacement` does
   */
  replaceGame(game: AnyGame, next: AnyGame): boolean {
    const kinds = [...this.#kinds.values()].filter((kind) => kind.game === game)
    if (kinds.length === 0) return false
    checkReplacement(game, next)
    const changed = kinds.map((kind) => withGame(kind, next))
    for (const kind of changed) this.#kinds.set(kind.name, kind)
    for (const room of this.rooms.values()) {
      if (kinds.some(({ name }) => name === room.kind)) room.replaceGame(next)
    }
    return true
  }

  /** @throws ServerError `unknown_room` */
  kindOf(name: string): RoomKind {
    const kind = this.#kinds.get(name)
    if (kind === undefined) throw new ServerError('unknown_room', `there is no kind of room '${name}'`)
    return kind
  }

  /** The session that a hello resumes, or began before its welcome got lost; undefined for a new client. */
  sessionOf(path: RoomPath, hello: Hello): Member | undefined {
    return this.#memberAt(path, this.#surroundings.table.find(hello))
  }

  /** The client that asks by its hello to rejoin; undefined if it has no session any more. Its token is not checked. */
  clientOf(path: RoomPath, hello: Hello): Member | undefined {
    return this.#memberAt(path, this.#surroundings.table.clientOf(hello))
  }

  #memberAt({ kind, id }: RoomPath, link: ClientLink | undefined): Member | undefined {
    const room = link && this.rooms.get(link.room.key)
    if (link === undefined || room === undefined || room.kind !== kind) return undefined
    return id === undefined || id === room.id ? { link, room } : undefined
  }

  /** True while the room of a path closes: a new one can be made after that. */
  isEnding({ kind, id }: RoomPath): boolean {
    return id !== undefined && this.rooms.get(`${kind}/${id}`)?.status === 'closing'
  }

  /** Resolves when the room of a path is closed. */
  async end({ kind, id }: RoomPath): Promise<void> {
    await this.rooms.get(`${kind}/${id}`)?.close()
  }

  /**
   * The room of a path, which is made if it is not there. Without an id: the room of the ticket, or any public room with a free seat.
   * @throws ServerError `unknown_room`, `room_closed`, `room_limit`, `room_failed`, `ticket_expired`, `ticket_unknown`
   */
  roomFor(path: RoomPath, request: SeatRequest): RoomCore {
    return this.#roomOf(path, request.ticket) ?? this.#makeFor(path, request)
  }

  /** @throws (as a rejection) ServerError `unknown_room`, `room_exists`, `room_limit`, `room_failed`, `room_closed`, `invalid_argument` */
  async create(name: string, options: CreateRoomOptions): Promise<RoomCore> {
    checkKeys('createRoom', options, ['id', 'private', 'metadata'])
    const { id, metadata, private: isPrivate } = options
    const kind = this.kindOf(name)
    if (id !== undefined && !(typeof id === 'string' && idForm.test(id))) {
      throw new ServerError('invalid_argument', 'the id of a room is 1 to 64 letters, digits, "_" and "-"')
    }
    if (metadata !== undefined)
      checkMetadataFits(metadata, limitsOf({ ...this.#surroundings.limits, ...kind.options.limits }))
    const given = {
      ...(metadata && { metadata: copyMetadata(metadata) }),
      ...(isPrivate !== undefined && { private: isPrivate }),
    }
    const path = { kind: name, id }
    while (this.isEnding(path)) await this.end(path)
    if (id !== undefined && this.rooms.has(`${name}/${id}`)) {
      throw new ServerError('room_exists', `there is a room '${name}/${id}' already`)
    }
    const ownId = id ?? this.#newId(name)
    if (this.#cluster !== undefined) await this.#cluster.claim(`${name}/${ownId}`)
    const room = this.#makeOwn(kind, ownId, given, id === undefined)
    await room.lifetime.open()
    return room
  }

  #makeOwn(kind: RoomKind, id: string, given: Partial<Traits>, isFresh: boolean): RoomCore {
    try {
      return this.make(kind, id, { byClient: false, given }, isFresh)
    } catch (error) {
      throw error instanceof TurnedAway ? roomClosed() : error
    }
  }

  /** A room that is here, or is being made: that of the path, of the ticket, or any public one with a free seat. */
  openRoomOf(path: RoomPath, ticket: string | undefined): RoomCore | undefined {
    return this.#roomOf(path, ticket)
  }

  /**
   * @param id undefined for a new one
   * @param isFresh true for an id that was just drawn
   * @param host the address of the client for which it is made
   * @throws ServerError `room_limit`, `room_failed`
   */
  make(
    kind: RoomKind,
    id: string | undefined,
    origin: Omit<RoomOrigin, 'id' | 'isFresh'>,
    isFresh = id === undefined,
    host?: string,
  ): RoomCore {
    const ownId = id ?? this.#newId(kind.name)
    const key = `${kind.name}/${ownId}`
    let room: RoomCore
    try {
      if (this.rooms.size >= this.#maxRooms) {
        throw new ServerError('room_limit', `there are ${this.#maxRooms} rooms already`)
      }
      if (host !== undefined && this.#byAddress.isFull(host)) {
        throw new ServerError('room_limit', 'clients at this address have made enough rooms')
      }
      if (this.#cluster?.isOwn(key) === false) throw new TurnedAway({ code: 'shutdown', reason: lostClaim })
      const left = this.#left.get(key)
      room = new RoomCore(kind, this.#surroundings, {
        id: ownId,
        isFresh,
        ...(left && { left }),
        ...origin,
      })
    } catch (cause) {
      this.#cluster?.closed(key)
      if (cause instanceof TurnedAway || (cause as Partial<ServerError>).code === 'room_limit') throw cause
      this.#surroundings.logger.error({ err: cause, room: key }, 'a room cannot be made')
      throw new ServerError('room_failed', 'the room cannot be made', { cause })
    }
    this.rooms.set(key, room)
    this.#byAddress.place(key, host)
    room.lifetime.onOpen = () => void this.#left.delete(key)
    room.lifetime.onClosed = () => {
      this.rooms.delete(key)
      this.#byAddress.remove(key)
      this.#cluster?.closed(key)
    }
    return room
  }

  #roomOf({ kind, id }: RoomPath, ticket: string | undefined): RoomCore | undefined {
    if (id !== undefined) return this.rooms.get(`${kind}/${id}`)
    for (const room of this.rooms.values()) {
      if (room.kind !== kind) continue
      // a ticket is good for one room alone
      if (ticket === undefined ? !room.isPrivate && room.isOpen : room.seats.reservations.has(ticket)) return room
    }
    return undefined
  }

  #makeFor({ kind: name, id }: RoomPath, { ticket, host }: SeatRequest): RoomCore {
    const kind = this.kindOf(name)
    if (kind.isSingle) throw roomClosed()
    const isLeft = this.#left.has(`${name}/${id}`)
    if (!kind.options.madeByClients && !isLeft)
      throw new ServerError('unknown_room', `there is no room '${name}' for this client`)
    if (ticket !== undefined) throw ticketError(ticket, this.#surroundings.clock.now())
    return this.make(kind, id, { byClient: true }, undefined, host)
  }

  #newId(kind: string): string {
    const { random } = this.#surroundings
    for (;;) {
      const id = Array.from({ length: idLength }, () => letters[Math.floor(random() * letters.length)]).join('')
      if (!this.rooms.has(`${kind}/${id}`)) return id
    }
  }
}
