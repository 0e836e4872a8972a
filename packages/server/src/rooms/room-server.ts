import type { SecureContextOptions } from 'node:tls'
import { type AnyGame, type Clock, type Logger, silentLogger } from '@tygase/gamestate'
import { closeCodes, limitsOf, type Transport } from '@tygase/protocol'
import { wallClock as systemWallClock } from '../auth.js'
import { ChannelTable } from '../channels/channel-table.js'
import { Channels } from '../channels/channels.js'
import { limitPerAddress } from '../entrance/address-limits.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import { PendingList } from '../entrance/pending-list.js'
import { ServerError } from '../errors.js'
import { Gate, usualSessionsPerAddress } from '../gate.js'
import { createInProcessPair } from '../in-process.js'
import { Listening } from '../listening.js'
import { secureRandom } from '../secure-random.js'
import { checkPort, type RunOptions, type ShutdownOptions } from '../server-options.js'
import { systemClock } from '../system-clock.js'
import { Population } from './population.js'
import { Reception } from './reception.js'
import type { Room, RoomOptions } from './room.js'
import type { RoomDefinition } from './room-definition.js'
import { listRooms, type RoomFilter, type RoomListing } from './room-list.js'
import { settleRoomOptions } from './room-options.js'
import { partsOf } from './room-parts.js'
import { checkRoomName } from './room-path.js'
import { type CreateRoomOptions, RoomRegistry } from './room-registry.js'
import { type RoomServerOptions, settleCounts, usualRoomsPerAddress } from './room-server-options.js'
import { SavedRooms } from './saved-rooms.js'
import { TickClock } from './tick-clock.js'
import { TickSlots } from './tick-slots.js'

/** What has been counted since the server was made. */
export interface RoomServerStats {
  /** Sessions there are now, in all rooms. */
  sessions: number
  /** Rooms there are now. */
  rooms: number
  /** Transports that were not let in. */
  refusedTransports: number
  /** Connections and requests that the block list has turned away. */
  blocked: number
  /** Upgrades of web pages that may not connect. */
  refusedOrigins: number
}

/** A room in this process, for `connect(…)`. */
export interface RoomAddress {
  readonly path: string
  openTransport(): Transport
}

/** To be asked who one is, and to wait for a room that is made, may take so long in all. */
const askedTimeoutMs = 30_000

type State = 'idle' | 'starting' | 'running' | 'stopping'

/**
 * Many games behind one port. A client asks for a room by the path of its URL: `/arena/42` is the room of that id, and `/arena`
 * any public one with a free place; what is not there is made. All rooms share one listener and one gate; nothing else.
 */
