import { ByteWriter } from '../bytes/byte-writer.js'
import type { EntityMap } from '../entity-map/entity-map.js'
import type { Immutable } from '../values/immutable.js'
import { writeValue } from '../values/kinds.js'
import { writeChange } from './change-codec.js'
import { NumberPool } from './number-pool.js'
import type { Precision, PrecisionNode } from './precision.js'
import { writeTableOnce } from './table-memo.js'
import type { ValueWriter } from './value-io.js'

export interface DeltaOptions<State> {
  /** What the wire keeps of numbers; elsewhere they travel as they are. */
  precision?: Precision<State> | undefined
  /**
   * Set where the versions are views, the same for all deltas of one reader: of a map's kinds of rows those are named then that he has
   * rows of, and no others that it once held. Default false.
   */
  isView?: boolean | undefined
}

const writer: ValueWriter = {
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
 * Turns two versions into the bytes that lead from one to the other. A function of its arguments alone: any two versions
 * will do, whatever lies between them, and the same two give the same bytes.
 *
 * @param base undefined: from nothing, a snapshot
 * @returns no bytes at all where the wire would carry the same for both
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
