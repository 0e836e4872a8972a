import type { AnyGame } from '@tygase/gamestate'
import { type Room, type RoomOptions, RoomServer, type RoomServerOptions } from '@tygase/server'
import { SimulationError } from './errors.js'
import type { EventWatch } from './event-watch.js'
import { WatchedRoom, watchedHandlers } from './watched-room.js'

/** The default of an empty room's grace time. */
const usualIdleGraceMs = 30_000

/** A server of rooms that watches each room that it makes, and knows which one each session is in. */
export class WatchedRoomServer extends RoomServer {
  readonly #watch: EventWatch
  readonly #watched = new WeakMap<object, WatchedRoom>()
  readonly #clientIds = new Set<string>()
  readonly #roomOf = new Map<string, Room>()
  readonly #keptForEver = new Set<string>()
  #lingerMs = 0

  constructor(options: RoomServerOptions, watch: EventWatch) {
    super(options)
    this.#watch = watch
  }

  /** Rooms that are there and go when nobody is in them. */
  get passingRooms(): number {
    return [...this.rooms.values()].filter(({ name }) => !this.#keptForEver.has(name)).length
  }

  /** How long an empty one of them waits at most, in ms. */
  get lingerMs(): number {
    return this.#lingerMs
  }

  override define<G extends AnyGame>(name: string, game: G, options: RoomOptions<G> = {}): this {
    const { idleGraceMs = usualIdleGraceMs, onMessage } = options
    super.define<G>(name, game, {
      ...options,
      ...(onMessage && { onMessage: watchedHandlers(onMessage, this.#watch) }),
      onCreate: (room) => {
        // reason: what watches a room does not depend on its game
        this.#watched.set(room, new WatchedRoom<G>(room, options, this.#watch) as unknown as WatchedRoom)
        return options.onCreate?.(room)
      },
      onJoin: (room, client) => {
        this.#clientIds.add(client.clientId)
        // reason: as above
        this.#roomOf.set(client.clientId, room as unknown as Room)
        options.onJoin?.(room, client)
      },
    })
    if (idleGraceMs === Number.POSITIVE_INFINITY) this.#keptForEver.add(name)
    else this.#lingerMs = Math.max(this.#lingerMs, idleGraceMs)
    return this
  }

  /** Whether a session of this client ever began here. */
  hasMet(clientId: string): boolean {
    return this.#clientIds.has(clientId)
  }

  /** Whether there is one now. */
  hasSession(clientId: string): boolean {
    return this.#roomOf.get(clientId)?.clients.has(clientId) ?? false
  }

  /** The room that this client was let into, also when it has left or the room is over; undefined after `forget`. */
  watchedRoomOf(clientId: string): WatchedRoom | undefined {
    const room = this.#roomOf.get(clientId)
    return room && this.#watched.get(room)
  }

  forget(clientId: string): void {
    this.#roomOf.delete(clientId)
  }

  /** @throws SimulationError `memory_unbounded` where a room keeps more versions than it may, or one that is over is listed */
  verify(): void {
    for (const room of this.rooms.values()) {
      this.#watched.get(room)?.verify()
      if (room.status === 'closed')
        throw new SimulationError('memory_unbounded', `the room '${room.key}' is over, and still there`)
    }
  }
}
