import type { EntityId, Page } from './page.js'
import type { ShownRows } from './shown-rows.js'

/** An index is rebuilt if it has more pairs than twice the rows plus this. */
const slack = 1024

/** For each page its list of ids, and bits of the slots that hold a row. */
export interface SlotLayout {
  readonly ids: readonly Page['ids'][]
  readonly used: readonly number[]
}

/** The rows that a list of ids picked last. */
export interface Picked {
  readonly layout: SlotLayout
  /** Of the whole table. */
  readonly shown: ShownRows
  readonly size: number
}

/**
 * From ids to slots, shared by all versions of a map. It grows with each version.
 *
 * Invariant: it has every pair of id and slot of every version that uses it. It has pairs of other versions too, so a slot
 * found here is a hint that must be checked against the version's own page.
 */
export class IdIndex {
  readonly #slots = new Map<EntityId, number | number[]>()
  #pairs = 0
  #layout: SlotLayout | undefined
  /** For frozen lists of ids the rows that they picked last. */
  readonly picks = new WeakMap<readonly EntityId[], Picked>()

  /** Consecutive calls return the same layout for versions and subsets with the same ids in the same slots. */
  layoutOf(pages: readonly Page[]): SlotLayout {
    const last = this.#layout
    if (
      last?.ids.length === pages.length &&
      pages.every(({ ids, used }, number) => ids === last.ids[number] && used === last.used[number])
    ) {
      return last
    }
    this.#layout = { ids: pages.map(({ ids }) => ids), used: pages.map(({ used }) => used) }
    return this.#layout
  }

  add(id: EntityId, slot: number): void {
    const known = this.#slots.get(id)
    if (known === undefined) this.#slots.set(id, slot)
    else if (typeof known === 'number') {
      if (known === slot) return
      this.#slots.set(id, [known, slot])
    } else {
      if (known.includes(slot)) return
      known.push(slot)
    }
    this.#pairs++
  }

  /** The slots in which an id may be; undefined if no version has had the id. */
  hints(id: EntityId): number | readonly number[] | undefined {
    return this.#slots.get(id)
  }

  /** True if most pairs are of rows that are gone. @param size number of rows in the map */
  isStale(size: number): boolean {
    return this.#pairs > 2 * size + slack
  }
}

/**
 * Remembers results about the newest version of each map. Deltas mostly lead to the newest version; results for all kept
 * versions would take more memory than the versions. The memory of a map is released with the map.
 */
export class Newest<Found> {
  /** All versions of a map share their index. */
  readonly #byMap = new WeakMap<IdIndex, { of: number; found: Found[] }>()

  /** The list of results about this version, for the caller to extend. Results about another version of the map are forgotten. */
  about(table: { readonly index: IdIndex; readonly serial: number }): Found[] {
    const known = this.#byMap.get(table.index)
    if (known !== undefined && known.of === table.serial) return known.found
    const found: Found[] = []
    this.#byMap.set(table.index, { of: table.serial, found })
    return found
  }
}
