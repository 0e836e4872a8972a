import type { ByteReader, ByteWriter } from '../bytes/bytes.js'
import type { PrecisionNode } from '../codec/values/number.js'
import type { Path } from './plain.js'

/**
 * A kind of value of states and events, as copies, payloads and deltas need it. The table of kinds is in `kinds.ts`. A page
 * that only reads versions never compares or freezes values: `equality.ts` and `sealing.ts` do that, kind by kind.
 * The functions are only called with values that `is` accepts.
 */
export interface Kind<T = unknown> {
  /** Levels of nesting that a value takes: 0 for one that cannot hold another; undefined if its parts have to be counted. */
  readonly levels: number | undefined
  /** Accepts values of every realm. */
  is(value: unknown): value is T
  /** A copy that may be changed and shares nothing with `value`. Throws `invalid_value` for a kind that only a tree can hold. */
  copy(value: T, copying: Copying, path: Path | undefined, depth: number): unknown
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

/** The walk of a copy. */
export interface Copying {
  copyPart(value: unknown, path: Path | undefined, depth: number): unknown
  /** Counts a text or bytes against the limits. */
  checkText(text: string, path: Path | undefined): void
  checkBytes(length: number, path: Path | undefined): void
  /** Counts a key against the limits. */
  checkKey(key: string, path: Path | undefined): void
}

/** Limits of the data of an event. They bound the memory that a peer can make a reader use. */
export interface PayloadLimits {
  /** Arrays and objects within each other. */
  maxPayloadDepth: number
  /** What the value takes as objects, in elements of 8 bytes: see `elementsOf`. */
  maxPayloadElements: number
  /** Bytes of one text or one byte array. */
  maxPayloadStringBytes: number
}

/** Writes a text and its tag in fewer than `plainBytes` bytes. @returns false, and writes nothing, if that is impossible */
export type TextPacker = (bytes: ByteWriter, text: string, plainBytes: number) => boolean

/** The writer that a kind is given. */
export interface ValueWriter {
  readonly bytes: ByteWriter
  /** Undefined: texts are written as they are, which readers take as well. */
  readonly packText: TextPacker | undefined
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
  /** Counts elements that have been read, as `elementsOf` does, against the limit of the reader. */
  spend(elements: number): void
  /** Refuses a text or bytes of so many bytes, before they are built. */
  checkLength(bytes: number): void
}

/** An `EntityMap`, as the table of kinds knows it. */
export abstract class MapValue {
  /** @returns `base` if nothing has changed, else this map, frozen */
  abstract seal(base: unknown, path: Path | undefined): unknown
  /** True for a map that later rules of the tick may go on changing. */
  staysOpen?(): boolean
  /** Called if it stands in several places, or has moved: each place has a map of its own for the next rule. */
  closeLater?(): void
  /** See `elementsOf`. */
  abstract get elements(): number
  /** Whether both have the same table. */
  abstract sharesRows(other: MapValue): boolean
}
