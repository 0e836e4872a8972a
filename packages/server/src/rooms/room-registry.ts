import type { AnyGame } from '@tygase/gamestate'
import type { Hello } from '@tygase/protocol'
import { AddressLimits } from '../entrance/address-limits.js'
import { ServerError } from '../errors.js'
import { checkDefinition } from './check-definition.js'
import { ticketError } from './reservations.js'
import { Room } from './room.js'
import type { RoomDefinition, RoomOrigin, RoomSurroundings } from './room-definition.js'
import { copyMetadata } from './room-metadata.js'
import type { RoomMetadata } from './room-options.js'
import { partsOf } from './room-parts.js'
import { checkRoomId, newRoomId, type RoomPath } from './room-path.js'
import type { Seat, Sitter } from './room-seats.js'

export interface CreateRoomOptions {
  /** 1 to 64 letters, digits, "_" and "-". Default: one that nobody guesses. */
  id?: string
  /** In the place of those of its kind. */
  private?: boolean
  metadata?: RoomMetadata
}

/** How many rooms there may be at a time. */
export interface RoomLimits {
  maxRooms: number
  /** Of those that were made for clients there. */
  maxRoomsPerAddress(host: string): number
}

/** The rooms there are, by kind and id, and how more of them are made. */
export class RoomRegistry {
  readonly #surroundings: RoomSurroundings
  readonly #maxRooms: number
  /** The rooms that were made for clients. */
  readonly #perAddress: AddressLimits
  readonly #definitions = new Map<string, RoomDefinition<AnyGame, Room>>()
  readonly #rooms = new Map<string, Room>()

  constructor(surroundings: RoomSurroundings, { maxRooms, maxRoomsPerAddress }: RoomLimits) {
    this.#surroundings = surroundings
    this.#maxRooms = maxRooms
    this.#perAddress = new AddressLimits(maxRoomsPerAddress)
  }

  /** By name and id, `arena/42`, in the order of their making. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms
  }

  /** Those who are in rooms, suspended ones too, or about to come in. */
  get clients(): number {
    return this.#surroundings.population.size
  }

  /** @throws as `checkDefinition` does */
  define(definition: RoomDefinition<AnyGame, Room>): void {
    checkDefinition(definition, this.#surroundings)
    this.#definitions.set(definition.name, definition)
  }

  has(name: string): boolean {
    return this.#definitions.has(name)
  }

  /** @throws ServerError `unknown_room` */
  definitionOf(name: string): RoomDefinition<AnyGame, Room> {
    const definition = this.#definitions.get(name)
    if (definition === undefined) throw new ServerError('unknown_room', `there is no kind of room '${name}'`)
    return definition
  }

  /** The room in which the session is that a hello belongs to; undefined for a client that is new. */
  roomOf({ name, id }: RoomPath, hello: Hello): Room | undefined {
    const key = id === undefined ? this.#surroundings.population.roomKeyOf(hello) : `${name}/${id}`
    const room = key === undefined ? undefined : this.#rooms.get(key)
    return room?.name === name && partsOf(room).seats.knows(hello) ? room : undefined
  }

  /**
   * A place in the room that a path names, which is made when it is not there; without an id, in that of the ticket, or in any that
   * is public and has one.
   * Rejects with ServerError `unknown_room`, `room_limit`, `room_failed`, `room_closed`, and as `RoomSeats.take` does.
   * @param check throws where this client is not to come in, given who has by then
   */
  async seat(path: RoomPath, sitter: Sitter, check: () => void): Promise<Seat> {
    const { name } = path
    const definition = this.definitionOf(name)
    if (path.id !== undefined) while (this.#isEnding(name, path.id)) await this.#end(name, path.id)
    // from here to the seat nothing is waited for: of many who come at once one makes the room, and no more get in than may
    check()
    let room = path.id === undefined ? this.#anyOf(name, sitter.ticket) : this.#rooms.get(`${name}/${path.id}`)
    if (room === undefined) {
      if (!definition.options.madeByClients)
        throw new ServerError('unknown_room', `there is no room '${name}' for this client`)
      if (sitter.ticket !== undefined) throw ticketError(sitter.ticket, this.#surroundings.clock.now())
      if (sitter.host !== undefined && this.#perAddress.isFull(sitter.host))
        throw new ServerError('room_limit', 'clients at this address have made enough rooms')
      room = this.#make(definition, path.id, { byClient: true })
      this.#perAddress.place(room.key, sitter.host)
    }
    const { seats, life } = partsOf(room)
    const seat = seats.take(sitter)
    try {
      await life.open()
      seat.confirm()
    } catch (error) {
      seat.release()
      throw error
    }
    return seat
  }

  /** Rejects with ServerError `unknown_room`, `room_exists`, `room_limit`, `room_failed`, `room_closed`, `invalid_argument`. */
  async create(name: string, { id, metadata, private: isPrivate }: CreateRoomOptions): Promise<Room> {
    const definition = this.definitionOf(name)
    if (id !== undefined) checkRoomId(id)
    const given = {
      ...(metadata && { metadata: copyMetadata(metadata) }),
      ...(isPrivate !== undefined && { private: isPrivate }),
    }
    if (id !== undefined) while (this.#isEnding(name, id)) await this.#end(name, id)
    if (id !== undefined && this.#rooms.has(`${name}/${id}`)) {
      throw new ServerError('room_exists', `there is a room '${name}/${id}' already`)
    }
    const room = this.#make(definition, id, { byClient: false, given })
    await partsOf(room).life.open()
    return room
  }

  #isEnding(name: string, id: string): boolean {
    return this.#rooms.get(`${name}/${id}`)?.status === 'closing'
  }

  /** Resolves when the room is over. */
  async #end(name: string, id: string): Promise<void> {
    await this.#rooms.get(`${name}/${id}`)?.close()
  }

  #anyOf(name: string, ticket: string | undefined): Room | undefined {
    for (const room of this.#rooms.values()) {
      if (room.name !== name) continue
      // a ticket is good for one room alone
      if (ticket === undefined ? !room.isPrivate && room.isOpen : partsOf(room).seats.isReserved(ticket)) return room
    }
    return undefined
  }

  /** @param id undefined: a new one */
  #make(definition: RoomDefinition<AnyGame, Room>, id: string | undefined, origin: Omit<RoomOrigin, 'isFresh'>): Room {
    const { logger } = this.#surroundings
    if (this.#rooms.size >= this.#maxRooms) {
      throw new ServerError('room_limit', `there are ${this.#maxRooms} rooms already`)
    }
    const { name } = definition
    const ownId = id ?? this.#newId(name)
    let room: Room
    try {
      room = new Room(definition, ownId, this.#surroundings, { isFresh: id === undefined, ...origin })
    } catch (cause) {
      logger.error({ err: cause, room: `${name}/${ownId}` }, 'a room cannot be made')
      throw new ServerError('room_failed', 'the room cannot be made', { cause })
    }
    const { key } = room
    this.#rooms.set(key, room)
    partsOf(room).life.onClosed = () => {
      this.#rooms.delete(key)
      this.#perAddress.remove(key)
    }
    return room
  }

  #newId(name: string): string {
    for (;;) {
      const id = newRoomId(this.#surroundings.random)
      if (!this.#rooms.has(`${name}/${id}`)) return id
    }
  }
}
