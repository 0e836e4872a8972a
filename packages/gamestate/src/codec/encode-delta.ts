import { ByteWriter } from '../bytes/byte-writer.js'
import type { EntityMap } from '../rows/entity-map.js'
import type { Immutable } from '../values/immutable.js'
import { writeValue } from '../values/kinds.js'
import { type DeltaWriter, NumberPool } from './context.js'
import { writeTableOnce } from './rows/table-codec.js'
import { writeChange } from './values/change.js'
import type { Precision, PrecisionNode } from './values/precision.js'

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
  bytes: new ByteWriter(),
  pool: new NumberPool(),
  isPayload: false,
  isView: false,
  writeValue(value, template, precision) {
    writeValue(writer, value, template, precision)
  },
  writeMap(map, precision) {
    writeTableOnce(writer, undefined, (map as EntityMap<object>).table, precision)
  },
  writeChange(base, next, precision) {
    return writeChange(writer, base, next, precision)
  },
}

/**
 * Encodes the change from one version to another. Any two versions have a delta, whatever lies between them, and the same
 * two always have the same bytes.
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
