import type { AnyGame } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import { type SimulateOptions, type Simulation, simulate } from '@tygase/testkit'
import { editState } from '@tygase/testkit/edit'

/** The modules of an answer, each with all that it exports. */
export interface Answer {
  readonly game: AnyGame
  /** Of tasks that ask for `server.ts`. */
  readonly define?: (server: Server, storage: never) => void
}

/** One hidden acceptance test of a task. It throws if the answer does not behave as the prompt asks. */
export interface Check {
  /** A sentence of the prompt. */
  readonly name: string
  run(answer: Answer): void | Promise<void>
}

/** A player of a check, with its connection. */
export type Player = Simulation<AnyGame>['clients'][number]['connection']

/** A simulation with the answer's game, and its first players: they join one after the other, and the first one is host. */
export async function play(
  game: AnyGame,
  clients: number,
  options: Partial<Omit<Extract<SimulateOptions<AnyGame>, { game: AnyGame }>, 'game' | 'clients'>> = {},
): Promise<{ simulation: Simulation<AnyGame>; players: Player[]; ids: string[] }> {
  const simulation = await simulate({ game, clients: 0, seed: 7, command: 'npm run tasks', ...options })
  const players: Player[] = []
  while (players.length < clients) players.push(await simulation.complete(simulation.addClient().connected))
  return { simulation, players, ids: players.map(({ clientId }) => clientId) }
}

/** The newest version at the server. */
// reason: the state is the answer's, and a check finds out if it has the shape that the prompt asks for
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export function stateOf(simulation: Simulation<AnyGame>): any {
  return simulation.server.store.state
}

/** Waits for the answer to a request. @returns the code of the refusal; '' if the request was granted */
export async function refusalOf(simulation: Simulation<AnyGame>, request: Promise<unknown>): Promise<string> {
  try {
    await simulation.complete(request)
    return ''
  } catch (error) {
    return String((error as { code?: string }).code ?? error)
  }
}

/** Changes fields of a row between two ticks. */
export function editRow(simulation: Simulation<AnyGame>, map: string, id: string, fields: object): void {
  editState(simulation, (state) => {
    state[map].set(id, { ...stateOf(simulation)[map].get(id), ...fields })
  })
}

/** Ends a simulation. @throws if the rules have thrown, or left something behind */
export async function finish(simulation: Simulation<AnyGame>): Promise<void> {
  await simulation.settle()
  // clients count lines of any level that repeat, those of lost connections too
  const problem = simulation.problems.find(({ message }) => message !== 'lines that repeat')
  await simulation.end()
  if (problem === undefined) return
  const { err } = problem.details as { err?: unknown }
  throw new Error(`the log has: ${problem.message}${err === undefined ? '' : `: ${err}`}`)
}
