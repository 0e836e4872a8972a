import { type AnyGame, type Clock, createRandom } from '@tygase/gamestate'
import type { BackendParts, BaseBackend } from './base-backend.js'
import { SimulationError, type SimulationErrorCode } from './errors.js'
import { EventWatch } from './event-watch.js'
import { Line, type Link } from './line.js'
import { links } from './links.js'
import type { SimulatedConnectOptions } from './part-options.js'
import { type Problem, RunLog } from './run-log.js'
import type { ClientOptions, SeenPacket } from './simulate-options.js'
import { SimulatedClient } from './simulated-client.js'
import type { WorldParts } from './simulated-world.js'
import { VirtualProcess } from './virtual-process.js'
import { VirtualTime } from './virtual-time.js'
import type { PlayedGame, Remainder, World } from './world.js'

export interface TimeoutOptions {
  /** How much virtual time it may take. Default 60,000. */
  timeoutMs?: number
}

/** How long `end` waits at most for sessions to run out. */
const maxEndMs = 600_000

/** How long a packet may be under way on a network that is not cut. */
const maxUnderWayMs = 5000

/** By game: the version that everybody in it is to reach. */
type Goals = Map<PlayedGame, number>

/** The streams of random numbers that are drawn from the seed; those of clients and lines by their index as well. */
const streams = { play: 0, server: 1, client: 2, line: 3 }

export interface BaseOptions {
  readonly seed: number
  /** What a failure's message says to run again. */
  readonly command: string
  /** Of clients that have none of their own. */
  readonly link: Link | undefined
  readonly connect: SimulatedConnectOptions | undefined
  readonly onPacket: ((packet: SeenPacket) => void) | undefined
  /** Of the server's sessions. */
  readonly limits: { readonly idleTimeoutMs?: number; readonly graceMs?: number } | undefined
}

/** What a backend is made of. */
export interface BackendSurroundings<W extends World> extends Omit<BackendParts<W>, 'makeWorld'> {
  /** @param index how many lives of the process there were before */
  worldParts(index: number): WorldParts
}

/** What simulations of all kinds of servers have in common: time, clients, checkers. */
export class BaseSimulation<W extends World, Backend extends BaseBackend<W>> {
  readonly seed: number
  readonly backend: Backend
  /** For a test's own decisions: from 0 to below 1, seeded. */
  readonly random: () => number
  readonly #options: BaseOptions
  readonly #time = new VirtualTime()
  readonly #log = new RunLog(this.#time.clock)
  readonly #watch: EventWatch
  readonly #clients: SimulatedClient[] = []
  /** Those of them whose books are open: who is gone for good need not be looked at again. */
  readonly #present = new Set<SimulatedClient>()
  #comparedVersions = 0
  #finding: { error: unknown } | undefined

