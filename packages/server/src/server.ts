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
import { Acting } from './cluster/acting.js'
import type { DrainOptions, ServerCluster } from './cluster/cluster.js'
import { ClusterRooms } from './cluster/cluster-rooms.js'
import { limitPerAddress } from './entrance/address-limits.js'
import { budgetsOf } from './entrance/budget.js'
import { Door, usualSessionsPerAddress } from './entrance/door.js'
import { Entrance } from './entrance/entrance.js'
import type { AcceptedTransport } from './entrance/listener.js'
import { Listening, openPorts, playedServer } from './entrance/listening.js'
import { Mounts } from './entrance/mounts.js'
import { PendingList } from './entrance/pending-list.js'
import { checkKeys, ServerError } from './errors.js'
import { ChannelTable } from './events/channel-table.js'
import type { JournaledRoom } from './journal/journal.js'
import { rehearse } from './journal/rehearsal.js'
import { agreedLimits } from './limit-relations.js'
import { Metering, meteringOf } from './metering.js'
import { settle } from './option-rows.js'
import { roomOptionRows, serverOptionRows, settleRunOptions, shutdownOptionRows } from './option-tables.js'
import type { RoomOptions, RunOptions, ServerOptions, SettledServerOptions, ShutdownOptions } from './options.js'
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
import { makeKind, type RoomKind, type Surroundings } from './rooms/kind.js'
import { type ListedRoom, listRooms, type RoomFilter } from './rooms/listing.js'
import { type CreateRoomOptions, Registry, type RoomClaims, RoomPaths } from './rooms/registry.js'
import type { RoomCore } from './rooms/room-core.js'
import { type RoomListOptions, roomListGame, roomListKind, roomListKindOptions } from './rooms/room-list.js'
import { type ImportOptions, makeOnlyRoom, RoomsLife } from './rooms/rooms-life.js'
import { RunState } from './run-state.js'
import { TickSchedule } from './sending/tick-loop.js'

