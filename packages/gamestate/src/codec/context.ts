import type * as kinds from '../values/kind.js'
import type { PrecisionNode } from './values/number.js'

/**
 * The writer that all parts of the encoder are given. Values hold entity maps, and rows hold values: the parts call each
 * other through this interface, since imports in both directions would be a cycle.
 */
export interface DeltaWriter extends kinds.ValueWriter {
  readonly pool: NumberPool
  /** True if the versions are views: then only shapes of rows in the view are sent. */
  isView: boolean
  /** Writes how `base` becomes `next`. @returns false, and writes nothing, if the wire would carry no change */
  writeChange(base: unknown, next: unknown, precision: PrecisionNode): boolean
}

/** The mirror of `DeltaWriter`. All that it returns is frozen at every depth. */
export interface DeltaReader extends kinds.ValueReader {
  readonly pool: NumberPool
  /** True while rows of a map are read. Rows hold no maps. */
  insideRow: boolean
  /** @returns `deleted` if the value is gone */
  readChange(base: unknown, depth: number): unknown
}

/** The result of `readChange` for a value that is gone. */
export const deleted = Symbol('deleted')

/** Larger arrays are released to the engine after use. */
const maxKeptEntries = 1 << 16
const minEntries = 256

/**
 * Lends arrays of numbers to the encoder and the decoder. They need several for each column, and allocating an array costs
 * more than filling it. `release(mark())` takes back all arrays that were lent in between.
 */
export class NumberPool {
  readonly #arrays: Float64Array[] = []
  #lent = 0

  /** @returns an array with at least so many entries, of any content */
  take(entries: number): Float64Array {
    const place = this.#lent++
    let array = this.#arrays[place]
    if (array === undefined || array.length < entries) {
      array = new Float64Array(Math.max(minEntries, 2 ** Math.ceil(Math.log2(entries))))
      this.#arrays[place] = array
    }
    return array
  }

  mark(): number {
    return this.#lent
  }

  release(mark: number): void {
    for (let place = mark; place < this.#lent; place++) {
      if (this.#arrays[place]!.length > maxKeptEntries) this.#arrays[place] = new Float64Array(minEntries)
    }
    this.#lent = mark
  }
}
