import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import type { Transport } from '@tygase/protocol'
import { type Client, type Room, type RoomOptions, Server, type ServerOptions } from '@tygase/server'
import type { EventWatch } from './event-ledger.js'
import { VirtualProcess } from './virtual-process.js'
import { WatchedRoom, watchedHandlers } from './watched-room.js'

/** Default of `idleGraceMs`: the time after which an empty room ends. */
const usualIdleGraceMs = 30_000

/** A server of a simulation: one game, or kinds of rooms. */
export interface ServerSetup<G extends AnyGame> {
  readonly game: G | undefined
  /** Defines the kinds of rooms. */
  readonly define: ((server: Server) => void) | undefined
  readonly options: Omit<ServerOptions & RoomOptions<G>, 'clock' | 'random' | 'logger'>
}

/** The parts of a simulation that each of its servers gets. */
export interface ServerParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly seed: number
  readonly watch: EventWatch
}

/** A count at the end of a simulation, with its bound. */
export interface Remainder {
  /** `the server`, or `client 3`. */
  readonly at: string
  readonly what: string
  readonly count: number
  readonly most: number
}

/** One life of the server's process: a real server, and its rooms under watch. */
export class ServerLife<G extends AnyGame = AnyGame> {
  readonly process: VirtualProcess
  readonly server: Server<G>
  readonly #watch: EventWatch
  readonly #rooms = new Map<object, WatchedRoom>()
  readonly #roomOf = new Map<string, WatchedRoom>()
  readonly #clientIds = new Set<string>()
  /** Kinds of rooms that never end by themselves. */
  readonly #lasting = new Set<string>()
  #lingerMs = 0

