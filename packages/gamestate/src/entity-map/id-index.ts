import type { EntityId, Page } from './page.js'

/** Pairs beyond twice the rows after which an index is made anew, so that a small map is not remade for ever. */
const slack = 1024

/** Which rows are where: of each page its list of ids, and which of its slots hold a row. */
export interface Layout {
  readonly ids: readonly Page['ids'][]
  readonly used: readonly number[]
}

/** What was picked last by some ids. */
export interface Picked {
  readonly layout: Layout
  readonly kept: Int32Array
  readonly size: number
}

/**
 * Where ids are, shared by all versions of a map and growing with each: the slots that an id has had in any of them.
 *
 * Invariant: every pair of id and slot of every version that uses this index is in it. Pairs of other versions are in it
 * too, so a slot found here is a hint, to be checked against the version's own page.
 */
export class IdIndex {
  readonly #slots = new Map<EntityId, number | number[]>()
  #pairs = 0
  #layout: Layout | undefined
  /** For frozen lists of ids which rows they picked from the version that was asked last. */
  readonly picks = new WeakMap<readonly EntityId[], Picked>()

  /** Versions and parts in which the same rows are in the same slots have the same layout, if they are asked one after the other. */
  layoutOf(pages: readonly Page[]): Layout {
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

  /** The slot or slots that the id may be in; undefined where no version has had it. */
  hints(id: EntityId): number | readonly number[] | undefined {
    return this.#slots.get(id)
  }

  /** True when most of the index is about rows that are gone, for a map of `size` rows. */
  isStale(size: number): boolean {
    return this.#pairs > 2 * size + slack
  }
}
