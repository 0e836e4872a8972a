import { ByteWriter, truncate } from '../bytes/bytes.js'
import type { Table } from '../rows/table.js'
import { readVersionMap, type VersionMap } from '../rows/version-map.js'
import type { Immutable } from '../values/immutable.js'
import type { MapValue } from '../values/kind.js'
import { writeValue } from '../values/kinds.js'
import { registerTextPacker } from '../values/payload.js'
import { type DeltaWriter, registerReader } from './context.js'
import { applyCounted } from './delta-reader.js'
import { NumberPool } from './rows/column-data.js'
import { isContinuation } from './rows/row-groups.js'
import { writeTableOnce } from './rows/table-codec.js'
import type { Precision, PrecisionNode } from './values/number.js'
import { writeChange } from './values/object-change.js'
import { roundTo } from './values/quanta.js'
import { readArrayChange } from './values/read-array-change.js'
import * as tag from './values/tags.js'
import { writePackedText } from './values/text.js'

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
  packText: writePackedText,
  pool: /* @__PURE__ */ new NumberPool(),
  isPayload: false,
  isView: false,
  writeValue(value, template, precision) {
    const isRounded = typeof precision === 'number' && typeof value === 'number'
    writeValue(writer, isRounded ? roundTo(value, precision) : value, template, precision)
  },
  writeMap(map, precision) {
    writeTableOnce(writer, undefined, tableOf(map), precision)
  },
  writeChange(base, next, precision) {
    return writeChange(writer, base, next, precision)
  },
  writeMapChange(base, next, precision) {
    const [baseTable, nextTable] = [tableOf(base), tableOf(next)]
    if (!isContinuation(baseTable, nextTable)) return undefined
    const { bytes } = writer
    const start = bytes.length
    bytes.writeByte(tag.patchedMap)
    if (baseTable !== nextTable && writeTableOnce(writer, baseTable, nextTable, precision)) return true
    truncate(bytes, start)
    return false
  },
}

// an effect of the module: a bundler keeps it where versions are encoded, and drops it with the module in all other pages
registerTextPacker(writePackedText)

function tableOf(map: MapValue): Table {
  return (map as VersionMap<object>).table
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

/**
 * Applies a delta to a version. The bytes may come from any peer: either all of them are applied, or an error is thrown and
 * nothing has changed.
 *
 * @param base the version from which the delta was taken, never changed; undefined for a snapshot
 * @returns a frozen version that shares all unchanged parts with `base`
 * @throws GameStateError `invalid_delta`, `bytes_truncated`, `bytes_malformed`
 */
export function applyDelta<State>(base: Immutable<State> | undefined, delta: Uint8Array): Immutable<State> {
  // a bundle with this function has all readers, too
  registerReader('maps', readVersionMap)
  registerReader('arrays', readArrayChange)
  return applyCounted(base, delta, Number.POSITIVE_INFINITY).state
}
