import type { AnyGame } from '@tygase/gamestate'
import { registerReader } from '@tygase/gamestate/internal'
import { readArrayChange } from '@tygase/gamestate/internal/arrays'
import { readVersionMap } from '@tygase/gamestate/internal/rows'
import { checkSimulateOptions, type GameOptions, type RoomsOptions, type SimulateOptions } from './options.js'
import { checkWholeNumbers, commandWith, seedOfRun } from './run.js'
import { Simulation } from './simulation.js'

/**
 * Runs a server and clients in virtual time.
 * @returns the simulation, once all clients have connected
 * @throws SimulationError (as a rejection) `invalid_argument` for an unknown option and for a wrong value; the finding of a checker.
 * ClientError if a client cannot connect. Errors of `define` and `onStart`.
 */
export async function simulate<G extends AnyGame>(options: GameOptions<G>): Promise<Simulation<G>>
export async function simulate(options: RoomsOptions): Promise<Simulation>
export async function simulate<G extends AnyGame>(options: SimulateOptions<G>): Promise<Simulation<G>> {
  checkSimulateOptions(options)
  // a page loads them when it needs them, which takes real time: no virtual time passes for it
  registerReader('maps', readVersionMap)
  registerReader('arrays', readArrayChange)
  const { seed = seedOfRun(), clients = options.game ? 1 : [] } = options
  checkWholeNumbers({ seed, ...(typeof clients === 'number' && { clients }) })
  const paths = typeof clients === 'number' ? Array.from({ length: clients }, () => '/') : clients
  // reason: without a game the clients may play any game
  const command = commandWith(seed, options.command, new Error().stack)
  const simulation = new Simulation<G>(options as GameOptions<G>, seed, command)
  await simulation.begin(paths)
  return simulation
}
