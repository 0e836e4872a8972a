import type { AnyGame } from '@tygase/gamestate'
import { BaseSimulation } from './base-simulation.js'
import type { ClientOptions, SimulateOptions } from './simulate-options.js'
import { SimulatedBackend } from './simulated-backend.js'
import type { SimulatedClient } from './simulated-client.js'
import { SimulatedWorld } from './simulated-world.js'

/**
 * A whole server and its clients in one process and in virtual time. Time stands still until one of the methods that
 * return a promise moves it; those are awaited one after the other.
 *
 * After each of them the checkers have looked: every version that a replica took is the server's of that number (rounded
 * where the game declares a precision), every event was handled at most once and in order, and its outcome was told once.
 * What they find is thrown, with the seed and the command that repeats the run.
 */
export class Simulation<G extends AnyGame> extends BaseSimulation<SimulatedWorld<G>, SimulatedBackend<G>> {
  readonly #onConnect: SimulateOptions<G>['onConnect']

  /** Use `simulate`. */
  constructor(options: SimulateOptions<G>, seed: number, command: string) {
    const { game, server = {}, link, client: connect, onConnect, onPacket, onStart } = options
    super({ seed, command, link, connect, onPacket, limits: server.limits }, ({ worldParts, ...surroundings }) => {
      const makeWorld = (index: number): SimulatedWorld<G> => new SimulatedWorld(game, server, worldParts(index))
      return new SimulatedBackend<G>({ ...surroundings, makeWorld }, onStart)
    })
    this.#onConnect = onConnect
  }

  /** All that were ever added, in the order of their index. */
  override get clients(): readonly SimulatedClient<G>[] {
    // reason: they are added below and nowhere else
    return super.clients as readonly SimulatedClient<G>[]
  }

  /** Adds a client, which begins to connect: `await simulation.complete(client.connected)`. */
  addClient(options: ClientOptions<G> = {}): SimulatedClient<G> {
    return this.enter('/', { ...(this.#onConnect && { onConnect: this.#onConnect }), ...options })
  }
}
