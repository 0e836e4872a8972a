import type { AnyGame, StateOf } from '@tygase/gamestate'
import { editVersion } from '@tygase/gamestate/edit'
import type { Simulation } from './simulation.js'

/**
 * Edits the state of the one game of a simulation between two ticks: a test need not play its way to the situation that it is
 * about. The edit is a version of its own, which clients get with the next tick.
 *
 * @param recipe changes the draft in place, as for `editVersion` of `@tygase/gamestate/edit`
 * @throws GameStateError `invalid_value` with the path, if the draft was given a value that a state cannot hold
 */
export function editState<G extends AnyGame>(
  { server }: Simulation<G>,
  recipe: (state: StateOf<G> & object) => void,
): void {
  const { store } = server
  const state = store.state as Parameters<typeof editVersion<StateOf<G> & object>>[0]
  const next = editVersion<StateOf<G> & object>(state, recipe)
  if (next !== state) store.commit(next as StateOf<G>, store.version + 1)
}