  constructor({ game, define, options }: ServerSetup<G>, parts: ServerParts) {
    const { clock, random, logger, seed, watch } = parts
    this.#watch = watch
    this.process = new VirtualProcess(clock)
    const own = { wallClock: this.process, ...options, clock: this.process, random, logger }
    if (game === undefined) {
      this.server = new Server(own as ServerOptions)
      this.#watchDefinitions()
      atOnce('define', define?.(this.server as unknown as Server))
    } else {
      this.server = new Server<G>({ seed, ...own, ...this.#watched(options), game })
      this.#enter(this.server.room, options)
      this.#lasting.add(this.server.room.kind)
    }
  }

  /** How long an empty room waits at most before it ends, in ms. */
  get lingerMs(): number {
    return this.#lingerMs
  }

  /** True if no session is left, and no room that ends by itself. */
  get isDeserted(): boolean {
    return this.server.stats.sessions === 0 && this.#passingRooms === 0
  }

  /** True if a session of this client ever began here. */
  hasMet(clientId: string): boolean {
    return this.#clientIds.has(clientId)
  }

  /** True while the client has a session. */
  hasSession(clientId: string): boolean {
    return this.#roomOf.get(clientId)?.clients.has(clientId) ?? false
  }

  /** The room of a client, also after its end; undefined for an unknown client, and after `forget`. */
  roomOf(clientId: string): WatchedRoom | undefined {
    return this.#roomOf.get(clientId)
  }

  /** The room of this client is not needed any more. */
  forget(clientId: string): void {
    this.#roomOf.delete(clientId)
  }

  /** The process dies: no outcomes of sent events will come. */
  crash(): void {
    this.process.crash()
    for (const { clients, hasJournal } of this.#listedRooms) {
      for (const clientId of clients.keys()) {
        const { toClient, toServer } = this.#watch.of(clientId)
        toClient.abandon()
        if (hasJournal) toServer.restarted()
      }
    }
  }

  /** @throws SimulationError `memory_unbounded` */
  verify(): void {
    for (const room of this.#listedRooms) room.verify()
  }

  /** Counts when all clients have left and the server still runs. */
  *remainsWhileServing(): Generator<Remainder> {
    const at = 'the server'
    yield { at, what: 'sessions', count: this.server.stats.sessions, most: 0 }
    yield { at, what: 'rooms', count: this.#passingRooms, most: 0 }
    // without a room a server has nothing to do
    if (this.server.rooms.size === 0) yield { at, what: 'timers', count: this.process.timers, most: 0 }
  }

  /** Counts when the server has shut down. */
  *remainsAfterwards(): Generator<Remainder> {
    const at = 'the server'
    yield { at, what: 'rooms', count: this.process.hasCrashed ? 0 : this.#passingRooms, most: 0 }
    yield { at, what: 'timers', count: this.process.timers, most: 0 }
  }

  get #listedRooms(): WatchedRoom[] {
    return [...this.server.rooms.values()].flatMap((room) => this.#rooms.get(room) ?? [])
  }

  /** Rooms that end by themselves when they are empty. */
  get #passingRooms(): number {
    return [...this.server.rooms.values()].filter(({ kind }) => !this.#lasting.has(kind)).length
  }

  #enter<K extends AnyGame>(room: Room<K>, options: RoomOptions<K>): void {
    // reason: the watch of a room does not depend on its game
    this.#rooms.set(room, new WatchedRoom<K>(room, options, this.#watch) as unknown as WatchedRoom)
  }

  #watchDefinitions(): void {
    const { server } = this
    const define = server.define.bind(server)
    server.define = (kind, game, options = {}) => {
      const { idleGraceMs = usualIdleGraceMs, onCreate } = options
      define(kind, game, {
        ...options,
        ...this.#watched(options),
        onCreate: (room) => {
          this.#enter(room, options)
          this.#adopt(room)
          return onCreate?.(room)
        },
      })
      if (idleGraceMs === Number.POSITIVE_INFINITY) this.#lasting.add(kind)
      else this.#lingerMs = Math.max(this.#lingerMs, idleGraceMs)
      return server
    }
  }

  /** The options of a kind of room that are watched in place of those given. */
  #watched<K extends AnyGame>(options: RoomOptions<K>): Pick<RoomOptions<K>, 'onCreate' | 'onJoin' | 'handlers'> {
    const { onJoin, handlers, onCreate, save } = options
    return {
      // with a journal it may have clients from the beginning
      ...(save?.journal && {
        onCreate: (room: Room<K>) => {
          this.#adopt(room)
          return onCreate?.(room)
        },
      }),
      ...(handlers && { handlers: watchedHandlers(handlers, (room) => this.#rooms.get(room)) }),
      onJoin: (client) => {
        this.#meet(client)
        return onJoin?.(client)
      },
    }
  }

  /** The clients of a room of an earlier life. */
  #adopt<K extends AnyGame>(room: Room<K>): void {
    for (const client of room.clients.values()) {
      // outcomes of what it was sent before reach no callback here
      this.#watch.of(client.id).toClient.abandon()
      this.#meet(client)
    }
  }

  #meet(client: Client): void {
    const room = this.#rooms.get(client.room)
    if (room === undefined) return
    this.#clientIds.add(client.id)
    this.#roomOf.set(client.id, room)
    room.watchClient(client)
  }
}

/** The simulation as the server's process sees it. */
export interface ProcessSurroundings<G extends AnyGame> {
  /** @param index the number of lives before */
  makeLife(index: number): ServerLife<G>
  /** Called with the server of each life before it runs. */
  readonly onStart: ((server: Server<G>) => void) | undefined
  /** Closes the open transports of a process that has died. */
  onCrash(): void
  /** Lets time pass. */
  step(ms: number): Promise<void>
  /** Lets time pass until `promise` is settled. */
  complete<T>(promise: Promise<T>): Promise<T>
}

/** The process of a simulated server. It can be paused, and it can crash and start again. */
export class ServerProcess<G extends AnyGame = AnyGame> {
  readonly #surroundings: ProcessSurroundings<G>
  readonly #lives: ServerLife<G>[]

  /** For the simulation. */
  constructor(surroundings: ProcessSurroundings<G>) {
    this.#surroundings = surroundings
    this.#lives = [surroundings.makeLife(0)]
  }

  /** True from `pause` to `resume`. */
  get isPaused(): boolean {
    return this.life.process.isPaused
  }

  /** True from a crash to the next `restart`. */
  get hasCrashed(): boolean {
    return this.life.process.hasCrashed
  }

  /** True if the current process has ever had a session of this client. Sessions of a crashed process are lost. */
  hasMet(clientId: string): boolean {
    return this.life.hasMet(clientId)
  }

  /** For the simulation: the current process, or the one that has crashed last. */
  get life(): ServerLife<G> {
    return this.#lives.at(-1)!
  }

  /** For the simulation: the process in which a session began. */
  lifeOf(clientId: string): ServerLife<G> {
    return this.#lives.findLast((life) => life.hasMet(clientId)) ?? this.life
  }

  /** Nothing runs in the process until `resume`. Packets wait for it. */
  pause(): void {
    this.life.process.pause()
  }

  /**
   * The code that calls this takes so many ms of the server's time: its clock is later at once, and all else in the process
   * waits. For rules and handlers whose cost a test plays; without it code takes no virtual time.
   */
  work(ms: number): void {
    this.life.process.work(ms)
  }

  /** Due work runs now. */
  resume(): void {
    this.life.process.resume()
  }

  /**
   * The process dies without a message, and its rooms and sessions with it, but for rooms with a journal. Its system closes open transports, which only a
   * reliable link reports to clients. `restart` starts a new process at the same address: with new rooms, and with those of
   * the journal.
   */
  crash(): void {
    this.life.crash()
    this.#surroundings.onCrash()
  }

  /**
   * Shuts the server down and runs the same object again: sessions within their grace time resume. After a crash it starts a new
   * process instead. A paused process is resumed first. Moves time by `downMs`, and by the time of the shutdown.
   * @param options `downMs`: virtual time without a server, default 0; `reason`: for people at the clients
   */
  async restart({ downMs = 0, reason }: { downMs?: number; reason?: string } = {}): Promise<void> {
    const { step, complete, makeLife } = this.#surroundings
    if (this.hasCrashed) {
      await step(downMs)
      this.#lives.push(makeLife(this.#lives.length))
      return this.start()
    }
    this.resume()
    // waiting packets were there first
    await step(0)
    await complete(this.life.server.shutdown(reason === undefined ? {} : { reason }))
    await step(downMs)
    await complete(this.life.server.run({ port: false }))
  }

  /** For the simulation: a new process begins to serve. */
  async start(): Promise<void> {
    atOnce('onStart', this.#surroundings.onStart?.(this.life.server))
    await this.#surroundings.complete(this.life.server.run({ port: false }))
  }

  /** For the simulation: a client's transport arrives. Throws if no server runs. */
  accept(transport: Transport): void {
    this.life.server.acceptTransport(transport)
  }
}
