import type { EntityId, Page } from './page.js'

/** Pairs beyond twice the rows after which an index is made anew, so that a small map is not remade for ever. */
const slack = 1024

/** What was picked last by some ids. */
export interface Picked {
  /** Of each page its list of ids, and which of them it shows: where both are the same there are the same rows in the same slots. */
  readonly ids: readonly Page['ids'][]
  readonly used: Int32Array
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
  /** For frozen lists of ids which rows they picked from the version that was asked last. */
  readonly picks = new WeakMap<readonly EntityId[], Picked>()

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
