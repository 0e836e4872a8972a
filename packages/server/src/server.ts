import type { SecureContextOptions } from 'node:tls'
import type {
  AnyGame,
  Clock,
  EventsOf,
  GameStateMachine,
  GameStateStore,
  Logger,
  ServerEventsOf,
  StateOf,
} from '@tygase/gamestate'
import {
  type AllEventsOf,
  announce,
  atOnce,
  type DispatchArguments,
  guard,
  guardedTime,
  systemClock,
  toLogger,
  wakefulClock,
} from '@tygase/gamestate/internal'
import {
  type CounterName,
  Counters,
  closeCodes,
  createLocalTransports,
  type Transport,
} from '@tygase/protocol/internal'
import { wallClock as systemWallClock } from './auth.js'
import type { Channels } from './channels.js'
import { ClientTable, secureRandom } from './clients/client-table.js'
import { limitPerAddress } from './entrance/address-limits.js'
import { budgetsOf } from './entrance/budget.js'
import { Door, usualSessionsPerAddress } from './entrance/door.js'
import { Entrance } from './entrance/entrance.js'
import type { AcceptedTransport } from './entrance/listener.js'
import { Listening } from './entrance/listening.js'
import { PendingList } from './entrance/pending-list.js'
import { checkKeys, ServerError } from './errors.js'
import { ChannelTable } from './events/channel-table.js'
import { agreedLimits } from './limit-relations.js'
import {
  type RoomOptions,
  type RunOptions,
  roomOptionRows,
  type ServerOptions,
  type SettledServerOptions,
  type ShutdownOptions,
  serverOptionRows,
  settle,
  settleRunOptions,
  shutdownOptionRows,
} from './options.js'
import {
  bindMethods,
  type Client,
  type HandlerData,
  type PushArguments,
  type Room,
  type RoomListing,
  type ServerDispatchOptions,
  type ServerEventHandler,
} from './room.js'
import { makeKind, type Surroundings } from './rooms/kind.js'
import { roomClosed } from './rooms/lifetime.js'
import { listRooms, type RoomFilter } from './rooms/listing.js'
import { type CreateRoomOptions, parseRoomPath, Registry, type RoomPath } from './rooms/registry.js'
import type { RoomCore } from './rooms/room-core.js'
import { RunState } from './run-state.js'
import { TickSchedule } from './sending/tick-loop.js'

/** Longest time of a client between its hello and its seat, `auth` and the making of its room included. */
const arrivalTimeoutMs = 30_000
/** Characters of a client's path that its refusal repeats. */
const maxPathInMessage = 40
/** The kind and the id of the room of `new Server({ game })`. */
const onlyKind = 'game'

/** Options of `new Server({ game })`: the game, those of a server, and those of its one room. */
export type GameServerOptions<G extends AnyGame> = ServerOptions & RoomOptions<G> & { game: G }

/** A room in this process, for `connect(server.at('/arena/42'))`. */
export interface RoomAddress {
  readonly path: string
  openTransport(): Transport
}

/**
 * Serves games to clients: one game, or many rooms of many games behind one port.
 *
 * - `new Server({ game })` has one room, which clients find at any path. Once it is closed, no client gets in any more. The members about one game (`store`,
 *   `dispatchEvent`, `clients` …) are those of this room.
 * - `new Server().define('arena', arena)` has rooms. A client asks for a room by the path of its URL: `/arena/42` is the room of that
 *   id, `/arena` any public room with a free seat. A room that is not there is made.
 *
 * All methods may be passed around.
 *
 * @typeParam G the one game
 */
export class Server<G extends AnyGame = AnyGame> {
  /** Counts of all rooms together. */
  readonly counters = new Counters()
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #drainMs: number
  readonly #door: Door
  readonly #table: ClientTable
  readonly #channels: ChannelTable
  readonly #registry: Registry
  readonly #entrance: Entrance
  readonly #surroundings: Surroundings
  readonly #only: RoomCore | undefined
  readonly #runState = new RunState()
  readonly #listening: Listening
  #path: string | undefined
  #endBlocking = (): void => {}

