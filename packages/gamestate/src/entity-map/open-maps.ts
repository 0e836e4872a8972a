import type { Path } from '../values/plain.js'
import type { Table } from './table.js'

/** What is noted: an `EntityMap`, or immer's draft of one. */
export interface HasTable {
  table: Table
}

export interface MapWatcher {
  /** Where the map stands in the state; undefined where it does not, or is the state itself. */
  pathOf(map: HasTable): Path | undefined
}

let watcher: MapWatcher | undefined

/**
 * Runs `work` and tells `own` of the maps that it opens. Rules are synchronous, so what is running is known without
 * passing it through every map; transactions may be nested.
 */
export function watchMaps<Result>(own: MapWatcher, work: () => Result): Result {
  const outer = watcher
  watcher = own
  try {
    return work()
  } finally {
    watcher = outer
  }
}

/**
 * The path of a map that a rule is changing: a step that adds nothing to those that lead there. They are searched for in
 * the whole state, so only when a message needs them.
 */
export class MapPath implements Path {
  readonly key = undefined
  readonly #map: HasTable
  readonly #watcher: MapWatcher | undefined

  /** @param by whom to ask; default: the transaction that is running */
  constructor(map: HasTable, by: MapWatcher | undefined = watcher) {
    this.#map = map
    this.#watcher = by
  }

  get parent(): Path | undefined {
    return this.#watcher?.pathOf(this.#map)
  }
}
