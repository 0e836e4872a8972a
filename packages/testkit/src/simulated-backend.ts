import type { AnyGame, GameStateMachine, GameStateStore, StateOf } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import { type BackendParts, BaseBackend } from './base-backend.js'
import type { SimulatedWorld } from './simulated-world.js'

/** The server's side of a simulation: a real store, machine and server in a process of their own. */
export class SimulatedBackend<G extends AnyGame> extends BaseBackend<SimulatedWorld<G>> {
  constructor(parts: BackendParts<SimulatedWorld<G>>, onStart: ((backend: SimulatedBackend<G>) => void) | undefined) {
    super(parts, () => onStart?.(this))
  }

  /** Of the process that runs, or has crashed last; as the two below. */
  get store(): GameStateStore<StateOf<G>> {
    return this.world.store
  }

  get machine(): GameStateMachine<G> {
    return this.world.machine
  }

  get server(): Server<G> {
    return this.world.server
  }
}
