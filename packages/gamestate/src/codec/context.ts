import { GameStateError } from '../errors.js'
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
  /** The same for two maps. @returns undefined, and writes nothing, if the reader needs `next` whole */
  writeMapChange(base: kinds.MapValue, next: kinds.MapValue, precision: PrecisionNode): boolean | undefined
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

/** Reads a map after its tag. @param base the map from which the change was taken; undefined for a whole map */
export type MapReader = (input: DeltaReader, base: kinds.MapValue | undefined) => kinds.MapValue

let mapReader: MapReader | undefined

/**
 * Sets the reader of maps. The module of maps calls it when it is loaded, so every page that has maps can read them. A page
 * without them loads that module when the first map comes.
 */
export function registerMapReader(reader: MapReader | undefined): void {
  mapReader = reader
}

/** @throws GameStateError `maps_not_loaded` in a page that has not loaded the module of maps */
export const readMap: MapReader = (input, base) => {
  if (mapReader === undefined) throw new GameStateError('maps_not_loaded', 'the part that reads maps is not loaded')
  return mapReader(input, base)
}

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
