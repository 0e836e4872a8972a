import { ByteReader } from '../bytes/byte-reader.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import { GameStateError } from '../errors.js'
import { mapOf, type VersionMap } from '../rows/version-map.js'
import { elementsWithoutParts } from '../values/elements.js'
import type { Immutable } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { noteSealed, readTagged, writeValue } from '../values/kinds.js'
import { isPlainObject, malformed, maxDepth } from '../values/plain.js'
import { type DeltaReader, type DeltaWriter, NumberPool } from './context.js'
import { readTable, writeTableOnce } from './rows/table-codec.js'
import type { Precision, PrecisionNode } from './values/number.js'
import { readChange, writeChange } from './values/object-change.js'

export interface DeltaOptions<State> {
  /** Quanta to which numbers are rounded, by their place in the state. Other numbers are not rounded. */
  precision?: Precision<State> | undefined
  /**
   * Set to true if `base` and `next` are views. Only shapes of rows in the view are then sent. Use the same value for every
   * delta of one client. Default false.
   */
  isView?: boolean | undefined
}

const writer: DeltaWriter = {
  bytes: /* @__PURE__ */ new ByteWriter(),
  pool: /* @__PURE__ */ new NumberPool(),
  isPayload: false,
  isView: false,
  writeValue(value, template, precision) {
    writeValue(writer, value, template, precision)
  },
  writeMap(map, precision) {
    writeTableOnce(writer, undefined, (map as VersionMap<object>).table, precision)
  },
  writeChange(base, next, precision) {
    return writeChange(writer, base, next, precision)
  },
}

/**
 * Encodes the change from one version to another. Any two versions have a delta, however far apart they are. The
 * same two versions always have the same bytes.
 *
 * @param base undefined: the delta is a snapshot
 * @returns no bytes if the wire would carry no change
 */
export function encodeDelta<State>(
  base: Immutable<State> | undefined,
  next: Immutable<State>,
  options: DeltaOptions<State> = {},
): Uint8Array {
  const precision = options.precision as PrecisionNode
  writer.isView = options.isView ?? false
  writer.bytes.reset()
  writer.pool.release(0)
  if (base === undefined) writer.writeValue(next, undefined, precision)
  else writer.writeChange(base, next, precision)
  return writer.bytes.finish()
}

const pool = /* @__PURE__ */ new NumberPool()

/**
 * Applies a delta to a version. The bytes may come from any peer: either all of them are applied, or an error is thrown and
 * nothing has changed.
 *
 * @param base the version from which the delta was taken, never changed; undefined for a snapshot
 * @returns a frozen version that shares all unchanged parts with `base`
 * @throws GameStateError `invalid_delta`, `bytes_truncated`, `bytes_malformed`
 */
export function applyDelta<State>(base: Immutable<State> | undefined, delta: Uint8Array): Immutable<State> {
  return applyCounted(base, delta, Number.POSITIVE_INFINITY).state
}

/**
 * `applyDelta` for a peer that must not make its reader grow without end. A few bytes can copy a long array, fill many rows
 * with one value, or name a high slot.
 * @param maxElements most elements of 8 bytes that the delta may make
 * @returns the version, and the elements that it does not share with `base`, rather too many than too few
 * @throws GameStateError as `applyDelta`; `value_limit` above `maxElements`
 */
export function applyCounted<State>(
  base: Immutable<State> | undefined,
  delta: Uint8Array,
  maxElements: number,
): { readonly state: Immutable<State>; readonly elements: number } {
  if (delta.length === 0) {
    if (base === undefined) throw malformed()
    return { state: base, elements: 0 }
  }
  let elements = 0
  const bytes = new ByteReader(delta)
  pool.release(0)
  const reader: DeltaReader = {
    bytes,
    pool,
    isPayload: false,
    insideRow: false,
    readValue(template, depth) {
      const value = readTagged(reader, bytes.readByte(), template, depth)
      reader.spend(elementsWithoutParts(value))
      return value
    },
    readMap: () => mapOf(readTable(reader, undefined)),
    checkDepth,
    spend(more) {
      elements += more
      if (elements > maxElements)
        throw new GameStateError('value_limit', `a delta makes more than ${maxElements} elements`)
    },
    checkLength: unlimited,
    readChange: (value, depth) => readChange(reader, value, depth),
  }
  const state = base === undefined ? reader.readValue(undefined, 0) : reader.readChange(base, 0)
  bytes.expectEnd()
  if (!isPlainObject(state) && !(state instanceof MapValue)) {
    throw malformed()
  }
  return { state: noteSealed(state) as Immutable<State>, elements }
}

function checkDepth(depth: number): void {
  if (depth >= maxDepth) throw malformed()
}

/** The length of a delta limits all that is read from it. */
function unlimited(): void {}