export class RoomServer {
  /** Those of all rooms together. */
  readonly channels: Channels
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #gate: Gate
  readonly #registry: RoomRegistry
  readonly #reception: Reception
  readonly #listening: Listening
  #state: State = 'idle'
  #base = ''
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  /** @throws ServerError, ProtocolError `invalid_argument` for an option or one of `limits` out of range */
  constructor(options: RoomServerOptions = {}) {
    const { clock = systemClock, random = secureRandom, logger = silentLogger, limits = {}, auth, storage } = options
    const { authTimeoutMs, maxSessions, maxRooms, maxHandshakes, maxArrivals } = settleCounts(options)
    const { handshakeTimeoutMs, maxPacketBytes } = limitsOf('server', limits)
    this.#clock = clock
    this.#logger = logger
    const gate = new Gate({ ...options, clock, logger, maxHandshakes, handshakeTimeoutMs })
    const channels = new ChannelTable('server', clock, logger, options.channels)
    this.channels = new Channels(channels)
    this.#gate = gate
    const { wallClock = systemWallClock } = options
    const shutdownServer = (reason: string): Promise<void> => this.shutdown({ reason, endSessions: true })
    const share = { gate, tickClock: new TickClock(clock), isTaken: (clientId: string) => gate.has(clientId) }
    const [population, tickSlots] = [new Population(), new TickSlots()]
    const registry = new RoomRegistry(
      { clock, wallClock, logger, random, limits, share, channels, storage, population, tickSlots, shutdownServer },
      { maxRooms, maxRoomsPerAddress: limitPerAddress(options.maxRoomsPerAddress, usualRoomsPerAddress) },
    )
    this.#registry = registry
    const maxPerAddress = limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress)
    const asked = new PendingList({ clock, timeoutMs: askedTimeoutMs, max: maxArrivals, maxPerAddress })
    this.#reception = new Reception({ clock, logger, gate, registry, auth, authTimeoutMs, maxSessions, asked })
    this.#listening = new Listening({
      ...{ clock, logger, gate, handshakeTimeoutMs, maxPacketBytes },
      onTransport: (transport, request) => {
        if (this.running) this.#reception.take(transport, this.#base, request)
        else transport.close(closeCodes.shutdown.number, closeCodes.shutdown.reason)
      },
    })
  }

  /** Where clients connect; undefined unless it listens. */
  get port(): number | undefined {
    return this.#listening.port
  }

  get hostname(): string | undefined {
    return this.#listening.hostname
  }

  /** True from when `run` has resolved until `shutdown` is called. */
  get running(): boolean {
    return this.#state === 'running'
  }

  /** The rooms there are, private ones too, by name and id (`arena/42`), in the order of their making. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.#registry.rooms
  }

  get stats(): RoomServerStats {
    return {
      sessions: this.#gate.sessions,
      rooms: this.rooms.size,
      refusedTransports: this.#reception.refused,
      ...this.#gate.stats,
    }
  }

  /**
   * Makes a kind of room known. Rooms of it are made later.
   * @param name 1 to 32 letters, digits, "_" and "-"
   * @throws ServerError `room_exists` for a name that is defined already; `invalid_argument`, also as an error
   * of another package, for an option that would fail each room
   */
  define<G extends AnyGame>(name: string, game: G, options: RoomOptions<G> = {}): this {
    checkRoomName(name)
    if (this.#registry.has(name)) throw new ServerError('room_exists', `the kind of room '${name}' is defined already`)
    const settled = settleRoomOptions(options)
    const savedRooms = new SavedRooms(name, settled.save?.maxSavedRooms ?? 10_000)
    const definition: RoomDefinition<G, Room<G>> = { name, game, options: settled, savedRooms }
    // reason: a room hands its hooks nothing but itself, so what they are typed for is what they get
    this.#registry.define(definition as unknown as RoomDefinition<AnyGame, Room>)
    return this
  }

  /**
   * Makes a room, before or after `run`; while nobody comes it goes as every empty one does.
   * @typeParam G the game of its kind
   * @throws (as a rejection) ServerError `unknown_room`, `room_exists`, `room_limit`, `room_failed`, `room_closed`, `invalid_argument`
   */
  async createRoom<G extends AnyGame = AnyGame>(name: string, options: CreateRoomOptions = {}): Promise<Room<G>> {
    return (await this.#registry.create(name, options)) as unknown as Room<G>
  }

  /** The public rooms that pass a filter, in the order of their making. @throws ServerError `invalid_argument` */
  listRooms(filter: RoomFilter = {}): RoomListing[] {
    return listRooms(this.rooms.values(), filter)
  }

  /**
   * Begins to serve; resolves when clients can connect. During `shutdown` it waits for that first. `path` is what stands before
   * the paths of rooms: with `/games`, a room is at `/games/arena/42`. Without a `requestListener`, `GET /rooms` is answered with the
   * public rooms, which pages of `allowedOrigins` may read.
   * @throws as `run` of a `Server`. The server may run later all the same.
   */
  async run(options: RunOptions = {}): Promise<void> {
    const { port = 0 } = options
    if (this.#state === 'stopping') await this.#stopping
    if (this.#state !== 'idle') throw new ServerError('already_running', 'the server runs already')
    checkPort(port)
    this.#state = 'starting'
    this.#starting = this.#start(port, options)
    await this.#starting
  }

  /**
   * Tells every client why, frees the port and resolves. Rooms and sessions wait for this object to run again, for as long as
   * their grace time is, unless `endSessions` is set: then all rooms end. Calling it again, or before `run`, resolves.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    if (this.#state === 'starting') await this.#starting?.catch(() => {})
    if (this.#state === 'running') this.#stopping = this.#stop(options)
    await this.#stopping
  }

  /** Takes a client over any transport. @throws ServerError `not_running` */
  acceptTransport(transport: AcceptedTransport): void {
    if (!this.running) throw new ServerError('not_running', 'the server does not run')
    this.#reception.take(transport, this.#base, undefined)
  }

  /** The address of a room for clients in this process: `connect(server.at('/arena/42'))`. */
  at(path: string): RoomAddress {
    return {
      path: `${this.#base}${path}`,
      openTransport: () => {
        const [own, clients] = createInProcessPair(this.#clock)
        this.acceptTransport(own)
        return clients
      },
    }
  }

  /** Changes certificate and key while it listens with `tls`. @throws ServerError `not_running`, `tls_invalid` */
  setSecureContext(options: SecureContextOptions): void {
    this.#listening.setSecureContext(options)
  }

  async #start(port: number | false, options: RunOptions): Promise<void> {
    const { hostname = 'localhost', path = '' } = options
    const base = path.replace(/\/$/, '')
    try {
      if (port !== false) {
        await this.#listening.start(port, hostname, { ...options, path: base }, this)
      }
      await Promise.all([...this.rooms.values()].map((room) => partsOf(room).life.wake()))
    } catch (error) {
      this.#state = 'idle'
      throw error
    }
    this.#base = base
    this.#state = 'running'
    this.#logger.info({ port: this.port, host: this.hostname }, 'the server runs')
  }

  async #stop(options: ShutdownOptions): Promise<void> {
    const { reason = closeCodes.shutdown.reason, drainMs = 500, endSessions = false } = options
    this.#state = 'stopping'
    this.#reception.close('shutdown', reason)
    const ends = [...this.rooms.values()].map((room) => {
      const { life } = partsOf(room)
      return endSessions ? life.close(reason) : life.suspend({ reason, drainMs })
    })
    await Promise.all([...ends, this.#listening.stop(drainMs)])
    this.#state = 'idle'
    this.#logger.info({ reason }, 'the server has shut down')
  }
}
