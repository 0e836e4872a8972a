import {
  type AnyGame,
  type EventsOf,
  GameStateMachine,
  GameStateStore,
  type Logger,
  type StateOf,
  type WireOutcome,
} from '@tygase/gamestate'
import { RefusalError, shutdownEvent } from '@tygase/protocol'
import type { Channels } from '../channels/channels.js'
import { ServerError } from '../errors.js'
import { type HostShutdownOptions, hostShutdown } from '../host-shutdown.js'
import { Server } from '../server.js'
import { internalsOf } from '../server-internals.js'
import { PresentIds } from './present-ids.js'
import type { Reservation } from './reservations.js'
import type { RoomClient } from './room-client.js'
import type { RoomDefinition, RoomOrigin, RoomSurroundings } from './room-definition.js'
import { RoomHookCalls } from './room-hook-calls.js'
import { RoomLife, type RoomStatus } from './room-life.js'
import type { RoomListing } from './room-list.js'
import { roomLogger } from './room-logger.js'
import type { MessageHandler, RoomMetadata, RoomOptionsOf } from './room-options.js'
import { type RoomParts, setParts } from './room-parts.js'
import { RoomSaver } from './room-saver.js'
import { RoomSeats } from './room-seats.js'
import { RoomTraits } from './room-traits.js'
import { RoomTicks } from './tick-slots.js'

/** What a kind of room is like, and what is called as its rooms live. */
export type RoomOptions<G extends AnyGame> = RoomOptionsOf<G, Room<G>>

export interface ReserveOptions {
  /** How long the place is kept. Above 0, default 15,000. */
  forMs?: number
}

export interface CloseRoomOptions {
  /** What clients are told. */
  reason?: string
  /** Deletes what is saved of the room. Default false; a room that is over already is not forgotten. */
  forget?: boolean
}

/**
 * One game of its own: a store, a machine, clients and channels. What happens in it reaches no other room. Made by a
 * `RoomServer`, when a client asks for it or by `createRoom`.
 */
export class Room<G extends AnyGame = AnyGame> {
  /** The kind of room. */
  readonly name: string
  readonly id: string
  readonly store: GameStateStore<StateOf<G>>
  readonly machine: GameStateMachine<G>
  /** In ms of the server's clock. */
  readonly createdAtMs: number
  /** Sends an event to clients of this room. As of `Server`; throws `not_running` until the room is open. */
  readonly dispatchEvent: Server<G>['dispatchEvent']
  readonly #server: Server<G>
  readonly #logger: Logger
  readonly #maxClients: number
  readonly #handlers = new Set<string>()
  readonly #seats: RoomSeats<G>
  readonly #life: RoomLife<G>
  readonly #traits: RoomTraits
  readonly #isFresh: boolean