  /** @throws ServerError, ProtocolError, GameStateError `invalid_argument` naming the option that is unknown or out of range */
  constructor(options: GameServerOptions<G>)
  constructor(options?: ServerOptions)
  constructor(given: ServerOptions & Partial<GameServerOptions<G>> = {}) {
    if (typeof given !== 'object' || given === null) checkKeys('new Server', given, [])
    const { game, ...others } = given
    const rows = game === undefined ? serverOptionRows : { ...roomOptionRows, ...serverOptionRows }
    // reason: the rows of the table say which options have a default
    const options = settle('new Server', rows, others) as unknown as SettledServerOptions
    const { wallClock: date = systemWallClock, random: draw = secureRandom, limits = {} } = options
    const random = (): number => atOnce('random', draw())
    const { maxSessions, maxHandshakes, maxArrivals, maxRooms, authTimeoutMs, drainMs, auth, storage } = options
    if (authTimeoutMs > arrivalTimeoutMs) {
      const sentence = `authTimeoutMs is at most ${arrivalTimeoutMs}, not ${authTimeoutMs}: a client waits no longer for its seat`
      throw new ServerError('invalid_argument', sentence)
    }
    const logger = toLogger(options.logger, options.clock)
    const clock = wakefulClock(options.clock ?? systemClock, logger)
    const wallClock = { now: guardedTime(() => date.now(), logger, 'wallClock failed') }
    const { handshakeTimeoutMs, maxPacketBytes } = agreedLimits(limits)
    this.#clock = clock
    this.#drainMs = drainMs
    this.#logger = logger
    const { counters } = this
    this.#door = new Door({
      clock,
      logger,
      counters,
      maxPacketBytes,
      handshakeTimeoutMs,
      drainMs,
      maxHandshakes,
      maxHandshakesPerAddress: options.maxHandshakesPerAddress,
      maxSessionsPerAddress: options.maxSessionsPerAddress,
      budgets: budgetsOf(options),
      blockList: options.blockList,
      accessLog: options.accessLog,
      date: () => new Date(wallClock.now()).toISOString(),
      onTransport: (transport, request) => {
        if (this.running) this.#entrance.take(transport, request)
        else {
          const { number, reason } = closeCodes.shutdown
          guard(logger, 'a transport failed', () => transport.close(number, reason))
        }
      },
    })
    this.#listening = new Listening(this.#door, logger, this)
    this.#table = new ClientTable(random)
    this.#channels = new ChannelTable('server', clock, logger, options.channels)
    const surroundings: Surroundings = {
      clock,
      wallClock,
      logger,
      random,
      limits,
      counters,
      exposeErrors: options.exposeErrors ?? isDevelopment(),
      schedule: new TickSchedule(clock),
      table: this.#table,
      door: this.#door,
      channels: this.#channels,
      storage,
      server: this,
    }
    this.#surroundings = surroundings
    this.#registry = new Registry(surroundings, {
      maxRooms,
      maxRoomsPerAddress: limitPerAddress(options.maxRoomsPerAddress, usualSessionsPerAddress),
    })
    const maxPerAddress = limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress)
    this.#entrance = new Entrance({
      clock,
      logger,
      counters,
      door: this.#door,
      registry: this.#registry,
      table: this.#table,
      auth,
      authTimeoutMs,
      maxSessions,
      arrivals: new PendingList({ clock, timeoutMs: arrivalTimeoutMs, max: maxArrivals, maxPerAddress }),
      locate: (path) => this.#locate(path),
    })
    if (game !== undefined) this.#only = this.#makeOnly(game, others)
    bindMethods(this, methods)
  }

  /** Port at which clients connect; undefined unless it listens. */
  get port(): number | undefined {
    return this.#listening.port
  }

  get hostname(): string | undefined {
    return this.#listening.hostname
  }

  /** The path of the one game, which `connect(server)` asks for; `/` with rooms. */
  get path(): string {
    return (this.#only && this.#path) ?? '/'
  }

  /** True from the end of `run` until `shutdown` is called. */
  get running(): boolean {
    return this.#runState.running
  }

  /** All rooms, private ones too, by kind and id (`arena/42`), oldest first. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.#registry.rooms
  }

  /** Channels that all rooms share; with one game, those of its room. */
  get channels(): Channels {
    return this.#only?.channels ?? this.#channels
  }

  /** Sessions and rooms there are now, and all counts of `counters`. */
  get stats(): ServerStats {
    return { sessions: this.#table.sessions, rooms: this.rooms.size, ...this.counters.snapshot() }
  }

  /** The one room of `new Server({ game })`. @throws ServerError `unknown_room` for a server with rooms, as all members below do */
  get room(): Room<G> {
    // reason: the room was made for the game of this server
    return this.#one as unknown as Room<G>
  }

  /** The room's store. */
  get store(): GameStateStore<StateOf<G>> {
    return this.room.store
  }

  /** The room's machine. */
  get machine(): GameStateMachine<G> {
    return this.room.machine
  }

  /** The room's clients. */
  get clients(): ReadonlyMap<string, Client> {
    return this.#one.clients
  }

  /** The room's host client. */
  get hostClient(): string | undefined {
    return this.#one.hostClient
  }

  /** For `console.log` in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return { port: this.port, rooms: [...this.rooms.keys()], clients: this.#table.sessions }
  }

  /** As of `Room`. */
  dispatchEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<ServerEventsOf<G>[Name], ServerDispatchOptions>
  ): void {
    this.room.dispatchEvent(name, ...args)
  }

  /** As of `Room`. */
  registerEventHandler<Name extends keyof EventsOf<G> & string>(
    name: Name,
    handler: ServerEventHandler<HandlerData<G, Name>>,
  ): () => void {
    return this.room.registerEventHandler(name, handler)
  }

  /** As of `Room`. */
  pushEvent<Name extends keyof AllEventsOf<G> & string>(
    name: Name,
    ...args: PushArguments<AllEventsOf<G>[Name]['data']>
  ): void {
    this.room.pushEvent(name, ...args)
  }

  /**
   * Adds a kind of room. Its rooms are made later.
   * @param kind 1 to 32 letters, digits, "_" and "-"
   * @throws ServerError `room_exists` for a kind that is defined already; `invalid_argument`, also as an error of another
   * package, for an option that is unknown or would fail each room
   */
  define<K extends AnyGame>(kind: string, game: K, options: RoomOptions<K> = {}): this {
    if (this.#only !== undefined) throw new ServerError('invalid_argument', 'a server with one game has no other rooms')
    // reason: a room gives its hooks nothing but itself, so they get the room that they are typed for
    this.#registry.define(makeKind(kind, game, options as unknown as RoomOptions<AnyGame>, this.#surroundings))
    return this
  }

  /**
   * Makes a room, before or after `run`. If no client comes, it ends as every empty room does.
   * @typeParam K the game of its kind
   * @throws (as a rejection) ServerError `unknown_room`, `room_exists`, `room_limit`, `room_failed`, `room_closed`, `invalid_argument`
   */
  async createRoom<K extends AnyGame = AnyGame>(kind: string, options: CreateRoomOptions = {}): Promise<Room<K>> {
    if (this.#only !== undefined) throw new ServerError('room_limit', 'a server with one game has no other rooms')
    // reason: the caller names the game
    return (await this.#registry.create(kind, options)) as unknown as Room<K>
  }

  /** The public rooms that match, oldest first. @throws ServerError `invalid_argument` */
  listRooms(filter: RoomFilter = {}): RoomListing[] {
    return listRooms(this.#registry.rooms.values(), filter)
  }

  /**
   * Begins to serve; resolves when clients can connect. During `shutdown` it waits for its end first.
   * @throws (as a rejection) ServerError `already_running`; `port_in_use` naming the port; `listen_failed`; `tls_invalid`;
   * `room_failed`; `room_closed` if the one room is closed; `invalid_argument`. After any other code the server may run later.
   */
  async run(options: RunOptions = {}): Promise<void> {
    const settled = settleRunOptions(options)
    await this.#runState.run(
      () => this.#open(settled),
      () => this.#begin(settled),
    )
  }

  /**
   * Closes all transports with the reason, after what waits to be sent, frees the port, and resolves within about `drainMs`, after the hooks. Rooms
   * and sessions wait for the grace time of sessions, in case this object runs again, unless `endSessions` is true. Calling it
   * again, or before `run`, resolves; during `run` it waits for its end first.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const settled = settle('shutdown', shutdownOptionRows, options)
    await this.#runState.shutdown(() => this.#stop(settled))
  }

  /** Takes a client over any transport. @throws ServerError `not_running` */
  acceptTransport(transport: AcceptedTransport): void {
    if (!this.running) throw new ServerError('not_running', 'the server does not run')
    this.#entrance.take(transport)
  }

  /** A transport for a client in this process: `connect(server)` uses it. @throws ServerError `not_running` */
  openTransport(): Transport {
    const [own, clients] = createLocalTransports(this.#clock)
    this.acceptTransport(own)
    return clients
  }

  /** The address of a room for clients in this process: `connect(server.at('/arena/42'))`. */
  at(path: string): RoomAddress {
    return { path: `${this.#base}${path}`, openTransport: () => this.openTransport() }
  }

  /**
   * Uses another certificate for new connections.
   * @throws ServerError `not_running` unless it listens; `tls_invalid`, and the old certificate stays
   */
  setSecureContext(options: SecureContextOptions): void {
    this.#listening.setSecureContext(options)
  }

  get #one(): RoomCore {
    if (this.#only !== undefined) return this.#only
    throw new ServerError('unknown_room', 'this server has rooms: use server.rooms, or new Server({ game })')
  }

  /** The path before the paths of rooms, without a slash at its end. */
  get #base(): string {
    return this.#only === undefined ? (this.#path ?? '').replace(/\/$/, '') : ''
  }

  #makeOnly(game: G, options: ServerOptions & RoomOptions<G>): RoomCore {
    const own: [string, unknown][] = Object.entries(options).filter(([name]) => Object.hasOwn(roomOptionRows, name))
    if ((options.idleGraceMs ?? Number.POSITIVE_INFINITY) !== Number.POSITIVE_INFINITY) {
      throw new ServerError(
        'invalid_argument',
        'idleGraceMs is for servers with rooms: the room of one game never ends idle',
      )
    }
    // reason: the rows of the table have the names of the options of a room
    const given = {
      runWhenEmpty: true,
      ...Object.fromEntries(own),
      idleGraceMs: Number.POSITIVE_INFINITY,
    } as RoomOptions<AnyGame>
    // the host that ends the one room ends the server with it
    if (given.hostShutsDown === 'room') given.hostShutsDown = 'server'
    const kind = { ...makeKind(onlyKind, game, given, this.#surroundings), isSingle: true }
    this.#registry.define(kind)
    return this.#registry.make(kind, onlyKind, { byClient: false })
  }

  /** The room that a client asks for. @throws ServerError `unknown_room` */
  #locate(path: string): RoomPath {
    if (this.#only !== undefined) {
      const isHere = this.#path === undefined || this.#path === path
      if (isHere) return { kind: this.#only.kind, id: this.#only.id }
      const asked = path.slice(0, maxPathInMessage)
      throw new ServerError('unknown_room', `the game has the path ${this.#path}, not ${asked}`)
    }
    const found = parseRoomPath(path, this.#base)
    if (found === undefined)
      throw new ServerError(
        'unknown_room',
        `a room has the path ${this.#base}/<kind>/<id>, not ${path.slice(0, maxPathInMessage)}`,
      )
    return found
  }

  #open(options: RunOptions): Promise<void> | undefined {
    this.#path = options.path
    const isLocal = options.port === false && (options.listeners ?? []).length === 0
    return isLocal ? this.#openRooms() : this.#listen(options)
  }

  async #listen(options: RunOptions): Promise<void> {
    try {
      await this.#listening.open(options, this.#base)
      await this.#openRooms()
    } catch (error) {
      await this.#listening.close(0)
      throw error
    }
  }

  /** Opens the one room at the first run; wakes rooms that were suspended. @returns undefined if nothing has to be awaited */
  #openRooms(): Promise<void> | undefined {
    const only = this.#only
    if (only?.isOver) throw roomClosed()
    const opening = only?.status === 'opening' ? only.lifetime.open() : undefined
    if (opening !== undefined && only?.status !== 'open') return opening.then(() => this.#wakeRooms())
    this.#wakeRooms()
    return undefined
  }

  #wakeRooms(): void {
    for (const room of this.#registry.rooms.values()) {
      room.lifetime.wake()
      room.lifecycle.wakeAll()
    }
  }

  #begin({ port = 0, path }: RunOptions): void {
    const endBlocked = (): void => {
      for (const room of this.#registry.rooms.values()) room.lifecycle.endBlocked()
    }
    this.#endBlocking = this.#door.onBlock(endBlocked)
    const addresses = this.#listening.urls.map((url) => `${url}${path ?? ''}`)
    const rooms = this.#only === undefined ? this.#registry.kinds : [this.#only.kind]
    if (rooms.length === 0)
      this.#logger.warn({}, 'the server has no game: call server.define, or use new Server({ game })')
    const details = { addresses, rooms }
    if (port === false && addresses.length === 0) this.#logger.debug(details, 'the server runs, without a port')
    else announce(this.#logger, details, `the server runs at ${addresses.join(', ')} (${rooms.join(', ')})`)
  }

  async #stop({
    reason = closeCodes.shutdown.reason,
    drainMs = this.#drainMs,
    endSessions = false,
  }: ShutdownOptions): Promise<void> {
    this.#endBlocking()
    this.#entrance.close('shutdown', reason)
    const ends: Promise<void>[] = []
    const told = [...this.#registry.rooms.values()].map(({ lifetime }) => {
      const isTold = lifetime.told()
      const end =
        endSessions && this.#only === undefined ? lifetime.close({ reason }) : lifetime.suspend(reason, endSessions)
      ends.push(end)
      return Promise.race([isTold, end])
    })
    // connections have their time from when all clients have been sent the reason: a hook may take longer
    await Promise.all(told)
    await Promise.all([...ends, this.#listening.close(drainMs)])
    this.#logger.info({ reason }, 'the server has shut down')
  }
}

/** Sessions and rooms of a server, and its counts since it was made. */
export type ServerStats = { readonly sessions: number; readonly rooms: number } & Readonly<Record<CounterName, number>>

const methods = [
  'dispatchEvent',
  'registerEventHandler',
  'pushEvent',
  'define',
  'createRoom',
  'listRooms',
  'run',
  'shutdown',
  'acceptTransport',
  'openTransport',
  'at',
  'setSecureContext',
] as const

/** True unless NODE_ENV is `production`. In a browser there is none. */
function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.NODE_ENV !== 'production'
}
