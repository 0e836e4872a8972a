import type { AnyGame } from '@tygase/gamestate'
import { SimulationError } from './errors.js'
import { repeatCommand } from './repeat-command.js'
import { seedOfRun } from './seed.js'
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
  for (const [name, value] of Object.entries({ clients, seed })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new SimulationError('invalid_argument', `${name} is a whole number from 0, not ${value}`)
    }
  }
  const simulation = new Simulation(options, seed, command)
  await simulation.backend.start()
  const added = Array.from({ length: clients }, () => simulation.addClient())
  await simulation.complete(Promise.all(added.map(({ connected }) => connected)), { timeoutMs: 120_000 })
  return simulation
}