  constructor(options: BaseOptions, makeBackend: (surroundings: BackendSurroundings<W>) => Backend) {
    const { seed } = options
    this.#options = options
    this.seed = seed
    this.random = createRandom(seed, streams.play)
    this.#watch = new EventWatch((error) => this.#report(error))
    this.backend = makeBackend({
      worldParts: (index) => ({
        clock: this.#time.clock,
        random: createRandom(seed, streams.server, index),
        logger: this.#log.loggerOf('server'),
        seed,
        watch: this.#watch,
      }),
      onCrash: () => {
        for (const client of this.#clients) client.loseServer()
      },
      step: (ms) => this.step(ms),
      complete: (promise) => this.complete(promise),
    })
  }

  /** Virtual time: what is scheduled here happens when time is moved. In ms from 0. */
  get clock(): Clock {
    return this.#time.clock
  }

  get nowMs(): number {
    return this.#time.clock.now()
  }

  /** All that were ever added, in the order of their index. */
  get clients(): readonly SimulatedClient[] {
    return this.#clients
  }

  /** What server and clients have logged as warnings and errors; the newest 1,000. */
  get problems(): readonly Problem[] {
    return this.#log.problems
  }

  /** Differs, all but certainly, between two runs that differ in any bit of any packet or in its time. */
  get fingerprint(): number {
    return this.#log.fingerprint
  }

  /** What there was to check so far: packets that came out of links, versions that replicas took, handlers that ran. */
  get stats(): { packets: number; comparedVersions: number; handledEvents: number } {
    const { packets } = this.#log
    return { packets, comparedVersions: this.#comparedVersions, handledEvents: this.#watch.handled }
  }

  /** For the simulation: its server begins to serve, and those whom `addClients` adds connect. */
  async begin(addClients: () => readonly SimulatedClient[]): Promise<void> {
    await this.backend.start()
    await this.complete(Promise.all(addClients().map(({ connected }) => connected)), { timeoutMs: 120_000 })
  }

  /** For the simulation: adds a client, which begins to connect. @param path what it asks for */
  enter<G extends AnyGame>(path: string, options: ClientOptions<G>): SimulatedClient<G> {
    const index = this.#clients.length
    const { link = this.#options.link ?? links.lan, connect = this.#options.connect ?? {}, onConnect } = options
    const process = new VirtualProcess(this.#time.clock)
    const line = new Line({
      clock: this.#time.clock,
      random: createRandom(this.seed, streams.line, index),
      link,
      client: process,
      server: () => this.backend.world.process,
      accept: (transport) => this.backend.world.accept(transport),
      onPacket: (fromServer, bytes) => this.#seePacket({ client: index, fromServer, bytes }),
    })
    const client = new SimulatedClient<G>({
      ...{ index, path, process, line, connect, onConnect },
      random: createRandom(this.seed, streams.client, index),
      logger: this.#log.loggerOf(`client ${index}`),
      watch: this.#watch,
      gameOf: (clientId) => this.backend.worldOf(clientId).gameOf(clientId),
      noteCompared: () => {
        this.#comparedVersions++
      },
      report: (error) => this.#report(error),
    })
    this.#clients.push(client)
    this.#present.add(client)
    return client
  }

  /** Moves time by `ms`. @throws SimulationError what a checker has found */
  async step(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new SimulationError('invalid_argument', `time moves by 0 or more, not by ${ms}`)
    await this.#move(ms, () => false)
  }

  /**
   * Moves time until `predicate` is true; it is asked after everything that happens.
   * @throws SimulationError `run_timeout`; what a checker has found. What the predicate threw.
   */
  async runUntil(predicate: () => boolean, { timeoutMs = 60_000 }: TimeoutOptions = {}): Promise<void> {
    if (await this.#move(timeoutMs, predicate)) return
    throw this.#failure('run_timeout', `what was waited for did not come true within ${timeoutMs} ms`)
  }

  /**
   * Moves time until `promise` is settled. Awaiting it alone would wait for ever.
   * @returns what it resolved to
   * @throws what it rejected with; SimulationError `run_timeout`; what a checker has found
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
   * Moves time until all that is there has arrived: the outcomes of all events are known, and every replica is at the version
   * that the server has by then, or at a later one. Clients that are cut, paused, crashed or closed are left out, and all of them
   * while there is no server. Whoever goes on dispatching events keeps it from ending.
   * @throws SimulationError `settle_timeout` saying what is missing; what a checker has found
   */
  async settle({ timeoutMs = 60_000 }: TimeoutOptions = {}): Promise<void> {
    const untilMs = this.nowMs + timeoutMs
    const goals: Goals = new Map()
    const isSettled = (): boolean => {
      if (this.backend.hasCrashed) return true
      for (const client of this.#present) if (this.#eventsMissing(client) > 0) return false
      for (const client of this.#present) if (takesPart(client) && !this.#isThere(client, goals)) return false
      return true
    }
    if (await this.#move(untilMs - this.nowMs, isSettled)) return
    const missing = this.#clients.filter(takesPart).flatMap((client) => this.#missing(client, goals))
    throw this.#failure('settle_timeout', `not settled within ${timeoutMs} ms: ${missing.join('; ')}`)
  }

  /**
   * Ends it all: everybody who is left heals, goes on and disconnects, sessions of the lost run out, the server shuts down.
   * Nothing must remain of it then: no session, no room, no timer, no event without an outcome, no more versions than are kept
   * by option. Waits for the grace time of sessions and of empty rooms, up to ten minutes.
   * @throws SimulationError `memory_unbounded` saying what remains; what a checker has found
   */
  async end(): Promise<void> {
    const { backend } = this
    backend.resume()
    for (const client of this.#clients) {
      client.heal()
      client.resume()
    }
    const leaving = this.#clients.filter((client) => client.hasConnected && !client.hasCrashed)
    await this.complete(Promise.all(leaving.map(({ connection }) => connection.disconnect())))
    const { world } = backend
    const { idleTimeoutMs = 5000, graceMs = 30_000 } = this.#options.limits ?? {}
    const isOver = (): boolean =>
      (world.process.hasCrashed || world.isDeserted) &&
      [...this.#present].every((client) => client.hasCrashed || client.timers === 0)
    // whoever is trying to connect gives up in time
    await this.#move(Math.min(idleTimeoutMs + graceMs + 70_000 + world.lingerMs, maxEndMs), isOver)
    // a packet may still be under way
    await this.#move(maxUnderWayMs, () => false)
    if (!backend.hasCrashed) {
      this.#checkRemains(world.remainsWhileServing())
      await this.complete(world.shutdown({ endSessions: true }))
    }
    const { waiting } = this.#watch
    if (waiting > 0) throw this.#failure('memory_unbounded', `${waiting} events remain without an outcome`)
    this.#checkRemains(world.remainsAfterwards())
    this.#checkRemains(this.#remainsAtClients())
  }

  #seePacket(packet: SeenPacket): void {
    const { client, fromServer, bytes } = packet
    this.#log.notePacket(client, fromServer, bytes)
    try {
      this.#options.onPacket?.(packet)
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
      this.#watch.verify()
      this.backend.world.verify()
      for (const client of this.#present) this.#closeBooks(client)
    } catch (error) {
      this.#report(error)
    }
    if (this.#finding === undefined) return isOver
    const { error } = this.#finding
    if (!(error instanceof SimulationError)) throw error
    throw this.#failure(error.code, error.message, error)
  }

  /** The first finding counts: what follows may be its consequence. */
  #report(error: unknown): void {
    this.#finding ??= { error }
  }

  #closeBooks(client: SimulatedClient): void {
    if (!client.isGone) return
    if (client.hasConnected) {
      const { clientId } = client.connection
      if (this.backend.world.hasSession(clientId)) return
      this.#watch.close(clientId)
      this.backend.worldOf(clientId).forget(clientId)
    }
    this.#present.delete(client)
  }

  #eventsMissing(client: SimulatedClient): number {
    if (!takesPart(client) || !client.hasConnected) return 0
    const { toServer, toClient } = this.#watch.of(client.connection.clientId)
    return toServer.waiting + toClient.waiting
  }

  /** Whether it is at the goal of its game; not at a version of another world than that of now, whatever its number. */
  #isThere(client: SimulatedClient, goals: Goals): boolean {
    if (!client.hasConnected || client.connection.status !== 'connected') return false
    const { clientId, version } = client.connection
    const goal = this.backend.hasMet(clientId) ? this.#goalOf(clientId, goals) : undefined
    return goal !== undefined && version >= goal
  }

  /** The version that its game had when it was first asked for. */
  #goalOf(clientId: string, goals: Goals): number | undefined {
    const game = this.backend.world.gameOf(clientId)
    if (game === undefined) return undefined
    const goal = goals.get(game) ?? game.store.version
    goals.set(game, goal)
    return goal
  }

  #missing(client: SimulatedClient, goals: Goals): string[] {
    if (!client.hasConnected) return [`client ${client.index} has not connected`]
    const { connection, index } = client
    const { clientId, status, version } = connection
    const { toServer, toClient } = this.#watch.of(clientId)
    const events = `${toServer.waiting} events from it and ${toClient.waiting} to it wait`
    const isMissing = this.#eventsMissing(client) > 0 || !this.#isThere(client, goals)
    const goal = this.#goalOf(clientId, goals) ?? 'a game that is over'
    return isMissing ? [`client ${index} is ${status} at ${version} of ${goal}, ${events}`] : []
  }

  #failure(code: SimulationErrorCode, what: string, cause?: unknown): SimulationError {
    const lines = [
      what,
      `seed ${this.seed}, at ${this.nowMs} ms; again: SEED=${this.seed} ${this.#options.command}`,
      ...this.#log.describeErrors(),
    ]
    return new SimulationError(code, lines.join('\n  '), { cause })
  }
}

/** Whether anything can be expected of it. */
function takesPart(client: SimulatedClient): boolean {
  return !client.isCut && !client.isPaused && !client.isGone
}
