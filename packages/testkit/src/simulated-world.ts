import {
  type AnyGame,
  type Clock,
  type GameStateMachine,
  GameStateStore,
  type Logger,
  type StateOf,
} from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import type { Server, ShutdownOptions } from '@tygase/server'
import type { EventWatch } from './event-watch.js'
import type { SimulatedServerOptions } from './part-options.js'
import { historyOf, mostVersions, type VersionHistory } from './version-history.js'
import { VirtualProcess } from './virtual-process.js'
import { WatchedMachine, WatchedServer } from './watched-server.js'
import type { PlayedGame, Remainder, World } from './world.js'

export interface WorldParts {
  clock: Clock
  random: () => number
  logger: Logger
  seed: number
  watch: EventWatch
}

/** One life of a simulated server's process: a real store, machine and server, what they did, and whom they let in. */
export class SimulatedWorld<G extends AnyGame> implements World {
  readonly process: VirtualProcess
  readonly store: GameStateStore<StateOf<G>>
  readonly machine: GameStateMachine<G>
  readonly server: Server<G>
  readonly history: VersionHistory<StateOf<G>>
  /** A session ends by itself, and nothing else has to. */
  readonly lingerMs = 0
  readonly #clientIds = new Set<string>()
  readonly #watch: EventWatch
  readonly #maxVersions: number

  constructor(game: G, options: SimulatedServerOptions, parts: WorldParts) {
    const { clock, random, logger, seed, watch } = parts
    this.#watch = watch
    this.#maxVersions = mostVersions(options.maxVersions)
    this.process = new VirtualProcess(clock)
    this.store = new GameStateStore<StateOf<G>>(game.initialState(), options)
    this.history = historyOf(this.store, game)
    this.machine = new WatchedMachine(this.store, game, { seed, logger, ...options }, watch, (name) =>
      server.hasHandler(name),
    )
    const own = { eventWire: this.machine, clock: this.process, random, logger }
    const server = new WatchedServer<G>(this.store, { ...options, ...own }, watch)
    this.server = server
    server.onConnect(({ clientId }) => this.#clientIds.add(clientId))
  }

  get isDeserted(): boolean {
    return this.server.connections.size === 0
  }

  hasMet(clientId: string): boolean {
    return this.#clientIds.has(clientId)
  }

  hasSession(clientId: string): boolean {
    return this.server.connections.has(clientId)
  }

  gameOf(): PlayedGame {
    return this
  }

  forget(): void {}

  accept(transport: Transport): void {
    this.server.acceptTransport(transport)
  }

  serve(): Promise<void> {
    return this.server.run({ port: false })
  }

  shutdown(options: ShutdownOptions): Promise<void> {
    return this.server.shutdown(options)
  }

  /** Its process dies: nobody will hear what became of the events that it has sent. */
  crash(): void {
    this.process.crash()
    for (const clientId of this.server.connections.keys()) this.#watch.of(clientId).toClient.abandon()
  }

  verify(): void {}

  *remainsWhileServing(): Generator<Remainder> {
    yield { at: 'the server', what: 'sessions', count: this.server.connections.size, most: 0 }
  }

  *remainsAfterwards(): Generator<Remainder> {
    yield { at: 'the server', what: 'timers', count: this.process.timers, most: 0 }
    yield { at: 'the server', what: 'versions', count: this.store.versionCount, most: this.#maxVersions }
  }
}
