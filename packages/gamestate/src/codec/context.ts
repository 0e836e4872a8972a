import { GameStateError } from '../errors.js'
import type * as kinds from '../values/kind.js'
import type { NumberPool } from './rows/column-data.js'
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
  /** True while rows of a map are read. Rows hold no maps. */
  insideRow: boolean
  /** @returns `deleted` if the value is gone */
  readChange(base: unknown, depth: number): unknown
  // parts that a page loads later bring no code of their own for these, so that bundlers can keep them apart
  /** `readChange` of a value that stays. */
  readPatch(base: unknown, depth: number): unknown
  /** Counts a value with all its parts. */
  spendWhole(value: unknown): void
  /** Throws: the bytes break the format. */
  refuse(): never
}

/** The result of `readChange` for a value that is gone. */
export const deleted = Symbol('deleted')

/** Reads a map after its tag. @param base the map from which the change was taken; undefined for a whole map */
export type MapReader = (input: DeltaReader, base: kinds.MapValue | undefined) => kinds.MapValue

/** Reads the change of an array. @param first its tag @returns an array that is not frozen */
type ArrayReader = (input: DeltaReader, first: number, base: unknown, depth: number) => unknown[]

/** Parts of the decoder that not every page needs. */
interface LaterReaders {
  readonly maps: MapReader
  readonly arrays: ArrayReader
}

const readers: { -readonly [Part in keyof LaterReaders]?: LaterReaders[Part] | undefined } = {}

/**
 * Sets a reader, or takes it away. The module of maps does so when it is loaded, so every page that has maps can read them.
 * Other pages load a reader when a delta needs it for the first time.
 */
export function registerReader<Part extends keyof LaterReaders>(
  part: Part,
  reader: LaterReaders[Part] | undefined,
): void {
  readers[part] = reader
}

/** @throws GameStateError `maps_not_loaded`, `arrays_not_loaded` in a page that has not loaded the reader */
export function readerOf<Part extends keyof LaterReaders>(part: Part): LaterReaders[Part] {
  const reader = readers[part]
  if (reader === undefined) throw new GameStateError(`${part}_not_loaded`, `the part that reads ${part} is not loaded`)
  return reader
}
