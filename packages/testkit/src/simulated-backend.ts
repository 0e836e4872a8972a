import type { Logger } from '@tygase/gamestate'
import { type AnyGame, type GameStateMachine, GameStateStore, type StateOf } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import type { EventWatch } from './event-watch.js'
import type { SimulatedServerOptions } from './part-options.js'
import type { VirtualProcess } from './virtual-process.js'
import { WatchedMachine, WatchedServer } from './watched-server.js'

export interface BackendParts {
  process: VirtualProcess
  random: () => number
  logger: Logger
  seed: number
  watch: EventWatch
  /** Lets time pass. */
  step(ms: number): Promise<void>
}

export interface RestartOptions {
  /** How long it is away, in virtual time. Default 0. */
  downMs?: number
  /** For people at the clients. */
  reason?: string
}

/** The server's side of a simulation: a real store, machine and server in a process of their own. */
export class SimulatedBackend<G extends AnyGame> {
  readonly store: GameStateStore<StateOf<G>>
  readonly machine: GameStateMachine<G>
  readonly server: Server<G>
  readonly #process: VirtualProcess
  readonly #step: BackendParts['step']

  constructor(game: G, options: SimulatedServerOptions, parts: BackendParts) {
    const { process, random, logger, seed, watch } = parts
    this.#process = process
    this.#step = parts.step
    this.store = new GameStateStore<StateOf<G>>(game.initialState(), options)
    this.machine = new WatchedMachine(this.store, game, { seed, logger, ...options }, watch, (name) =>
      server.hasHandler(name),
    )
    const own = { eventWire: this.machine, clock: process, random, logger }
    const server = new WatchedServer<G>(this.store, { ...options, ...own }, watch)
    this.server = server
  }

  get isPaused(): boolean {
    return this.#process.isPaused
  }

  /** Its process stands still: packets pile up before it. */
  pause(): void {
    this.#process.pause()
  }

  /** It goes on, and does what has fallen due. */
  resume(): void {
    this.#process.resume()
  }

  /** Shuts the server down and runs the same one again, so that sessions within their grace time resume. Moves time by `downMs`. */
  async restart({ downMs = 0, reason }: RestartOptions = {}): Promise<void> {
    await this.server.shutdown(reason === undefined ? {} : { reason })
    await this.#step(downMs)
    await this.run()
  }

  /** For the simulation: begins to serve. */
  run(): Promise<void> {
    return this.server.run({ port: false })
  }
}
