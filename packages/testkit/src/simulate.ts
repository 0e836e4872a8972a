import type { AnyGame } from '@tygase/gamestate'
import { checkWholeNumbers, repeatCommand, seedOfRun } from './run.js'
import type { SimulateOptions } from './simulate-options.js'
import { Simulation } from './simulation.js'

/**
 * Runs a server and some clients in virtual time.
 * @returns the simulation, once all clients have connected
 * @throws SimulationError (as a rejection) `invalid_argument` for an option out of range; what a checker has found.
 * ClientError where a client cannot connect.
 */
export async function simulate<G extends AnyGame>(options: SimulateOptions<G>): Promise<Simulation<G>> {
  const { clients = 1, seed = seedOfRun(), command = repeatCommand(new Error().stack) } = options
  checkWholeNumbers({ clients, seed })
  const simulation = new Simulation(options, seed, command)
  await simulation.begin(() => Array.from({ length: clients }, () => simulation.addClient()))
  return simulation
}
