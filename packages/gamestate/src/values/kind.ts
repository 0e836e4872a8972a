import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import type { PrecisionNode } from '../codec/values/number.js'
import type { Path } from './plain.js'

/**
 * A kind of value of states and events: all that other code needs to know about it. The table of kinds is in `kinds.ts`.
 * The functions are only called with values that `is` accepts.
 */
export interface Kind<T = unknown> {
  readonly name: string
  /** `typeof` of its values. */
  readonly type: 'boolean' | 'number' | 'object' | 'string'
  /** Levels of nesting that a value takes: 0 for one that cannot hold another; undefined if its parts have to be counted. */
  readonly levels: number | undefined
  /** Accepts values of every realm. */
  is(value: unknown): value is T
  /** A copy that may be changed and shares nothing with `value`. Throws `invalid_value` for a kind that only a tree can hold. */
  copy(value: T, copying: Copying, path: Path | undefined, depth: number): unknown
  /** Whether two values of the kind are equal. They are not identical. */
  equal(a: T, b: T, comparing: Comparing, precision: PrecisionNode): boolean
  /**
   * Makes the value a part of a version: checked and frozen at every depth.
   * @param base the part that stood at the same path before, of any kind; undefined for none
   * @returns `base` if it is equal
   */
  freeze(base: unknown, next: T, sealing: Sealing, path: Path | undefined, place: Place, depth: number): unknown
  /** Writes the first byte and all that follows. @param template a value that the reader has too */
  write(out: ValueWriter, value: T, template: unknown, precision: PrecisionNode): void
  /** First bytes of its values: ranges, both ends included. */
  readonly tags: readonly TagRange[]
  /** First bytes of its values in payloads only. In a delta they are changes. */
  readonly payloadTags?: readonly TagRange[]
  /** The mirror of `write`, without the first byte. The bytes may come from anybody. */
  read(input: ValueReader, first: number, template: unknown, depth: number): T
}

type TagRange = readonly [first: number, last: number]

/** The place of a value: in the tree, which may hold entity maps, or inside a row, which may not. */
export type Place = 'tree' | 'rows'

/** The walk of a copy. */
export interface Copying {
  /** False for values that are known to be plain. Then nothing is checked, and no path is made. */
  readonly isChecked: boolean
  copyPart(value: unknown, path: Path | undefined, depth: number): unknown
  /** Counts a text or bytes against the limits. */
  checkText(text: string, path: Path | undefined): void
  checkBytes(length: number, path: Path | undefined): void
  /** Counts values and keys against the limits. */
  count(elements: number, path: Path | undefined): void
}

/** The walk of a comparison. */
export interface Comparing {
  equalParts(a: unknown, b: unknown, precision: PrecisionNode): boolean
  equalMaps(a: MapValue, b: MapValue): boolean
}

/** The walk of `sealValue`. */
export interface Sealing {
  sealPart(base: unknown, next: unknown, path: Path | undefined, place: Place, depth: number): unknown
  /** Remembers a frozen part, so that it is not walked again. */
  note<Part extends object>(part: Part): Part
}

/** Limits of the data of an event. They bound the memory that a peer can make a reader use. */
export interface PayloadLimits {
  /** Arrays and objects within each other. */
  maxPayloadDepth: number
  /** Values of all kinds, keys included. */
  maxPayloadElements: number
  /** Bytes of one text or one byte array. */
  maxPayloadStringBytes: number
}

/** The writer that a kind is given. */
export interface ValueWriter {
  readonly bytes: ByteWriter
  /** Payloads have short forms of their own. */
  readonly isPayload: boolean
  writeValue(value: unknown, template: unknown, precision: PrecisionNode): void
  /** Maps know the codec of rows, which knows values: this interface breaks the circle. */
  writeMap(map: MapValue, precision: PrecisionNode): void
}

/** The mirror of `ValueWriter`. In a delta all that it returns is frozen; in a payload it is the caller's own. */
export interface ValueReader {
  readonly bytes: ByteReader
  readonly isPayload: boolean
  /** @param depth levels that the value stands in */
  readValue(template: unknown, depth: number): unknown
  readMap(): MapValue
  /** Refuses a container that stands in too many levels. */
  checkDepth(depth: number): void
  /** Refuses more keys than the limits allow. */
  count(elements: number): void
  /** Refuses a text or bytes of so many bytes, before they are built. */
  checkLength(bytes: number): void
}

/** A draft, as the walk that freezes values knows it. */
export interface SealableDraft {
  /** Makes its parts a part of a version, as `sealValue` does. @returns undefined for a draft of another transaction */
  seal(base: unknown, path: Path | undefined, place: Place, depth: number): unknown
}

/** An `EntityMap`, as the table of kinds knows it. */
export abstract class MapValue {
  /** @returns `base` if nothing has changed, else this map, frozen */
  abstract seal(base: unknown, path: Path | undefined): unknown
  /** Whether both have equal rows under the same ids in the same slots. */
  abstract equals(other: MapValue): boolean
  /** Whether both have the same table. */
  abstract sharesRows(other: MapValue): boolean
}
