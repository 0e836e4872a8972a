import type { IdIndex } from '../entity-map/id-index.js'
import type { Table } from '../entity-map/table.js'

/**
 * What has been found out about the newest version of each map: deltas lead there, seldom to older ones, and to keep it for all versions
 * that are kept would take more than they do. It goes with the map.
 */
export class Newest<Found> {
  /** All versions of a map share their index. */
  readonly #byMap = new WeakMap<IdIndex, { of: number; found: Found[] }>()

  /** What was found out about this version, to be added to. About the version that was asked about before it is forgotten. */
  about(table: Table): Found[] {
    const known = this.#byMap.get(table.index)
    if (known !== undefined && known.of === table.serial) return known.found
    const found: Found[] = []
    this.#byMap.set(table.index, { of: table.serial, found })
    return found
  }
}
