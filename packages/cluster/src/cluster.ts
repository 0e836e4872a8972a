import { randomBytes } from 'node:crypto'
import type { Clock, Logger } from '@tygase/gamestate'
import {
  faultOfOptions,
  guardedClock,
  type LoggerOption,
  type OptionRow,
  systemClock,
  toLogger,
} from '@tygase/gamestate/internal'
import type { RoomListing } from '@tygase/server'
import type {
  ClusterHost,
  DrainOptions,
  RoomPlace,
  RoomWish,
  ServerCluster,
  SocketGiver,
  WantedRoom,
} from '@tygase/server/internal'
import type { Engine } from './engine.js'
import { ClusterError } from './errors.js'
import { type ClusterServer, joinCluster, joinClusterOptionRows, secureRandom } from './lease/cluster-server.js'
import type { ListedServer } from './lease/server-record.js'
import { ClusterMessages } from './messages/cluster-messages.js'
import { Broadcasts, NamedMessages } from './messages/named-messages.js'
import { ClientFinder } from './rooms/client-finder.js'
import { RoomFinder } from './rooms/room-finder.js'
import { RoomIndex } from './rooms/room-index.js'
import { RoomMoves } from './rooms/room-moves.js'
import { type Framed, type ServerAnswer, type ServerRequest, ServerRequests } from './rooms/server-requests.js'
import { SocketGifts } from './rooms/socket-gifts.js'
import { type SignedEngine, signEngine, signEngineOptionRows, usualQuietMs } from './trust/signed-engine.js'

