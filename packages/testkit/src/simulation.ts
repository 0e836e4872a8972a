import { type AnyGame, type Clock, createRandom } from '@tygase/gamestate'
import { SimulationError, type SimulationErrorCode } from './errors.js'
import { EventWatch } from './event-watch.js'
import { Line } from './line.js'
import { links } from './links.js'
import { describeErrors, type Problem, ProblemLog } from './problem-log.js'
import type { ClientOptions, SimulateOptions } from './simulate-options.js'
import { SimulatedBackend } from './simulated-backend.js'
import { SimulatedClient } from './simulated-client.js'
import { SimulatedWorld } from './simulated-world.js'
import { Trace } from './trace.js'
import { mostVersions } from './version-history.js'
import { VirtualProcess } from './virtual-process.js'
import { VirtualTime } from './virtual-time.js'

export interface TimeoutOptions {
  /** How much virtual time it may take. Default 60,000. */
  timeoutMs?: number
}

/** How long `end` waits at most for sessions to run out. */
const maxEndMs = 600_000

/** How long a packet may be under way on a network that is not cut. */
const maxUnderWayMs = 5000

/** The streams of random numbers that are drawn from the seed; those of clients and lines by their index as well. */
const streams = { play: 0, server: 1, client: 2, line: 3 }

/**
 * A whole server and its clients in one process and in virtual time. Time stands still until one of the methods that
 * return a promise moves it; those are awaited one after the other.
 *
 * After each of them the checkers have looked: every version that a replica took is the server's of that number (rounded
 * where the game declares a precision), every event was handled at most once and in order, and its outcome was told once.
 * What they find is thrown, with the seed and the command that repeats the run.
 */
export class Simulation<G extends AnyGame> {
  readonly seed: number
  readonly backend: SimulatedBackend<G>
  /** For a test's own decisions: from 0 to below 1, seeded. */
  readonly random: () => number
  readonly #options: SimulateOptions<G>
  readonly #command: string
  readonly #time = new VirtualTime()
  readonly #log: ProblemLog
  readonly #trace = new Trace()
  readonly #watch: EventWatch
  readonly #clients: SimulatedClient<G>[] = []
  /** Those of them whose books are open: who is gone for good need not be looked at again. */
  readonly #present = new Set<SimulatedClient<G>>()
  #finding: { error: unknown } | undefined