/** Longest time of a client between its hello and its seat, `auth` and the making of its room included. */
const arrivalTimeoutMs = 30_000
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
  /** @internal What else is behind its port. */
  readonly mounts: Mounts
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
  readonly #life: RoomsLife
  readonly #clusterRooms: ClusterRooms | undefined
  readonly #listening: Listening
  readonly #paths: RoomPaths
  #endBlocking = (): void => {}

  /** @throws ServerError, ProtocolError, GameStateError `invalid_argument` naming the option that is unknown or out of range */
  constructor(options?: ServerOptions & { readonly game?: undefined })
  // the last one: a compiler's error is about this one, which has all names
  constructor(options: GameServerOptions<G>)
  constructor(given: ServerOptions & Partial<GameServerOptions<G>> = {}) {
    if (typeof given !== 'object' || given === null) checkKeys('new Server', given, [])
    if ('initialState' in given)
      throw new ServerError('invalid_argument', 'new Server takes { game }, not the game itself')
    const { game, ...others } = given
    const rows = game === undefined ? serverOptionRows : { ...roomOptionRows, ...serverOptionRows }
    // reason: the rows of the table say which options have a default
    const options = settle('new Server', rows, others) as unknown as SettledServerOptions
    const { wallClock: date = systemWallClock, random: draw = secureRandom, limits = {} } = options
    const random = (): number => atOnce('random', draw())
    const { maxSessions, maxHandshakes, maxArrivals, maxRooms, authTimeoutMs, drainMs, auth, storage, cluster } =
      options
    if (cluster !== undefined && game !== undefined) {
      throw new ServerError('invalid_argument', 'a cluster has rooms: use server.define in the place of { game }')
    }
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
    const metering = new Metering()
    this.#paths = new RoomPaths(game !== undefined)
    this.mounts = new Mounts(logger)
    this.#door = new Door({
      ...{ clock, logger, counters, metering, maxPacketBytes, handshakeTimeoutMs, drainMs, maxHandshakes },
      maxHandshakesPerAddress: options.maxHandshakesPerAddress,
      maxSessionsPerAddress: options.maxSessionsPerAddress,
      budgets: budgetsOf(options),
      blockList: options.blockList,
      accessLog: options.accessLog,
      date: () => new Date(wallClock.now()).toISOString(),
      giverFor: (url) => this.#clusterRooms?.giverFor(url),
      mounts: this.mounts,
      onTransport: (transport, request) => {
        if (this.running || this.#entrance.isHolding) this.#entrance.take(transport, request)
        else {
          const { number, reason } = closeCodes.shutdown
          guard(logger, 'a transport failed', () => transport.close(number, reason))
        }
      },
    })
    this.#listening = new Listening(this.#door, logger, this, () =>
      isDevelopment()
        ? playedServer(this, this.#registry, this.#paths, game !== undefined, auth !== undefined)
        : undefined,
    )
    this.#table = new ClientTable(random)
    this.#channels = new ChannelTable('server', clock, logger, options.channels, cluster?.channels)
    const acting = cluster && new Acting(clock, cluster, logger)
    const surroundings: Surroundings = {
      ...{ acting, cluster, clock, wallClock, logger, random, limits, counters, metering },
      exposeErrors: options.exposeErrors ?? isDevelopment(),
      schedule: new TickSchedule(acting?.clock ?? clock),
      table: this.#table,
      door: this.#door,
      channels: this.#channels,
      storage,
      checkBudget: { freeAtMs: Number.NEGATIVE_INFINITY },
      server: this,
    }
    this.#surroundings = surroundings
    const claims: RoomClaims = {
      claim: async (key) => this.#clusterRooms?.claim(key),
      isOwn: (key) => this.#clusterRooms?.isOwn(key) === true,
      closed: (key) => this.#clusterRooms?.closed(key),
    }
    this.#registry = new Registry(surroundings, {
      maxRooms,
      ...(cluster && { cluster: claims }),
      maxRoomsPerAddress: limitPerAddress(options.maxRoomsPerAddress, usualSessionsPerAddress),
    })
    this.#clusterRooms =
      cluster &&
      acting &&
      new ClusterRooms({
        ...{ cluster, acting, clock, logger, registry: this.#registry, table: this.#table, maxSessions },
        isRoomList: (kind) => this.#paths.isRoomList(kind),
        adopt: (socket, request) => this.#listening.adopt(socket, request),
      })
    const maxPerAddress = limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress)
    const arrivals = new PendingList({ clock, timeoutMs: arrivalTimeoutMs, max: maxArrivals, maxPerAddress })
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
      arrivals,
      locate: (path) => this.#paths.locate(path),
      cluster: this.#clusterRooms,
    })
    if (game !== undefined) this.#only = makeOnlyRoom(this.#registry, surroundings, game, others)
    this.#life = new RoomsLife({
      ...{ registry: this.#registry, only: this.#only, logger },
      rehearse: (left, isOver) => this.#rehearse(left, isOver),
    })
    const { handshakes } = this.#door
    metering.server = { clock, table: this.#table, handshakes, arrivals, journals: () => this.#registry.journals }
    bindMethods(this, methods)
  }

  /** For packages of this repository. */
  get [meteringOf](): Metering {
    return this.#surroundings.metering
  }

  /** Port at which clients connect; undefined unless it listens. */
  get port(): number | undefined {
    return this.#listening.port
  }

  /** Name under which it listens; undefined unless it does. */
  get hostname(): string | undefined {
    return this.#listening.hostname
  }

  /** The path of the one game, which `connect(server)` asks for; `/` with rooms. */
  get path(): string {
    return this.#paths.path
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

  /** The cluster of which it is one server, if any: `server.cluster.servers` has the others. */
  get cluster(): ServerCluster | undefined {
    return this.#clusterRooms?.cluster
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
   * Lets clients look at the public rooms: `watchRooms(address)` and `useRooms` of React see them come, fill and go. The list is the
   * state of a room of the kind `rooms`, which is there while a client looks. It has the same entrance, limits and `auth` as any room.
   * @throws ServerError `room_exists` if it is defined already, or a game of that name; `invalid_argument`, also for a server with one
   * game
   */
  defineRoomList(options: RoomListOptions = {}): this {
    const source = (): ReadonlyMap<string, ListedRoom> => this.#publicRooms
    const kinds = (): string[] => this.#registry.kinds
    const lists = {
      get rooms() {
        return source()
      },
      get kinds() {
        return kinds()
      },
    }
    this.define(roomListKind, roomListGame, roomListKindOptions(options, lists))
    this.#paths.hasRoomList = true
    return this
  }

  /**
   * Rooms of `game` go on with other rules from their next tick on: state, clients and sessions stay, and clients get the state
   * once more, whole. For development, while the rules are edited. A state that no longer fits is not found out: rules may fail.
   * Events that wait for a tick have been checked by the schemas of before.
   * @param game as it was given to this server, or as the last call has replaced it
   * @returns false if no kind of room has `game`: nothing is replaced
   * @throws ServerError, GameStateError `invalid_argument` for a handler of an event that clients cannot send any more; if `version`, `tickRate`, the presence of `presence` or of an event with `rewind` differ. Nothing is replaced then.
   */
  replaceGame(game: AnyGame, next: AnyGame): boolean {
    return this.#registry.replaceGame(game, next)
  }

  /**
   * Makes a room, before or after `run`. If no client comes, it ends as every empty room does.
   * @typeParam K the game of its kind
   * @throws (as a rejection) ServerError `unknown_room`, `room_exists`, `room_limit`, `room_failed`, `room_closed`, `invalid_argument`
   */
  async createRoom<K extends AnyGame = AnyGame>(kind: string, options: CreateRoomOptions = {}): Promise<Room<K>> {
    if (this.#only !== undefined) throw new ServerError('room_limit', 'a server with one game has no other rooms')
    if (this.#paths.isRoomList(kind))
      throw new ServerError('invalid_argument', 'the list of rooms is made when a client looks')
    // reason: the caller names the game
    return (await this.#registry.create(kind, options)) as unknown as Room<K>
  }

  /**
   * Goes on with a room of another server: state, version, clients and their sessions, which resume here. No `onJoin` runs.
   * @param bytes of `room.export()`
   * @param options where it goes on: `kind` and `id`, by default those that it had. For a server with one game: its room, before `run`
   * @throws (as a rejection) ServerError `saved_state_invalid` for other bytes; `saved_state_too_new`, `saved_state_not_migrated` in the
   * cause of `room_failed`; `unknown_room`, `room_exists`, `room_limit`, `invalid_argument`
   */
  async import<K extends AnyGame = AnyGame>(bytes: Uint8Array, options: ImportOptions = {}): Promise<Room<K>> {
    checkKeys('import', options, ['kind', 'id'])
    // reason: the caller names the game
    return (await this.#life.import(bytes, options)) as unknown as Room<K>
  }

  /** The public rooms that match, oldest first; in a cluster those of all servers. @throws ServerError `invalid_argument` */
  listRooms(filter: RoomFilter = {}): RoomListing[] {
    return listRooms(
      [...this.#publicRooms.values()].filter(({ kind }) => !this.#paths.isRoomList(kind)),
      filter,
    )
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

  /**
   * Leaves its rooms to the other servers of the cluster, with their clients and sessions: no client is thrown out. New rooms and clients
   * go to others from the call on. Then `shutdown` may follow.
   * @throws (as a rejection) ServerError `invalid_argument` without the option `cluster`; ClusterError `cluster_full` if no server takes
   * a room: it stays here
   */
  async drain(options: DrainOptions = {}): Promise<void> {
    checkKeys('drain', options, ['deadlineMs'])
    if (this.#clusterRooms === undefined) throw new ServerError('invalid_argument', 'drain needs the option cluster')
    await this.#clusterRooms.drain(options)
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
    return { path: `${this.#paths.base}${path}`, openTransport: () => this.openTransport() }
  }

  /**
   * Uses another certificate for new connections.
   * @throws ServerError `not_running` unless it listens; `tls_invalid`, and the old certificate stays
   */
  setSecureContext(options: SecureContextOptions): void {
    this.#listening.setSecureContext(options)
  }

  /** Of all servers; private ones of this server too. */
  get #publicRooms(): ReadonlyMap<string, ListedRoom> {
    return this.#clusterRooms?.allRooms ?? this.#registry.rooms
  }

  get #one(): RoomCore {
    if (this.#only !== undefined) return this.#only
    throw new ServerError('unknown_room', 'this server has rooms: use server.rooms, or new Server({ game })')
  }

  #open(options: RunOptions): Promise<void> | undefined {
    this.#paths.given = options.path
    const joining = this.#clusterRooms?.join(options.path)
    return joining === undefined ? this.#openRooms(options) : joining.then(() => this.#openRooms(options))
  }

  #openRooms(options: RunOptions): Promise<void> | undefined {
    const isLocal = options.port === false && (options.listeners ?? []).length === 0
    return isLocal ? this.#life.open() : this.#listen(options)
  }

  #listen(options: RunOptions): Promise<void> {
    return openPorts({
      clock: this.#clock,
      entrance: this.#entrance,
      listening: this.#listening,
      // rooms that another process has left go on first
      isTakingOver: this.#clusterRooms === undefined && this.#registry.journals.length > 0,
      openRooms: async () => this.#life.open(),
      listen: () => this.#listening.open(options, this.#paths.base),
    })
  }

  /** Warms up, while another process still has the rooms. */
  #rehearse(left: readonly JournaledRoom[], isOver: () => boolean): Promise<void> {
    const { limits } = this.#surroundings
    const makeStage = (clock: Clock, kinds: readonly RoomKind[]): Server => {
      const stage = new Server({ clock, limits, logger: false })
      for (const kind of kinds) stage.#registry.define(kind)
      return stage
    }
    const kinds = this.#registry.kinds.map((name) => this.#registry.kindOf(name))
    return rehearse({ kinds, left, clock: this.#clock, makeStage, isOver })
  }

  #begin({ port = 0, path }: RunOptions): void {
    this.#surroundings.metering.turn(true)
    this.#entrance.release()
    this.mounts.open((path ?? '').replace(/\/$/, ''), this.#door.log)
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

  async #stop(options: ShutdownOptions): Promise<void> {
    const { reason = closeCodes.shutdown.reason, drainMs = this.#drainMs } = options
    this.#entrance.close('shutdown', reason)
    this.#surroundings.metering.turn(false)
    if (options.handOver && this.#registry.journals.length > 0) {
      this.#listening.leavePorts()
      await this.#life.openSpares(this.#door, this.#clock)
    }
    this.#endBlocking()
    // rooms and clients that no other server takes end here
    await this.#clusterRooms?.leaveRooms(reason)
    const { told, ended } = this.#life.stop(reason, options)
    // connections have their time from when all clients have been sent the reason: a hook may take longer
    await told
    await Promise.all([ended, this.mounts.close(reason), this.#listening.close(drainMs)])
    await this.#clusterRooms?.leave()
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
  'defineRoomList',
  'replaceGame',
  'createRoom',
  'import',
  'listRooms',
  'run',
  'shutdown',
  'drain',
  'acceptTransport',
  'openTransport',
  'at',
  'setSecureContext',
] as const

/** True unless NODE_ENV is `production`. In a browser there is none. */
export function isDevelopment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.NODE_ENV !== 'production'
}
