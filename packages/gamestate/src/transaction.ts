import { type AnyMap, createDraft, type DraftOwner, findMap } from './drafts.js'
import { EntityMap } from './rows/entity-map.js'
import { findPathsBy, type PathFinder } from './rows/map-path.js'
import type { Immutable } from './values/immutable.js'
import { sealValue } from './values/kinds.js'
import type { Path } from './values/plain.js'

/**
 * Runs a rule on a draft of a version and gives the version that results, sharing all that did not change.
 *
 * @param base a version; never changed
 * @param rule changes the draft in place; synchronous. An error that it throws goes through, and no change of it remains
 * @returns the next version (`base` itself if nothing changed), sealed, and the value that the rule returned
 * @throws GameStateError `invalid_value` with the path, if the draft was given a value that a state cannot hold
 */
export function transact<State, Result>(
  base: Immutable<State>,
  rule: (draft: State) => Result,
): { state: Immutable<State>; result: Result } {
  const transaction = new Transaction(base)
  const result = transaction.run(rule as (draft: unknown) => Result)
  return { state: transaction.finish() as Immutable<State>, result }
}

/** One rule at work: its draft, and the maps that it may change. */
class Transaction implements PathFinder, DraftOwner {
  readonly #base: object
  readonly #draft: object
  /** Each with the map of the version that it begins as. */
  readonly #maps = new Map<AnyMap, AnyMap>()
  phase: DraftOwner['phase'] = 'running'

  constructor(base: unknown) {
    this.#base = base as object
    this.#draft = base instanceof EntityMap ? this.openMap(base) : createDraft(this, this.#base)
  }

  run<Result>(rule: (draft: unknown) => Result): Result {
    try {
      const result = findPathsBy(this, () => rule(this.#draft))
      this.phase = 'finishing'
      return result
    } finally {
      if (this.phase === 'running') this.#end()
    }
  }

  finish(): unknown {
    try {
      return sealValue(this.#base, this.#draft)
    } finally {
      this.#end()
    }
  }

  openMap(map: AnyMap): AnyMap {
    const own = Object.create(EntityMap.prototype) as AnyMap
    own.table = map.table
    this.#maps.set(own, map)
    return own
  }

  /** A map that is new may not stand in the state yet. A map that is the state itself has no path either. */
  pathOf(map: AnyMap): Path | undefined {
    return findMap(this.#draft, map, undefined)
  }

  /** A draft, map or row that the rule has kept cannot be written to any more. */
  #end(): void {
    this.phase = 'over'
    for (const [own, map] of this.#maps) {
      if (Object.isFrozen(own)) continue
      if (own.table.isOpen) own.table.discard()
      own.table = map.table
      Object.freeze(own)
    }
  }
}
