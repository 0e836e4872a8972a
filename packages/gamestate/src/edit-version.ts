import { Immer } from 'immer'
import { EntityMap } from './rows/entity-map.js'
import { VersionMap } from './rows/version-map.js'
import type { Immutable } from './values/immutable.js'
import { atOnce } from './values/plain.js'
import { copyParts, mayHoldMap, sealState } from './values/sealing.js'

// `sealState` freezes, and finds what has not changed
const immer = /* @__PURE__ */ new Immer({ autoFreeze: false })

/**
 * Edits a version outside of ticks: for tools, tests, and saved games of an older version of the rules. Rules are no place for
 * it, as their draft can be changed itself. It is immer's `produce`, for states with entity maps.
 *
 * @param version of a store, of a tick or of a replica; never changed. A state that is no version yet is taken over and frozen
 * @param recipe changes the draft in place, or returns another state; synchronous. An error that it throws goes through
 * @returns the next version, for `commit` or `reset` of a store; `version` itself if nothing has changed
 * @throws GameStateError `invalid_value` with the path, if the draft was given a value that a state cannot hold
 */
export function editVersion<State extends object>(
  version: Immutable<State>,
  // biome-ignore lint/suspicious/noConfusingVoidType: reason: a recipe that changes its draft returns nothing
  recipe: (draft: State) => State | void,
): Immutable<State> {
  const base = sealState<State>(undefined, version)
  const edited: unknown = immer.produce<unknown>(withOpenMaps(base), (draft: unknown) =>
    atOnce('the recipe', recipe(draft as State)),
  )
  return sealState(base, edited)
}

/** The tree with a map that can be changed in place of each map. Parts without maps are shared. */
function withOpenMaps(part: unknown): unknown {
  if (part instanceof VersionMap) {
    const map = Object.create(EntityMap.prototype) as VersionMap<object>
    map.table = part.table
    return map
  }
  if (typeof part !== 'object' || part === null || !mayHoldMap(part)) return part
  const copy = copyParts(part) as Record<string, unknown>
  for (const key of Object.keys(copy)) copy[key] = withOpenMaps(copy[key])
  return copy
}
