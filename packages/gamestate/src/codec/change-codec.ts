import { EntityMap, mapOf } from '../entity-map/entity-map.js'
import { readTagged } from '../values/kinds.js'
import { isPlainObject } from '../values/plain.js'
import { readArrayChange, writeArrayChange } from './array-codec.js'
import { commonStart } from './column/text-column.js'
import { malformed } from './malformed.js'
import { readObjectChange, writeObjectChange } from './object-codec.js'
import type { PrecisionNode } from './precision.js'
import { isSame } from './same.js'
import { isContinuation } from './shape-list.js'
import { readTable } from './table-codec.js'
import { writeTableOnce } from './table-memo.js'
import { singleKeys, tag } from './tags.js'
import { deleted, type ValueReader, type ValueWriter } from './value-io.js'

/** A text that shares fewer units with the one before is as short whole. */
const minShared = 3

/** Writes how a value becomes another one. See `ValueWriter.writeChange`. */
export function writeChange(out: ValueWriter, base: unknown, next: unknown, precision: PrecisionNode): boolean {
  if (base === next && next !== 0) return false
  if (isPlainObject(next) && isPlainObject(base)) return writeObjectChange(out, base, next, precision)
  if (Array.isArray(next) && Array.isArray(base)) return writeArrayChange(out, base, next, precision)
  if (next instanceof EntityMap && base instanceof EntityMap && isContinuation(base.table, next.table)) {
    const start = out.bytes.length
    out.bytes.writeByte(tag.patchedMap)
    if (base.table !== next.table && writeTableOnce(out, base.table, next.table, precision)) return true
    out.bytes.truncate(start)
    return false
  }
  if (isSame(base, next, precision)) return false
  if (typeof base === 'string' && typeof next === 'string' && writeTail(out, base, next)) return true
  out.writeValue(next, base, precision)
  return true
}

/** Reads what `writeChange` wrote. See `ValueReader.readChange`. */
export function readChange(input: ValueReader, base: unknown, depth: number): unknown {
  const first = input.bytes.readByte()
  if (first >= tag.oneKey && first < tag.oneKey + singleKeys) return readObjectChange(input, first, base, depth)
  if (first >= tag.splice) return readArrayChange(input, first, base, depth)
  switch (first) {
    case tag.same:
      return base
    case tag.deleted:
      return deleted
    case tag.patchedObject:
    case tag.changedKeys:
      return readObjectChange(input, first, base, depth)
    case tag.patchedArray:
    case tag.changedElements:
      return readArrayChange(input, first, base, depth)
    case tag.textTail:
      return readTail(input, base)
    case tag.patchedMap:
      if (!(base instanceof EntityMap)) throw malformed('a map is to change that is not there')
      return mapOf(readTable(input, base.table))
    default:
      return readTagged(input, first, base, depth)
  }
}

/** A text that begins as the one before: how many units of it, and the rest. @returns false where that saves nothing */
function writeTail(out: ValueWriter, base: string, next: string): boolean {
  const shared = commonStart(base, next)
  if (shared < minShared) return false
  out.bytes.writeByte(tag.textTail)
  out.bytes.writeVarUint(shared)
  out.bytes.writeString(next.slice(shared))
  return true
}

function readTail({ bytes }: ValueReader, base: unknown): string {
  const shared = bytes.readVarUint()
  if (typeof base !== 'string' || shared > base.length) {
    throw malformed('a text shares more than there is')
  }
  return base.slice(0, shared) + bytes.readString()
}