/** Options of a cluster. */
export interface ClusterOptions {
  /** Connects the servers: `await natsEngine(…)`, `await localEngine()`, or `memoryEngine(network)`. */
  engine: Engine
  /**
   * What all servers of the game share, and no client knows: a text or bytes, 16 bytes at least. Servers then take nothing from others.
   * Default: the engine is trusted.
   */
  secret?: string | Uint8Array
  /**
   * Where clients reach this very process, with the path of `run`: `wss://eu1.example.com/a`, up to 100 characters. Default: at the address that they were
   * given, because whatever listens there finds the process by the path of a room.
   */
  address?: string
  /**
   * Time after which a silent server counts as dead, in ms. It may act for two thirds of it after its last renewal. A shorter one
   * makes rooms go on sooner after a crash, and stop sooner while the engine is gone. From 100 to an hour. Default 6,000.
   */
  leaseMs?: number
  /** How much this server takes beside others: one with 2 gets twice as much as one with 1. Above 0, default 1. */
  weight?: number
  /** Rooms that a dead server has left in a shared journal go on here even if no client asks for them. Default true. */
  takesOrphans?: boolean
  /** Numbers from 0 to below 1. Default: random ones that cannot be guessed. */
  random?: () => number
  /** Default: real time. */
  clock?: Clock
  /** Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** The options of `new Cluster`. */
export const clusterOptionRows: readonly OptionRow[] = [
  ...joinClusterOptionRows.filter(({ name }) => ['engine', 'address', 'leaseMs', 'weight', 'random'].includes(name)),
  ...signEngineOptionRows.filter(({ name }) => name === 'secret'),
  {
    name: 'takesOrphans',
    default: true,
    unit: '',
    min: 0,
    meaning: 'Rooms that a dead server has left in a shared journal go on here even if no client asks for them.',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets warnings and errors. `false`: none.' },
]

/** Time for the engine to answer when a server begins. */
const startTimeoutMs = 10_000
const joinAgainMs = 100

/** What there is while this process is a server of the cluster. */
interface Membership {
  readonly server: ClusterServer
  readonly finder: RoomFinder
  readonly clients: ClientFinder
  readonly index: RoomIndex
  readonly moves: RoomMoves
  /** Of processes that share a port. */
  readonly gifts: SocketGifts | undefined
  end(): void
}

/**
 * The cluster of which a server is one: `new Server({ cluster: new Cluster({ engine, address }) })`. Each room is at one server, and
 * clients find it at any of them. A process that dies, hangs or is cut off loses its rooms to the others, with the players, if they
 * have a shared journal.
 */
export class Cluster implements ServerCluster {
  /** Messages of channels that all servers share: for the server. */
  readonly channels: NamedMessages
  /** Of an engine that carries sockets. With any other, a request need not wait for an answer. */
  readonly giverFor?: (key: string) => Promise<SocketGiver | undefined>
  readonly #options: ClusterOptions
  readonly #signed: SignedEngine | undefined
  readonly #messages: ClusterMessages
  readonly #broadcasts: Broadcasts
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #leaseMs: number
  readonly #requests: ServerRequests
  /** From `join` to `leave`, a new one each time: what one of them has begun does nothing in the next. */
  #run: { readonly host: ClusterHost } | undefined
  #member: Membership | undefined
  /** Ends the waiting for the next try to join. */
  #cancelJoin = (): void => {}

  /** @throws ClusterError `invalid_argument` */
  constructor(options: ClusterOptions) {
    const fault = faultOfOptions('new Cluster', clusterOptionRows, options)
    if (fault !== undefined) throw new ClusterError('invalid_argument', fault)
    if (typeof options.engine?.request !== 'function') {
      throw new ClusterError('invalid_argument', 'new Cluster has an engine, which connects the servers')
    }
    const { address = '' } = options
    if (typeof address !== 'string' || !/^(?:wss?:\/\/.{1,94})?$/.test(address)) {
      const found = JSON.stringify(address)
      throw new ClusterError(
        'invalid_argument',
        `address is a URL of up to 100 characters as wss://host/path, not ${found}`,
      )
    }
    this.#logger = toLogger(options.logger, options.clock)
    this.#clock = guardedClock(options.clock ?? systemClock, this.#logger)
    this.#leaseMs = options.leaseMs ?? 6000
    const [clock, logger, { secret }] = [this.#clock, this.#logger, options]
    if (secret !== undefined) {
      // servers with another secret show themselves by their renewals, at least four in a lease
      const quietMs = Math.max(usualQuietMs, this.#leaseMs)
      this.#signed = signEngine(options.engine, { secret, quietMs, clock, logger })
    }
    const engine = this.#signed ?? options.engine
    this.#options = { ...options, engine }
    // of this start of the process: the lease may end, and others still get what was sent before
    const messagesId = randomBytes(12).toString('base64url')
    this.#messages = new ClusterMessages({ engine, serverId: messagesId, clock, logger })
    this.channels = new NamedMessages(this.#messages, 'channel')
    this.#broadcasts = new Broadcasts(this.#messages, logger)
    this.#requests = new ServerRequests(engine, this.#logger)
    if (engine.sockets !== undefined) this.giverFor = async (key) => this.#member?.gifts?.giverFor(key)
  }

  get mayAct(): boolean {
    return this.#member?.server.mayAct === true
  }

  get servers(): readonly ListedServer[] {
    return this.#member?.server.servers ?? []
  }

  get otherRooms(): readonly RoomListing[] {
    const rooms = this.#member?.index.otherRooms ?? []
    return rooms.map(({ serverId: _, ...room }) => room)
  }

  /** The id of this server, of one start of its process; undefined while it is none. */
  get serverId(): string | undefined {
    return this.#member?.server.serverId
  }

  /** Messages, requests, answers and records that did not verify by `secret`, came too late or came twice. */
  get refused(): number {
    return this.#signed?.refused ?? 0
  }

  /** Messages of other servers, of channels and broadcasts, that did not reach this one, for it was gone for too long. */
  get lost(): number {
    return this.#messages.lost
  }

  /**
   * Sends a value to all servers, this one included: once, in the order of this server, also over restarts of the engine.
   * @param name for `onBroadcast`: 1 to 200 characters
   * @param data any plain value
   * @throws ClusterError `invalid_argument`, `engine_too_large`; GameStateError `invalid_value`, `value_limit`, `value_too_large`
   */
  broadcast(name: string, data: unknown): void {
    this.#broadcasts.send(name, data)
  }

  /**
   * Calls `listener` with each value of this name that some server broadcasts. One that throws is logged.
   * @returns a function that removes it
   * @throws ClusterError `invalid_argument`
   */
  onBroadcast(name: string, listener: (data: unknown) => unknown): () => void {
    return this.#broadcasts.on(name, listener)
  }

  /** Calls `listener` whenever `servers` may have changed. @returns a function that removes it @throws ClusterError `not_acting` before `run` of the server */
  onServers(listener: () => unknown): () => void {
    return this.#joined.server.onServers(listener)
  }

  isAlive(serverId: string): boolean | undefined {
    return this.#member?.server.isAlive(serverId)
  }

  epochOf(key: string): number | undefined {
    return this.#member?.server.epochOf(key)
  }

  async join(host: ClusterHost): Promise<void> {
    if (this.#run !== undefined) throw new ClusterError('invalid_argument', 'a cluster belongs to one server')
    const run = { host }
    this.#run = run
    const untilMs = this.#clock.now() + startTimeoutMs
    while (this.#run === run) {
      try {
        await this.#join(run)
        break
      } catch (error) {
        if (isPassing(error) && this.#clock.now() < untilMs) {
          await new Promise<void>((resolve) => this.#clock.schedule(joinAgainMs, resolve))
          continue
        }
        if (this.#run === run) this.#run = undefined
        if (!isPassing(error)) throw error
        throw new ClusterError('engine_unavailable', 'the cluster could not be joined in time', { cause: error })
      }
    }
    // it may have left meanwhile
    if (this.#run === run) this.#messages.start()
  }

  async leave(): Promise<void> {
    this.#run = undefined
    this.#cancelJoin()
    this.#messages.stop()
    const member = this.#member
    member?.end()
    this.#member = undefined
    await member?.server.leave()
  }

  async find(room: WantedRoom, wish: RoomWish): Promise<RoomPlace> {
    return this.#joined.finder.find(room, wish)
  }

  async findClient(clientId: string): Promise<string | undefined> {
    return this.#joined.clients.find(clientId)
  }

  async claim(key: string, options: { readonly aboveEpoch?: number } = {}): Promise<boolean> {
    return (await this.#joined.server.claim(key, options)).isOwn
  }

  release(key: string): void {
    this.#member?.server.release(key).catch((error: unknown) => {
      this.#logger.debug({ err: error, room: key }, 'the record of a room could not be deleted')
    })
  }

  async drain(options: DrainOptions = {}): Promise<void> {
    await this.#joined.moves.drain(options)
  }

  get #joined(): Membership {
    if (this.#member === undefined) throw new ClusterError('not_acting', 'this process is no server of the cluster')
    return this.#member
  }

  async #join(run: { readonly host: ClusterHost }): Promise<void> {
    const { host } = run
    const { engine, address = '', weight = 1, takesOrphans = true, random = secureRandom } = this.#options
    const [clock, logger, requests, leaseMs] = [this.#clock, this.#logger, this.#requests, this.#leaseMs]
    const server = await joinCluster({
      ...{ engine, address, weight, leaseMs, random, clock, logger },
      ...{ sessions: host.sessions, maxSessions: host.maxSessions, kinds: Object.fromEntries(host.kinds) },
    })
    if (this.#run !== run) return server.leave()
    const { serverId } = server
    try {
      await host.joined({ serverId, mayAct: () => server.mayAct, epochOf: (key) => server.epochOf(key) })
    } catch (error) {
      await server.leave()
      throw error
    }
    if (this.#run !== run) return server.leave()
    // nothing has heard of its end: the next try is another server
    if (server.isOver)
      throw new ClusterError('lease_over', 'other servers have taken this one for dead while it joined')
    const index = new RoomIndex({ server, requests, clock, logger, ownRooms: () => host.listRooms() })
    const moves = new RoomMoves({ server, host, requests, clock, logger })
    const finder = new RoomFinder({ server, host, requests, index, moves, clock, logger, leaseMs, random })
    const clients = new ClientFinder({ server, host, requests, clock })
    const gifts = engine.sockets && new SocketGifts(server, engine.sockets)
    const offs = [
      ...(gifts ? [gifts.take((socket, request) => host.takeSocket(socket, request))] : []),
      requests.answer(serverId, (request) => this.#answer(request)),
      server.onEnd(() => this.#lose(run)),
      ...(address === '' && gifts === undefined ? [this.#watchAddresses(server)] : []),
      this.#reportLater(server, host),
      ...(takesOrphans ? [this.#adoptLater(server, host)] : []),
    ]
    const end = (): void => {
      for (const off of offs) off()
      index.stop()
      clients.stop()
      moves.stop()
    }
    this.#member = { server, finder, clients, index, moves, gifts, end }
  }

  /** Others have taken this server for dead: its rooms are theirs. It begins anew, as another server. */
  #lose(run: { readonly host: ClusterHost }): void {
    this.#member?.end()
    this.#member = undefined
    run.host.loseRooms()
    const again = (): void => {
      this.#join(run).catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'the cluster cannot be joined again')
        if (this.#run === run) this.#cancelJoin = this.#clock.schedule(this.#leaseMs / 4, again)
      })
    }
    again()
  }

  /** Warns once if several servers have no address: clients cannot be sent from one to the other. @returns a function that ends it */
  #watchAddresses(server: ClusterServer): () => void {
    const off = server.onServers(() => {
      const others = server.servers.filter((other) => other.serverId !== server.serverId && other.address === '')
      if (others.length === 0) return
      off()
      this.#logger.warn(
        { servers: others.length + 1 },
        'servers of the cluster have no `address`: clients do not get from one to another',
      )
    })
    return off
  }

  /** The record says how many sessions there are. @returns a function that ends it */
  #reportLater(server: ClusterServer, host: ClusterHost): () => void {
    let cancel = (): void => {}
    const report = (): void => {
      server.report({ sessions: host.sessions, maxSessions: host.maxSessions })
      cancel = this.#clock.schedule(this.#leaseMs / 8, report)
    }
    report()
    return () => cancel()
  }

  /**
   * Rooms of a dead server that no client asks for go on as well: clients may still be on their way, and leaves are to run. Clients have
   * a lease to ask for them first.
   */
  #adoptLater(server: ClusterServer, host: ClusterHost): () => void {
    let cancel = (): void => {}
    let isOver = false
    const look = (): void => {
      if (!isOver) cancel = this.#clock.schedule(this.#leaseMs, () => void this.#adopt(server, host).finally(look))
    }
    look()
    return () => {
      isOver = true
      cancel()
    }
  }

  async #adopt(server: ClusterServer, host: ClusterHost): Promise<void> {
    try {
      for (const key of await host.orphans()) {
        if (server.isDraining) return
        if (server.mayAct && !host.rooms.includes(key) && !host.isLeaving(key)) await this.#adoptRoom(server, host, key)
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'rooms of a dead server could not be taken over')
    }
  }

  /** Rejects with nothing: one that cannot be opened keeps no other from it. */
  async #adoptRoom(server: ClusterServer, host: ClusterHost, key: string): Promise<void> {
    try {
      if ((await server.ownerOf(key)) !== undefined) return
      const claim = await server.claim(key)
      if (claim.isOwn) await host.openRoom(key)
    } catch (error) {
      this.#logger.warn({ err: error, room: key }, 'a room of a dead server could not be taken over')
    }
  }

  async #answer({ head, bytes }: Framed<ServerRequest>): Promise<ServerAnswer | Framed<ServerAnswer>> {
    const { server, index, clients, moves } = this.#joined
    const host = this.#run?.host
    if (host === undefined) return { isGone: true }
    try {
      if (head.ask === 'rooms') return index.answer()
      if (head.ask === 'client') return clients.answer(head.clientId, head.key)
      if (head.ask === 'part' || head.ask === 'take') return await moves.answer(head, bytes)
      const { kind, id } = head
      const key = `${kind}/${id}`
      const isHere = host.rooms.includes(key)
      // it goes on elsewhere in a moment, or here again
      if (!isHere && host.isLeaving(key)) return { isBusy: true }
      if (!isHere && (head.ask === 'room' || !head.isNew)) {
        // who asks has read that it is here
        await moves.disown(key)
        return { isGone: true }
      }
      if (head.ask === 'room') return {}
      // who asks has not heard of it yet, and tries another one
      if (!isHere && server.isDraining) return { isGone: true }
      if (!isHere && !(await server.claim(key, { isNew: true })).isOwn) return { isGone: true }
      return { ticket: await host.keepSeat(kind, id, !isHere, head.host) }
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string }
      if (typeof code !== 'string') throw error
      return { refused: { code, message } }
    }
  }
}

/** True for an answer that got lost, a connection that may come back, or a process that has stood still while it joined. */
function isPassing(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'engine_timeout' || code === 'engine_disconnected' || code === 'lease_over'
}
