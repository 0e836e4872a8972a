import { type AnyGame, type Clock, createRandom } from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import type { Server } from '@tygase/server'
import { SimulationError, type SimulationErrorCode } from './errors.js'
import { EventWatch } from './event-ledger.js'
import { Line } from './line.js'
import { links } from './links.js'
import { type ClientOptions, checkClientOptions, checkOptions, type GameOptions, type SeenPacket } from './options.js'
import { type Problem, RunLog } from './run-log.js'
import { type Remainder, ServerLife, ServerProcess } from './server-process.js'
import { SimulatedClient } from './simulated-client.js'
import { VirtualProcess } from './virtual-process.js'
import { VirtualTime } from './virtual-time.js'
import type { WatchedRoom } from './watched-room.js'

/** The longest wait of `end` for sessions to expire. */
const maxEndMs = 600_000

/** The longest way of a packet over a network that is not cut. */
const maxUnderWayMs = 5000

/** For each room, the version that its clients have to reach. */
type Goals = Map<WatchedRoom, number>

/** The streams of random numbers of a seed. Clients and lines also have their index in the name of their stream. */
const streams = { play: 0, server: 1, client: 2, line: 3 }

interface TimeoutOptions {
  /** The most virtual time. Default 60,000. */
  timeoutMs?: number
}

const timeoutKinds = { timeoutMs: 'number' } as const

/**
 * A whole server and its clients in one process and in virtual time. Time stands still until a method that returns a promise
 * moves it. Await each of these calls before the next one.
 *
 * After each of them the checkers look. Each version of a replica must equal the server's version of that number, after
 * rounding and in the client's view. Each event must be handled at most once and in order, and have one outcome. A finding is
 * thrown, with the seed and the command that repeats the run.
 *
 * @typeParam G the one game
 */
export class Simulation<G extends AnyGame = AnyGame> {
  /** Of all random numbers of this run. */
  readonly seed: number
  /** Pauses, crashes and restarts the server's process. */
  readonly serverProcess: ServerProcess<G>
  /** For the decisions of a test: numbers from 0 to below 1, seeded. */
  readonly random: () => number
  readonly #options: GameOptions<G>
  readonly #command: string
  readonly #time = new VirtualTime()
  readonly #log = new RunLog(this.#time.clock)
  readonly #watch = new EventWatch((error) => this.#report(error))
  readonly #clients: SimulatedClient<G>[] = []
  /** The clients that may still do something. */
  readonly #present = new Set<SimulatedClient<G>>()
  #comparedVersions = 0
  #finding: { error: unknown } | undefined
  /** False after a finding that `onFinding` has taken. */
  #isChecked = true

