import {
  type AnyGame,
  type Clock,
  type GameStateMachine,
  GameStateStore,
  type Logger,
  type Precision,
  type StateOf,
  Views,
} from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import type { EventWatch } from './event-watch.js'
import type { SimulatedServerOptions } from './part-options.js'
import { VersionHistory } from './version-history.js'
import { VirtualProcess } from './virtual-process.js'
import { WatchedMachine, WatchedServer } from './watched-server.js'

export interface WorldParts {
  clock: Clock
  random: () => number
  logger: Logger
  seed: number
  watch: EventWatch
}

/** One life of a simulated server's process: a real store, machine and server, what they did, and whom they let in. */
export class SimulatedWorld<G extends AnyGame> {
  readonly process: VirtualProcess
  readonly store: GameStateStore<StateOf<G>>
  readonly machine: GameStateMachine<G>
  readonly server: Server<G>
  readonly history: VersionHistory<StateOf<G>>
  /** The sessions that ever began here. */
  readonly clientIds = new Set<string>()
  readonly #watch: EventWatch

  constructor(game: G, options: SimulatedServerOptions, parts: WorldParts) {
    const { clock, random, logger, seed, watch } = parts
    this.#watch = watch
    this.process = new VirtualProcess(clock)
    this.store = new GameStateStore<StateOf<G>>(game.initialState(), options)
    // views of its own, made from the rules anew: those of the server may not vouch for themselves
    const views = game.view && new Views<StateOf<G>>(game.view)
    this.history = new VersionHistory(this.store, game.precision as Precision<StateOf<G>> | undefined, views)
    this.machine = new WatchedMachine(this.store, game, { seed, logger, ...options }, watch, (name) =>
      server.hasHandler(name),
    )
    const own = { eventWire: this.machine, clock: this.process, random, logger }
    const server = new WatchedServer<G>(this.store, { ...options, ...own }, watch)
    this.server = server
    server.onConnect(({ clientId }) => this.clientIds.add(clientId))
  }

  /** Its process dies: nobody will hear what became of the events that it has sent. */
  crash(): void {
    this.process.crash()
    for (const clientId of this.server.connections.keys()) this.#watch.of(clientId).toClient.abandon()
  }
}
