import type { Path } from '../values/plain.js'
import type { Table } from './table.js'

/** An `EntityMap`, or a draft of immer of one. */
export interface HasTable {
  table: Table
}

/** A running transaction, which knows the state. */
export interface PathFinder {
  /** The path of a map in the state; undefined if the map is not in it, or is the state itself. */
  pathOf(map: HasTable): Path | undefined
}

let finder: PathFinder | undefined

/**
 * Runs a rule. Until it returns, `own` finds the paths of maps. Rules are synchronous, so the running transaction is known
 * without a reference in every map. Transactions may be nested.
 */
export function findPathsBy<Result>(own: PathFinder, work: () => Result): Result {
  const outer = finder
  finder = own
  try {
    return work()
  } finally {
    finder = outer
  }
}

/**
 * The path of a map that a rule is changing, found when a message needs it: finding it means a search in the whole state.
 */
export class MapPath implements Path {
  readonly key = undefined
  readonly #map: HasTable
  readonly #finder: PathFinder | undefined

  /** @param by default: the running transaction */
  constructor(map: HasTable, by: PathFinder | undefined = finder) {
    this.#map = map
    this.#finder = by
  }

  get parent(): Path | undefined {
    return this.#finder?.pathOf(this.#map)
  }
}