  /** For a `RoomServer`. @throws ServerError, GameStateError `invalid_argument` for options out of range */
  constructor(
    definition: RoomDefinition<G, Room<G>>,
    id: string,
    surroundings: RoomSurroundings,
    { isFresh, byClient, given }: RoomOrigin,
  ) {
    const { name, game, options, savedRooms } = definition
    const { clock, random, limits, storage, share, tickSlots } = surroundings
    this.name = name
    this.id = id
    const logger = roomLogger(surroundings.logger, this.key)
    this.createdAtMs = clock.now()
    this.#logger = logger
    this.#maxClients = options.maxClients
    this.#isFresh = isFresh
    const traits = new RoomTraits({ private: options.private, metadata: options.metadata ?? {} }, given)
    this.#traits = traits
    this.store = new GameStateStore<StateOf<G>>(game.initialState(), options)
    const seed = options.seed ?? Math.floor(random() * 2 ** 31)
    const present = new PresentIds()
    const played = options.save ? present.watch(game) : game
    const ticks = new RoomTicks(tickSlots, game.tickRate)
    const firstStepAtMs = (nowMs: number): number => ticks.begin(nowMs)
    this.machine = new GameStateMachine(this.store, played, { ...options, seed, logger, firstStepAtMs })
    this.machine.subscribe({ onRunning: (running) => running || ticks.end() })
    const parts = { clock, logger, random, limits: { ...limits, ...options.limits }, eventWire: this.machine }
    // how many there may be is seen to before a hello comes here
    this.#server = new Server<G>(this.store, { ...options, ...parts, maxSessions: Number.POSITIVE_INFINITY }, share)
    this.dispatchEvent = this.#server.dispatchEvent.bind(this.#server)
    const hooks = new RoomHookCalls(this, options, clock, logger)
    const { store, machine } = this
    const saver =
      options.save &&
      new RoomSaver<G>({
        ...{ key: this.key, save: options.save, storage, store, machine, present, traits, byClient, savedRooms },
        ...{ clock, logger },
      })
    const server = this.#server
    this.#seats = new RoomSeats({
      ...surroundings,
      key: this.key,
      logger,
      server,
      hooks,
      options,
      traits,
      isOver: () => this.status === 'closing' || this.status === 'closed',
      onEnter: () => this.#life.enter(),
      onLeave: () => this.#life.leave(),
    })
    const { idleGraceMs, runWhenEmpty } = options
    const occupancy = this.#seats
    this.#life = new RoomLife({
      ...{ server, machine, hooks, saver, idleGraceMs, runWhenEmpty, clock, logger, occupancy },
      tickClock: share.tickClock,
    })
    // reason: what the server of rooms does with them does not depend on their games
    setParts(this, { life: this.#life, seats: this.#seats } as unknown as RoomParts)
    const internals = internalsOf(server)
    internals.channels.joinTo(surroundings.channels)
    internals.register(shutdownEvent, this.#hostShutdown(definition, surroundings, internals.connections))
    for (const [event, handler] of Object.entries(options.onMessage ?? {})) {
      this.onMessage(event as keyof EventsOf<G> & string, handler as MessageHandler<Room<G>, unknown>)
    }
  }

  /** Name and id: `arena/42`. */
  get key(): string {
    return `${this.name}/${this.id}`
  }

  get status(): RoomStatus {
    return this.#life.status
  }

  /** Who is there, by client id, in the order of their coming; suspended sessions too. */
  get clients(): ReadonlyMap<string, RoomClient> {
    return this.#seats.clients
  }

  /** The id of the host client; undefined when there is none. */
  get hostClient(): string | undefined {
    return this.#server.hostClient
  }

  /** Those of this room alone. */
  get channels(): Channels {
    return this.#server.channels
  }

  /** Plain values that say what the room is like. What is set is copied. @throws ServerError `invalid_argument` */
  get metadata(): RoomMetadata {
    return this.#traits.now.metadata
  }

  set metadata(metadata: RoomMetadata) {
    this.#traits.change({ metadata })
  }

  /** Whether it is not listed, and found by its id alone. */
  get isPrivate(): boolean {
    return this.#traits.now.private
  }

  set isPrivate(isPrivate: boolean) {
    this.#traits.change({ private: isPrivate })
  }

  get isLocked(): boolean {
    return this.#traits.now.locked
  }

  /** Whether somebody without a ticket would be let in now. */
  get isOpen(): boolean {
    // most of those that are looked through for a free place are full, and there may be hundreds
    if (this.#seats.clients.size >= this.#maxClients) return false
    // of one that may have been saved it is not known yet
    const isKnown = this.status === 'open' || (this.status === 'opening' && (this.#isFresh || this.#life.isRestored))
    return isKnown && !this.isLocked && this.#seats.free >= 1
  }

  /** Lets nobody in any more without a ticket; who is there stays, and may resume. */
  lock(): void {
    this.#traits.change({ locked: true })
  }

  unlock(): void {
    this.#traits.change({ locked: false })
  }

  /**
   * Keeps a place free, also in a locked or private room, for whoever presents the ticket in time.
   * @throws ServerError `room_full`, `room_closed`, `invalid_argument`
   */
  reserve({ forMs = 15_000 }: ReserveOptions = {}): Reservation {
    if (!(forMs > 0 && Number.isFinite(forMs))) {
      throw new ServerError('invalid_argument', `forMs is a number above 0, not ${forMs}`)
    }
    return this.#seats.reserve(forMs)
  }

  /** Gives a reserved place back. @returns whether it was still kept */
  cancelReservation(ticket: string): boolean {
    return this.#seats.cancelReservation(ticket)
  }

  /**
   * Handles an event of clients before the rules do. It may be asynchronous. What it returns goes back to the sender, and a
   * `RefusalError` that it throws refuses the event; then the rules do not get it.
   * @returns a function that takes the handler away
   * @throws ServerError `handler_exists` where the event has one already; `invalid_argument`
   */
  onMessage<Name extends keyof EventsOf<G> & string>(
    name: Name,
    handler: MessageHandler<Room<G>, EventsOf<G>[Name]['data']>,
  ): () => void {
    if (typeof handler !== 'function') {
      throw new ServerError('invalid_argument', `the handler of '${name}' is a function, not ${typeof handler}`)
    }
    if (this.#handlers.has(name)) throw new ServerError('handler_exists', `there is a handler of '${name}' already`)
    const end = this.#server.registerEventHandler(name, (data, { clientId }) => {
      const client = this.clients.get(clientId)
      if (client === undefined) throw new RefusalError('room_closed', 'the session has ended')
      return handler(this, client, data)
    })
    this.#handlers.add(name)
    return () => {
      if (this.#handlers.delete(name)) end()
    }
  }

  /**
   * Queues an event for the rules, as if a client had sent it. One that they refuse is logged.
   * @param clientId `ctx.clientId` of the rule; default the empty string
   */
  pushEvent<Name extends keyof EventsOf<G> & string>(name: Name, data: EventsOf<G>[Name]['data'], clientId = ''): void {
    const settle = (outcome: WireOutcome): void => {
      if (outcome.kind === 'done') return
      this.#logger.warn({ event: name, code: outcome.code }, 'an event that was pushed was refused')
    }
    this.machine.pushEvent({ name, data, clientId, settle })
  }

  /**
   * Ends the room: its clients are told `shutdown` and the reason. Resolves when it is over, also when it was before.
   * @param options the reason, or what is to be done besides
   */
  close(options: string | CloseRoomOptions = {}): Promise<void> {
    const { reason, forget } = typeof options === 'string' ? { reason: options } : options
    return this.#life.close(reason, forget)
  }

  /** What anybody may know of it. */
  get listing(): RoomListing {
    const { name, id, isLocked: locked, metadata } = this
    const clients = this.#server.connections.size
    const limit = this.#maxClients === Number.POSITIVE_INFINITY ? {} : { maxClients: this.#maxClients }
    return { name, id, clients, ...limit, locked, metadata }
  }

  #hostShutdown(
    { options: { hostShutsDown } }: RoomDefinition<G, Room<G>>,
    { clock, shutdownServer }: RoomSurroundings,
    connections: HostShutdownOptions['connections'],
  ): ReturnType<typeof hostShutdown> {
    const shutdown = hostShutsDown === 'server' ? shutdownServer : (reason: string) => this.close(reason)
    if (hostShutsDown !== 'nothing') return hostShutdown({ clock, logger: this.#logger, connections, shutdown })
    return () => {
      throw new RefusalError('not_host_client', 'no client may shut this room down')
    }
  }
}
