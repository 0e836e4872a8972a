import { applyDelta, type Clock, encodeDelta, type Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import type { RoomListing } from '@tygase/server'
import type { ClusterServer } from '../lease/cluster-server.js'
import type { Framed, ServerAnswer, ServerRequests } from './server-requests.js'

export interface RoomIndexOptions {
  readonly server: ClusterServer
  readonly requests: ServerRequests
  readonly clock: Clock
  readonly logger: Logger
  /** The public rooms of this server. */
  readonly ownRooms: () => readonly RoomListing[]
}

/** A state as any other: versions with deltas between them. */
interface RoomTable {
  readonly [key: string]: RoomListing
}

/** The list of one server. */
interface Known {
  readonly number: number
  readonly rooms: RoomTable
}

/** A room of another server. */
export interface IndexedRoom extends RoomListing {
  readonly serverId: string
}

/** Between two looks at the own rooms. */
const lookMs = 250
const askTimeoutMs = 2000
/** Of the rooms of a server: all of them have to fit into one message, with its head and its seal. */
const maxListBytes = 384 * 1024
const subject = 'rooms'

/**
 * The public rooms of all servers, as they were a moment ago: each server sends its list as versions of a state. It decides nothing:
 * the server of a room says whether a client gets in.
 */
export class RoomIndex {
  readonly #options: RoomIndexOptions
  readonly #others = new Map<string, Known>()
  readonly #asking = new Set<string>()
  readonly #offs: (() => void)[]
  #own: Known = { number: 0, rooms: {} }
  #isOver = false
  readonly #sizes = new WeakMap<RoomListing, number>()
  #hasWarned = false

  constructor(options: RoomIndexOptions) {
    this.#options = options
    const { server, requests } = options
    this.#offs = [
      requests.subscribe(subject, (message) => this.#take(message)),
      server.onServers(() => this.#compare()),
    ]
    this.#look()
    this.#compare()
  }

  /** The public rooms of all other servers, oldest first. */
  get otherRooms(): readonly IndexedRoom[] {
    const rooms = [...this.#others].flatMap(([serverId, known]) =>
      Object.values(known.rooms).map((room) => ({ ...room, serverId })),
    )
    return rooms.sort((a, b) => a.madeAtMs - b.madeAtMs)
  }

  /** Rooms of other servers that would let a client in: those with the most clients first. */
  openRooms(kind: string): readonly IndexedRoom[] {
    return this.otherRooms.filter((room) => room.kind === kind && room.open).sort((a, b) => b.clients - a.clients)
  }

  /** The whole list, for a server that has missed something. */
  answer(): Framed<ServerAnswer> {
    this.#publish()
    const { number, rooms } = this.#own
    return { head: { number }, bytes: encodeDelta<RoomTable>(undefined, rooms) }
  }

  stop(): void {
    this.#isOver = true
    for (const off of this.#offs) off()
  }

  #look(): void {
    this.#options.clock.schedule(lookMs, () => {
      if (this.#isOver) return
      guard(this.#options.logger, 'the list of rooms failed', () => this.#publish())
      this.#look()
    })
  }

  /** Sends what has changed since the last time. */
  #publish(): void {
    const { server, requests, ownRooms } = this.#options
    const before = this.#own
    const rooms: Record<string, RoomListing> = {}
    let bytesLeft = maxListBytes
    for (const room of ownRooms()) {
      const key = `${room.kind}/${room.id}`
      const known = before.rooms[key]
      const listed = known !== undefined && isSame(known, room) ? known : room
      bytesLeft -= this.#sizeOf(listed)
      if (bytesLeft < 0) {
        this.#warnOfSize()
        break
      }
      rooms[key] = listed
    }
    const keys = Object.keys(rooms)
    if (keys.length === Object.keys(before.rooms).length && keys.every((key) => rooms[key] === before.rooms[key]))
      return
    const bytes = encodeDelta<RoomTable>(before.rooms, rooms)
    // both ends go on from what a delta makes
    this.#own = { number: before.number + 1, rooms: applyDelta<RoomTable>(before.rooms, bytes) as RoomTable }
    requests.publish(subject, { serverId: server.serverId, number: this.#own.number }, bytes)
  }

  /** In JSON: no shorter than in a delta. */
  #sizeOf(room: RoomListing): number {
    const size = this.#sizes.get(room) ?? Buffer.byteLength(JSON.stringify(room)) + 2 * room.id.length
    this.#sizes.set(room, size)
    return size
  }

  #warnOfSize(): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#options.logger.warn(
      { maxListBytes },
      'other servers hear of the oldest public rooms alone: their metadata are too long',
    )
  }

  #take({ head, bytes }: Framed<object>): void {
    const { serverId, number } = head as { serverId?: unknown; number?: unknown }
    if (typeof serverId !== 'string' || typeof number !== 'number') return
    if (serverId === this.#options.server.serverId || !this.#options.server.isAlive(serverId)) return
    const known = this.#others.get(serverId)
    if (known !== undefined && number <= known.number) return
    if (known?.number !== number - 1) return void this.#ask(serverId)
    try {
      this.#others.set(serverId, { number, rooms: applyDelta<RoomTable>(known.rooms, bytes) as RoomTable })
    } catch (error) {
      this.#options.logger.warn({ err: error, serverId }, 'the list of rooms of a server cannot be read')
      void this.#ask(serverId)
    }
  }

  /** Servers have come or gone. */
  #compare(): void {
    const { server } = this.#options
    const living = new Set(server.servers.map(({ serverId }) => serverId))
    for (const serverId of this.#others.keys()) if (!living.has(serverId)) this.#others.delete(serverId)
    for (const serverId of living) {
      if (serverId !== server.serverId && !this.#others.has(serverId)) void this.#ask(serverId)
    }
  }

  /** Asks for the whole list of a server. If it does not answer, its next message leads here again. */
  async #ask(serverId: string): Promise<void> {
    if (this.#isOver || this.#asking.has(serverId)) return
    this.#asking.add(serverId)
    try {
      const { head, bytes } = await this.#options.requests.ask(serverId, { ask: 'rooms' }, askTimeoutMs)
      const known = this.#others.get(serverId)
      if (typeof head.number !== 'number' || (known !== undefined && known.number > head.number)) return
      this.#others.set(serverId, { number: head.number, rooms: applyDelta<RoomTable>(undefined, bytes) as RoomTable })
    } catch (error) {
      this.#options.logger.debug({ err: error, serverId }, 'a server has not sent its list of rooms')
    } finally {
      this.#asking.delete(serverId)
    }
  }
}

/** Metadata that are set anew are another object. */
function isSame(a: RoomListing, b: RoomListing): boolean {
  return (
    a.clients === b.clients &&
    a.open === b.open &&
    a.locked === b.locked &&
    a.madeAtMs === b.madeAtMs &&
    a.maxClients === b.maxClients &&
    JSON.stringify(a.metadata) === JSON.stringify(b.metadata)
  )
}
