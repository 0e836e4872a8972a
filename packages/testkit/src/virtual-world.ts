import { type Connection, connect, type ServerAddress } from '@tygase/client'
import { type AnyGame, createRandom, type Logger } from '@tygase/gamestate'
import { atOnce, registerReader } from '@tygase/gamestate/internal'
import { readArrayChange } from '@tygase/gamestate/internal/arrays'
import { readVersionMap } from '@tygase/gamestate/internal/rows'
import { Server } from '@tygase/server'
import { Line, type Link } from './line.js'
import { VirtualProcess } from './virtual-process.js'
import { VirtualTime } from './virtual-time.js'

/** The streams of random numbers of a seed. Those of clients and lines also have their index in their name. */
const streams = { server: 1, client: 2, line: 3 }
/** A client that has not joined after so long, in ms of virtual time, has failed. */
const joinTimeoutMs = 60_000
const maxProblems = 1000

/** What a world follows from. */
export interface WorldOptions {
  /** The one game of the server. */
  readonly game: AnyGame
  /** Of all random numbers: a whole number from 0 to 2^32 - 1. */
  readonly seed: number
  /** Options of the room, as `maxClients` and `maxRewindMs`. */
  readonly room?: object | undefined
  /** Called with each packet that comes out of a network, before the other side takes it. Clients are counted from 0. */
  onPacket(client: number, fromServer: boolean, bytes: Uint8Array): void
}

/** A warning or an error that a client of a world has logged, or its server. */
export interface WorldProblem {
  /** The number of the client; undefined for the server. */
  readonly client: number | undefined
  /** The line of the log. */
  readonly message: string
  /** `details.err` is the error, if there is one. */
  readonly details: object
}

/** A client that is added to a world. */
export interface WorldClientOptions {
  /** Its network. */
  readonly link: Link
  /** Options of `connect`. The world adds game, clock, random numbers and logger. */
  readonly connect?: object
  /** Called when it has joined. */
  onConnect?(): void
}

/** A client of a world: a real connection in a process of its own, and its network to the server. */
export class WorldClient {
  /** Its number, from 0. */
  readonly index: number
  /** Resolves when it has joined. Rejects with the error of `connect` or of `onConnect`. It needs `step`, as all that takes time. */
  readonly connected: Promise<void>
  readonly #line: Line
  #connection: Connection<AnyGame> | undefined
  #hasFailed = false

  /** Use `addClient`. */
  constructor(index: number, line: Line, own: object, { connect: given, onConnect }: WorldClientOptions) {
    this.index = index
    this.#line = line
    // reason: `connect` itself checks join data and prediction against the game
    const open = connect as unknown as (address: ServerAddress, options: object) => Promise<Connection<AnyGame>>
    const address = { path: '/', openTransport: () => line.open() }
    this.connected = open(address, { timeoutMs: joinTimeoutMs, ...given, ...own }).then(
      (connection) => {
        this.#connection = connection
        atOnce('onConnect', onConnect?.())
      },
      (error: unknown) => {
        this.#hasFailed = true
        throw error
      },
    )
  }

  /** True once it has joined. */
  get hasConnected(): boolean {
    return this.#connection !== undefined
  }

  /** Ask for it only if `hasConnected`. */
  get connection(): Connection<AnyGame> {
    return this.#connection!
  }

  /** True if it will not come back: its session has ended, or it could not join. */
  get isGone(): boolean {
    return this.#hasFailed || this.#connection?.status === 'closed'
  }

  /** True if no packet gets through. */
  get isCut(): boolean {
    return this.#line.isCut
  }

  /** Breaks its network until `heal`. Both sides notice it. */
  cut(): void {
    this.#line.cut()
  }

  /** Ends a cut. */
  heal(): void {
    this.#line.heal()
  }

  /**
   * Gives it another network. Packets under way keep the old one.
   * @throws SimulationError `invalid_argument` for a link that is reliable if the old one is not, or the other way round
   */
  setLink(link: Link): void {
    this.#line.network = link
  }
}

/**
 * A server and its clients in one process and in virtual time, without the checkers of `simulate`: for pages that show a game, as
 * the playground does. The same options and calls give the same packets at the same times, in every browser and in Node, as long
 * as the rules do.
 */
export class World {
  /** The server, which runs. */
  readonly server: Server<AnyGame>
  readonly #options: WorldOptions
  readonly #time = new VirtualTime()
  readonly #process = new VirtualProcess(this.#time.clock)
  #clients = 0
  #problems: WorldProblem[] = []

  /** Starts the server. @throws (as a rejection) ServerError, GameStateError `invalid_argument`; errors of the game's own code */
  static async start(options: WorldOptions): Promise<World> {
    // to load them later would take real time, for which no virtual time passes
    registerReader('maps', readVersionMap)
    registerReader('arrays', readArrayChange)
    const world = new World(options)
    let isServing = false
    const note = (): void => {
      isServing = true
    }
    const serving = world.server.run({ port: false })
    serving.then(note, note)
    await world.#time.moveTo(joinTimeoutMs, () => isServing)
    await serving
    return world
  }

  private constructor(options: WorldOptions) {
    const { game, seed, room } = options
    this.#options = options
    this.server = new Server({
      // a page loads the part that answers, which takes real time
      divergence: false,
      ...{ game, seed, ...room, clock: this.#process, wallClock: this.#process },
      ...{ random: createRandom(seed, streams.server), logger: this.#loggerOf(undefined) },
    })
  }

  /** Virtual time, from 0. */
  get nowMs(): number {
    return this.#time.clock.now()
  }

  /**
   * Moves time by `ms`. Await it before the next call.
   * @throws (as a rejection) SimulationError `time_stands_still` if nothing can go on, and `time_moves_already`; errors of `onPacket`
   */
  async step(ms: number): Promise<void> {
    await this.#time.moveTo(this.nowMs + ms, () => false)
  }

  /** The warnings and errors since the last call, the newest 1,000 at most. */
  takeProblems(): WorldProblem[] {
    return this.#problems.splice(0)
  }

  /** Adds a client, which begins to connect. */
  addClient(options: WorldClientOptions): WorldClient {
    const { seed, game, onPacket } = this.#options
    const index = this.#clients++
    const process = new VirtualProcess(this.#time.clock)
    const line = new Line({
      clock: this.#time.clock,
      random: createRandom(seed, streams.line, index),
      link: options.link,
      client: process,
      server: () => this.#process,
      accept: (transport) => this.server.acceptTransport(transport),
      onPacket: (fromServer, bytes) => atOnce('onPacket', onPacket(index, fromServer, bytes)),
    })
    const random = createRandom(seed, streams.client, index)
    const own = { game, clock: process, random, logger: this.#loggerOf(index) }
    return new WorldClient(index, line, own, options)
  }

  #loggerOf(client: number | undefined): Logger {
    const note = (details: object, message: string): void => {
      this.#problems.push({ client, message, details })
      if (this.#problems.length > maxProblems) this.#problems.shift()
    }
    return { debug() {}, info() {}, warn: note, error: note }
  }
}