  /** Use `simulate`. */
  constructor(options: SimulateOptions<G>, seed: number, command: string) {
    const { game, server = {} } = options
    this.#options = options
    this.seed = seed
    this.#command = command
    this.random = createRandom(seed, streams.play)
    this.#log = new ProblemLog(this.#time.clock)
    this.#watch = new EventWatch((error) => this.#report(error))
    this.backend = new SimulatedBackend<G>({
      makeWorld: (index) =>
        new SimulatedWorld(game, server, {
          clock: this.#time.clock,
          random: createRandom(seed, streams.server, index),
          logger: this.#log.loggerOf('server'),
          seed,
          watch: this.#watch,
        }),
      onCrash: () => {
        for (const client of this.#clients) client.loseServer()
      },
      onStart: options.onStart,
      step: (ms) => this.step(ms),
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
  get clients(): readonly SimulatedClient<G>[] {
    return this.#clients
  }

  /** What server and clients have logged as warnings and errors; the newest 1,000. */
  get problems(): readonly Problem[] {
    return this.#log.problems
  }

  /** Differs, all but certainly, between two runs that differ in any bit of any packet or in its time. */
  get fingerprint(): number {
    return this.#trace.fingerprint
  }

  /** What there was to check so far: packets that came out of links, versions that replicas took, handlers that ran. */
  get stats(): { packets: number; comparedVersions: number; handledEvents: number } {
    const { packets } = this.#trace
    return { packets, comparedVersions: this.backend.comparedVersions, handledEvents: this.#watch.handled }
  }

  /** Adds a client, which begins to connect: `await simulation.complete(client.connected)`. */
  addClient(options: ClientOptions<G> = {}): SimulatedClient<G> {
    const index = this.#clients.length
    const { link = this.#options.link ?? links.lan, onConnect = this.#options.onConnect } = options
    const process = new VirtualProcess(this.#time.clock)
    const line = new Line({
      clock: this.#time.clock,
      random: createRandom(this.seed, streams.line, index),
      link,
      client: process,
      server: () => this.backend.world.process,
      accept: (transport) => this.backend.server.acceptTransport(transport),
      onPacket: (fromServer, bytes) => this.#trace.note(this.nowMs, index, fromServer, bytes),
    })
    const client = new SimulatedClient<G>({
      index,
      process,
      line,
      random: createRandom(this.seed, streams.client, index),
      logger: this.#log.loggerOf(`client ${index}`),
      watch: this.#watch,
      historyOf: (clientId) => this.backend.worldOf(clientId).history,
      connect: options.connect ?? this.#options.client ?? {},
      onConnect,
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
    let version: number | undefined
    const isSettled = (): boolean => {
      if (this.backend.hasCrashed) return true
      for (const client of this.#present) if (this.#eventsMissing(client) > 0) return false
      version ??= this.backend.store.version
      for (const client of this.#present) if (takesPart(client) && !this.#isAt(client, version)) return false
      return true
    }
    if (await this.#move(untilMs - this.nowMs, isSettled)) return
    const missing = this.#clients.filter(takesPart).flatMap((client) => this.#missing(client, version))
    throw this.#failure('settle_timeout', `not settled within ${timeoutMs} ms: ${missing.join('; ')}`)
  }

  /**
   * Ends it all: everybody who is left heals, goes on and disconnects, sessions of the lost run out, the server shuts down.
   * Nothing must remain of it then: no session, no timer, no event without an outcome, no more versions than are kept by
   * option. Waits for the grace time of sessions, up to ten minutes.
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
    const { idleTimeoutMs = 5000, graceMs = 30_000 } = this.#options.server?.limits ?? {}
    const isOver = (): boolean =>
      (backend.hasCrashed || backend.server.connections.size === 0) &&
      [...this.#present].every((client) => client.hasCrashed || client.timers === 0)
    // whoever is trying to connect gives up in time
    await this.#move(Math.min(idleTimeoutMs + graceMs + 70_000, maxEndMs), isOver)
    // a packet may still be under way
    await this.#move(maxUnderWayMs, () => false)
    const sessions = backend.hasCrashed ? 0 : backend.server.connections.size
    if (sessions > 0) throw this.#failure('memory_unbounded', `${sessions} sessions remain at the server`)
    if (!backend.hasCrashed) await backend.server.shutdown({ endSessions: true })
    const { waiting } = this.#watch
    if (waiting > 0) throw this.#failure('memory_unbounded', `${waiting} events remain without an outcome`)
    for (const { name, what, count, most } of this.#remains()) {
      if (count > most) throw this.#failure('memory_unbounded', `${count} ${what} of ${name} remain`)
    }
  }

  /** What is left in each process, and how much of it may be. */
  *#remains(): Generator<{ name: string; what: string; count: number; most: number }> {
    const { server = {} } = this.#options
    const { process, store } = this.backend.world
    yield { name: 'the server', what: 'timers', count: process.timers, most: 0 }
    yield { name: 'the server', what: 'versions', count: store.versionCount, most: mostVersions(server.maxVersions) }
    for (const client of this.#clients.filter(({ hasConnected }) => hasConnected)) {
      const { index, timers, connection, maxVersions } = client
      yield { name: `client ${index}`, what: 'timers', count: timers, most: 0 }
      yield { name: `client ${index}`, what: 'versions', count: connection.store.versionCount, most: maxVersions }
    }
  }

  async #move(ms: number, isDone: () => boolean): Promise<boolean> {
    const isOver = await this.#time.moveTo(this.nowMs + ms, () => this.#finding !== undefined || isDone())
    try {
      this.#watch.verify()
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

  #closeBooks(client: SimulatedClient<G>): void {
    if (!client.isGone) return
    if (client.hasConnected) {
      const { clientId } = client.connection
      if (this.backend.server.connections.has(clientId)) return
      this.#watch.close(clientId)
    }
    this.#present.delete(client)
  }

  #eventsMissing(client: SimulatedClient<G>): number {
    if (!takesPart(client) || !client.hasConnected) return 0
    const { toServer, toClient } = this.#watch.of(client.connection.clientId)
    return toServer.waiting + toClient.waiting
  }

  /** Not at a version of another world than that of now, whatever its number. */
  #isAt(client: SimulatedClient<G>, version: number): boolean {
    if (!client.hasConnected || client.connection.status !== 'connected') return false
    const { connection } = client
    return connection.version >= version && this.backend.hasMet(connection.clientId)
  }

  #missing(client: SimulatedClient<G>, version: number | undefined): string[] {
    if (!client.hasConnected) return [`client ${client.index} has not connected`]
    const { connection, index } = client
    const { toServer, toClient } = this.#watch.of(connection.clientId)
    const events = `${toServer.waiting} events from it and ${toClient.waiting} to it wait`
    const isMissing = this.#eventsMissing(client) > 0 || version === undefined || !this.#isAt(client, version)
    const server = version ?? this.backend.store.version
    return isMissing ? [`client ${index} is ${connection.status} at ${connection.version} of ${server}, ${events}`] : []
  }

  #failure(code: SimulationErrorCode, what: string, cause?: unknown): SimulationError {
    const lines = [
      what,
      `seed ${this.seed}, at ${this.nowMs} ms; again: SEED=${this.seed} ${this.#command}`,
      ...describeErrors(this.problems),
    ]
    return new SimulationError(code, lines.join('\n  '), { cause })
  }
}

/** Whether anything can be expected of it. */
function takesPart<G extends AnyGame>(client: SimulatedClient<G>): boolean {
  return !client.isCut && !client.isPaused && !client.isGone
}
