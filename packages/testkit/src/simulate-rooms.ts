import { RoomsSimulation } from './rooms-simulation.js'
import { checkWholeNumbers, repeatCommand, seedOfRun } from './run.js'
import type { SimulateRoomsOptions } from './simulate-rooms-options.js'

/**
 * Runs a server of rooms and some clients in virtual time.
 * @returns the simulation, once all clients have connected
 * @throws SimulationError (as a rejection) `invalid_argument` for an option out of range; what a checker has found.
 * ClientError where a client cannot connect. What `define` throws.
 */
export async function simulateRooms(options: SimulateRoomsOptions): Promise<RoomsSimulation> {
  const { clients = [], seed = seedOfRun(), command = repeatCommand(new Error().stack) } = options
  checkWholeNumbers({ seed })
  const simulation = new RoomsSimulation(options, seed, command)
  await simulation.begin(() => clients.map((path) => simulation.addClient(path)))
  return simulation
}
