import type { Immutable } from '@tygase/gamestate'
import { Differences } from '../../../src/inspector/difference.js'
import { absent, treeAnswer, valueAt } from '../../../src/inspector/state-tree.js'
import type { DiffAnswer, TreeAnswer } from '../../../src/shared/look-requests.js'
import type { History } from '../room/history.js'

/**
 * A history of states that the page has itself.
 * @param at the state of a version, or the nearest one that is known
 */
export function historyOfStates(
  at: (
    version: number,
  ) => { version: number; state: Immutable<object> } | Promise<{ version: number; state: Immutable<object> }>,
): History {
  return {
    // nothing is asked but the page itself
    pauseMs: 60,
    tree: async ({ path, version = Number.POSITIVE_INFINITY, from, count }): Promise<TreeAnswer> => {
      const found = await at(version)
      const value = valueAt(found.state, path)
      if (value === absent) throw new Error('This part is gone.')
      return treeAnswer(found.version, value, from, count)
    },
    diff: async ({ from, to }): Promise<DiffAnswer> => {
      const [before, after] = [await at(from), await at(to)]
      return Differences.between(before.version, before.state, after.version, after.state)
    },
  }
}
