import { EntityMap } from '../entity-map/entity-map.js'
import { GameStateError } from '../errors.js'
import { isPlainObject } from '../values/plain.js'
import { readArrayChange, writeArrayChange } from './array-codec.js'
import { readObjectChange, writeObjectChange } from './object-codec.js'
import type { PrecisionNode } from './precision.js'
import { isSame } from './same.js'
import { isContinuation, readTable, writeTable } from './table-codec.js'
import { tag } from './tags.js'
import { mapOf, readTagged } from './value-codec.js'
import { deleted, type ValueReader, type ValueWriter } from './value-io.js'

/** Writes how a value becomes another one. See `ValueWriter.writeChange`. */
export function writeChange(out: ValueWriter, base: unknown, next: unknown, precision: PrecisionNode): boolean {
  if (base === next && next !== 0) return false
  if (isPlainObject(next) && isPlainObject(base)) return writeObjectChange(out, base, next, precision)
  if (Array.isArray(next) && Array.isArray(base)) return writeArrayChange(out, base, next, precision)
  if (next instanceof EntityMap && base instanceof EntityMap && isContinuation(base.table, next.table)) {
    const start = out.bytes.length
    out.bytes.writeByte(tag.patchedMap)
    if (base.table !== next.table && writeTable(out, base.table, next.table, precision)) return true
    out.bytes.truncate(start)
    return false
  }
  if (isSame(base, next, precision)) return false
  out.writeValue(next, base, precision)
  return true
}

/** Reads what `writeChange` wrote. See `ValueReader.readChange`. */
export function readChange(input: ValueReader, base: unknown, depth: number): unknown {
  const first = input.bytes.readByte()
  switch (first) {
    case tag.same:
      return base
    case tag.deleted:
      return deleted
    case tag.patchedObject:
      return readObjectChange(input, base, depth)
    case tag.patchedArray:
      return readArrayChange(input, base, depth)
    case tag.patchedMap:
      if (!(base instanceof EntityMap))
        throw new GameStateError('invalid_delta', 'a map is to change that is not there')
      return mapOf(readTable(input, base.table))
    default:
      return readTagged(input, first, base, depth)
  }
}
