import {
  type AnyGame,
  GameStateMachine,
  GameStateStore,
  type MachineOptions,
  type StateOf,
  type StoreOptions,
} from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import { Server } from './server.js'
import type { ServerConnection } from './server-connection.js'
import type { RunOptions, ServerOptions, ShutdownOptions } from './server-options.js'

/** Options of the three parts; `logger` goes to all that take one. */
export type BackendOptions = StoreOptions & MachineOptions & Omit<ServerOptions, 'eventWire' | 'game'>

/** Store, machine and server of one game at once. The parts are there for whatever is not repeated here. */
export class Backend<G extends AnyGame> {
  readonly store: GameStateStore<StateOf<G>>
  readonly machine: GameStateMachine<G>
  readonly server: Server<G>
  /** As of the server. */
  readonly dispatchEvent: Server<G>['dispatchEvent']

  constructor(game: G, options: BackendOptions = {}) {
    this.store = new GameStateStore<StateOf<G>>(game.initialState(), options)
    this.machine = new GameStateMachine(this.store, game, options)
    this.server = new Server<G>(this.store, { ...options, eventWire: this.machine })
    this.dispatchEvent = this.server.dispatchEvent.bind(this.server)
  }

  get connections(): ReadonlyMap<string, ServerConnection> {
    return this.server.connections
  }

  get port(): number | undefined {
    return this.server.port
  }

  /** As of the server. */
  run(options?: RunOptions): Promise<void> {
    return this.server.run(options)
  }

  /** As of the server. */
  shutdown(options?: ShutdownOptions): Promise<void> {
    return this.server.shutdown(options)
  }

  /** As of the server: makes `connect(backend)` possible. */
  openTransport(): Transport {
    return this.server.openTransport()
  }
}