  /** Use `simulate`. */
  constructor(options: GameOptions<G>, seed: number, command: string) {
    const { game, define, server = {}, onStart } = options
    this.#options = options
    this.#command = command
    this.seed = seed
    this.random = createRandom(seed, streams.play)
    this.serverProcess = new ServerProcess<G>({
      makeLife: (index) =>
        new ServerLife<G>(
          { game, define, options: server },
          {
            clock: this.#time.clock,
            random: createRandom(seed, streams.server, index),
            logger: this.#log.loggerOf('server'),
            seed,
            watch: this.#watch,
          },
        ),
      onStart,
      onCrash: () => {
        for (const client of this.#clients) client.loseServer()
      },
      step: (ms) => this.step(ms),
      complete: (promise) => this.complete(promise),
    })
  }

  /** The server of the current process, or of the one that has crashed last. */
  get server(): Server<G> {
    return this.serverProcess.life.server
  }

  /** Virtual time, in ms from 0. Calls that are scheduled here run when time is moved. */
  get clock(): Clock {
    return this.#time.clock
  }

  /** Virtual time, from 0. */
  get nowMs(): number {
    return this.#time.clock.now()
  }

  /** All clients that were ever added, by index. */
  get clients(): readonly SimulatedClient<G>[] {
    return this.#clients
  }

  /** The newest 1,000 warnings and errors that server and clients have logged. */
  get problems(): readonly Problem[] {
    return this.#log.problems
  }

  /** One number for all packets and their times: equal, all but certainly, only for equal runs. */
  get fingerprint(): number {
    return this.#log.fingerprint
  }

  /** The checked things so far: packets that came out of links, versions of replicas, and handlers that have run. */
  get stats(): { packets: number; comparedVersions: number; handledEvents: number } {
    const { packets } = this.#log
    return { packets, comparedVersions: this.#comparedVersions, handledEvents: this.#watch.handled }
  }

  /** For `simulate`: the server begins to serve, and a client for each path connects. */
  async begin(paths: readonly string[]): Promise<void> {
    await this.serverProcess.start()
    const clients = paths.map((path) => this.addClient({ path }))
    await this.complete(Promise.all(clients.map(({ connected }) => connected)), { timeoutMs: 120_000 })
  }

  /**
   * Adds a client, which begins to connect: `await simulation.complete(client.connected)`.
   * @typeParam K the game of its room
   * @throws SimulationError `invalid_argument`
   */
  addClient<K extends AnyGame = G>(options: ClientOptions<K> = {}): SimulatedClient<K> {
    checkClientOptions(options)
    const index = this.#clients.length
    const { path = '/', link = this.#options.link ?? links.lan } = options
    const { game } = this.#options
    const connect = { ...(game && { game }), ...(options.connect ?? this.#options.client) }
    // reason: the game of the room is the caller's to know
    const onConnect = options.onConnect ?? (this.#options.onConnect as ClientOptions<K>['onConnect'])
    const process = new VirtualProcess(this.#time.clock)
    const line = new Line({
      clock: this.#time.clock,
      random: createRandom(this.seed, streams.line, index),
      link,
      client: process,
      server: () => this.serverProcess.life.process,
      accept: (transport) => this.serverProcess.accept(transport),
      onPacket: (fromServer, bytes) => this.#seePacket({ client: index, fromServer, bytes }),
    })
    const client = new SimulatedClient<K>({
      ...{ index, path, process, line, connect, onConnect },
      random: createRandom(this.seed, streams.client, index),
      logger: this.#log.loggerOf(`client ${index}`),
      watch: this.#watch,
      historyOf: (clientId) => this.serverProcess.lifeOf(clientId).roomOf(clientId)?.history,
      onCompared: () => {
        this.#comparedVersions++
      },
      report: (error) => this.#report(error),
    })
    // reason: as above
    const own = client as unknown as SimulatedClient<G>
    this.#clients.push(own)
    this.#present.add(own)
    return client
  }

  /** Moves time by `ms`. @throws SimulationError the finding of a checker */
  async step(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new SimulationError('invalid_argument', `time moves by 0 or more, not by ${ms}`)
    await this.#move(ms, () => false)
  }

  /**
   * Moves time until `predicate` is true. Calls it after each turn of a process.
   * @throws SimulationError `run_timeout`; the finding of a checker. An error of the predicate.
   */
  async runUntil(predicate: () => boolean, options: TimeoutOptions = {}): Promise<void> {
    checkOptions('runUntil', options, timeoutKinds)
    const { timeoutMs = 60_000 } = options
    if (await this.#move(timeoutMs, () => atOnce('the predicate', predicate()))) return
    throw this.#failure('run_timeout', `the condition was not true within ${timeoutMs} ms`)
  }

  /**
   * Moves time until `promise` is settled. Awaiting it alone would wait for ever.
   * @returns its value
   * @throws its error; SimulationError `run_timeout`; the finding of a checker
   */
  async complete<T>(promise: Promise<T>, options?: TimeoutOptions): Promise<T> {
    let isSettled = false
    const note = (): void => {
      isSettled = true
    }
    promise.then(note, note)
    await this.runUntil(() => isSettled, options)
    return promise
  }

  /**
   * Moves time until everything has arrived: all events have their outcome, and each replica is at the server's current version
   * or a later one. Leaves out clients that are cut, paused, crashed or closed, and all clients while there is no server. Never
   * ends while a test goes on dispatching events.
   * @throws SimulationError `settle_timeout` with the missing things; the finding of a checker
   */
  async settle(options: TimeoutOptions = {}): Promise<void> {
    checkOptions('settle', options, timeoutKinds)
    const { timeoutMs = 60_000 } = options
    const untilMs = this.nowMs + timeoutMs
    const goals: Goals = new Map()
    const isSettled = (): boolean => {
      if (this.serverProcess.hasCrashed) return true
      for (const client of this.#present) if (this.#eventsMissing(client) > 0) return false
      for (const client of this.#present) if (takesPart(client) && !this.#isThere(client, goals)) return false
      return true
    }
    if (await this.#move(untilMs - this.nowMs, isSettled)) return
    const missing = this.#clients.filter(takesPart).flatMap((client) => this.#missing(client, goals))
    throw this.#failure('settle_timeout', `not settled within ${timeoutMs} ms: ${missing.join('; ')}`)
  }

  /**
   * Ends the run. All clients are healed and resumed, and disconnect. Lost sessions and empty rooms expire, which takes up to ten
   * minutes of virtual time. Then the server shuts down. No session, room or timer may remain, no event without an outcome,
   * and no more versions than the options allow.
   * @throws SimulationError `memory_unbounded` with the remaining things; the finding of a checker
   */
  async end(): Promise<void> {
    const { serverProcess } = this
    serverProcess.resume()
    for (const client of this.#clients) {
      client.heal()
      client.resume()
    }
    const leaving = this.#clients.filter((client) => client.hasConnected && !client.hasCrashed)
    await this.complete(Promise.all(leaving.map(({ connection }) => connection.disconnect())))
    const { life } = serverProcess
    const { idleTimeoutMs = 5000, graceMs = 30_000 } = this.#options.server?.limits ?? {}
    const isOver = (): boolean =>
      (serverProcess.hasCrashed || life.isDeserted) &&
      [...this.#present].every((client) => client.hasCrashed || client.timers === 0)
    // a client that still tries to connect gives up in time
    await this.#move(Math.min(idleTimeoutMs + graceMs + 70_000 + life.lingerMs, maxEndMs), isOver)
    // the last packets arrive, and the server gives up peers that have not said hello
    await this.#move(maxUnderWayMs, () => false)
    if (!serverProcess.hasCrashed) {
      this.#checkRemains(life.remainsWhileServing())
      await this.complete(life.server.shutdown({ endSessions: true }))
    }
    const { waiting } = this.#watch
    if (waiting > 0) throw this.#failure('memory_unbounded', `${waiting} events remain without an outcome`)
    this.#checkRemains(life.remainsAfterwards())
    this.#checkRemains(this.#remainsAtClients())
  }

  #seePacket(packet: SeenPacket): void {
    const { client, fromServer, bytes } = packet
    this.#log.notePacket(client, fromServer, bytes)
    try {
      atOnce('onPacket', this.#options.onPacket?.(packet))
    } catch (error) {
      this.#report(error)
    }
  }

  #checkRemains(remains: Iterable<Remainder>): void {
    for (const { at, what, count, most } of remains) {
      if (count > most) throw this.#failure('memory_unbounded', `${count} ${what} remain at ${at}`)
    }
  }

  *#remainsAtClients(): Generator<Remainder> {
    for (const client of this.#clients.filter(({ hasConnected }) => hasConnected)) {
      const { index, timers, connection, maxVersions } = client
      const at = `client ${index}`
      yield { at, what: 'timers', count: timers, most: 0 }
      yield { at, what: 'versions', count: connection.store.versionCount, most: maxVersions }
    }
  }

  async #move(ms: number, isDone: () => boolean): Promise<boolean> {
    const isOver = await this.#time.moveTo(this.nowMs + ms, () => this.#finding !== undefined || isDone())
    try {
      if (this.#isChecked) this.#watch.verify()
      if (this.#isChecked) this.serverProcess.life.verify()
      for (const client of this.#present) this.#dismiss(client)
    } catch (error) {
      this.#report(error)
    }
    if (this.#finding === undefined) return isOver
    const { error } = this.#finding
    if (!(error instanceof SimulationError)) throw error
    throw this.#failure(error.code, error.message, error)
  }

  /** Keeps the first finding: later ones may follow from it. */
  #report(error: unknown): void {
    const { onFinding } = this.#options
    if (onFinding === undefined || !(error instanceof SimulationError)) {
      this.#finding ??= { error }
    } else if (this.#isChecked) {
      this.#isChecked = false
      try {
        atOnce('onFinding', onFinding(error))
      } catch (thrown) {
        this.#finding ??= { error: thrown }
      }
    }
  }

  /** A client that has gone for good needs no ledgers, once its session has ended at the server too. */
  #dismiss(client: SimulatedClient<G>): void {
    if (!client.isGone) return
    if (client.hasConnected) {
      const { clientId } = client.connection
      if (this.serverProcess.life.hasSession(clientId)) return
      this.#watch.close(clientId)
      this.serverProcess.lifeOf(clientId).forget(clientId)
    }
    this.#present.delete(client)
  }

  #eventsMissing(client: SimulatedClient<G>): number {
    if (!takesPart(client) || !client.hasConnected) return 0
    const { toServer, toClient } = this.#watch.of(client.connection.clientId)
    return toServer.waiting + toClient.waiting
  }

  /** True at the goal of its room. A version of a crashed process does not count, even with a higher number. */
  #isThere(client: SimulatedClient<G>, goals: Goals): boolean {
    if (!client.hasConnected || client.connection.status !== 'connected') return false
    const { clientId, version } = client.connection
    const goal = this.serverProcess.hasMet(clientId) ? this.#goalOf(clientId, goals) : undefined
    return goal !== undefined && version >= goal
  }

  /** The version of its room at the first call. */
  #goalOf(clientId: string, goals: Goals): number | undefined {
    const room = this.serverProcess.life.roomOf(clientId)
    if (room === undefined) return undefined
    const goal = goals.get(room) ?? room.store.version
    goals.set(room, goal)
    return goal
  }

  #missing(client: SimulatedClient<G>, goals: Goals): string[] {
    if (!client.hasConnected) return [`client ${client.index} has not connected`]
    const { connection, index } = client
    const { clientId, status, version } = connection
    const { toServer, toClient } = this.#watch.of(clientId)
    const events = `${toServer.waiting} events from it and ${toClient.waiting} to it wait`
    const isMissing = this.#eventsMissing(client) > 0 || !this.#isThere(client, goals)
    const goal = this.#goalOf(clientId, goals) ?? 'a room that has ended'
    return isMissing ? [`client ${index} is ${status} at ${version} of ${goal}, ${events}`] : []
  }

  #failure(code: SimulationErrorCode, finding: string, cause?: unknown): SimulationError {
    const lines = [
      finding,
      `seed ${this.seed}, at ${this.nowMs} ms; again: ${this.#command}`,
      ...this.#log.describeErrors(),
    ]
    return new SimulationError(code, lines.join('\n  '), { cause })
  }
}

/** True for a client that must get there. */
function takesPart(client: { isCut: boolean; isPaused: boolean; isGone: boolean }): boolean {
  return !client.isCut && !client.isPaused && !client.isGone
}
