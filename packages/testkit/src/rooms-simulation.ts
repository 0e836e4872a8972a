import type { AnyGame } from '@tygase/gamestate'
import { BaseSimulation } from './base-simulation.js'
import { RoomsWorld } from './rooms-world.js'
import type { ClientOptions } from './simulate-options.js'
import type { SimulateRoomsOptions } from './simulate-rooms-options.js'
import type { SimulatedClient } from './simulated-client.js'
import { SimulatedRooms } from './simulated-rooms.js'

/**
 * A whole server of rooms and its clients in one process and in virtual time, checked as a `Simulation` is: each replica
 * against the versions of the room that its client was let into, and the events of each session.
 */
export class RoomsSimulation extends BaseSimulation<RoomsWorld, SimulatedRooms> {
  readonly #onConnect: SimulateRoomsOptions['onConnect']

  /** Use `simulateRooms`. */
  constructor(options: SimulateRoomsOptions, seed: number, command: string) {
    const { define, server = {}, link, client: connect, onConnect, onPacket } = options
    super({ seed, command, link, connect, onPacket, limits: server.limits }, ({ worldParts, ...surroundings }) => {
      const makeWorld = (index: number): RoomsWorld => new RoomsWorld(define, server, worldParts(index))
      return new SimulatedRooms({ ...surroundings, makeWorld })
    })
    this.#onConnect = onConnect
  }

  /**
   * Adds a client, which begins to connect: `await simulation.complete(client.connected)`.
   * @typeParam G the game of the room
   * @param path what it asks for: `/arena/42`, or `/arena` for any room of that kind with a free place
   */
  addClient<G extends AnyGame = AnyGame>(path: string, options: ClientOptions<G> = {}): SimulatedClient<G> {
    return this.enter<G>(path, { ...(this.#onConnect && { onConnect: this.#onConnect }), ...options })
  }
}
