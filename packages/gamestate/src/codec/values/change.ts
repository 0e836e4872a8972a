import { EntityMap, mapOf } from '../../rows/entity-map.js'
import { isSame, readTagged } from '../../values/kinds.js'
import { isPlainObject, malformed } from '../../values/plain.js'
import { type DeltaReader, type DeltaWriter, deleted } from '../context.js'
import { isContinuation } from '../rows/shapes.js'
import { readTable, writeTableOnce } from '../rows/table-codec.js'
import { readArrayChange, writeArrayChange } from './array-change.js'
import { readObjectChange, writeObjectChange } from './object-change.js'
import type { PrecisionNode } from './precision.js'
import { singleKeys, tag } from './tags.js'
import { commonStart } from './text.js'

/** With fewer shared units a text is as short if it is written whole. */
const minShared = 3

/** Writes how one value becomes another. See `DeltaWriter.writeChange`. */
export function writeChange(out: DeltaWriter, base: unknown, next: unknown, precision: PrecisionNode): boolean {
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

/** Reads what `writeChange` wrote. See `DeltaReader.readChange`. */
export function readChange(input: DeltaReader, base: unknown, depth: number): unknown {
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
      if (!(base instanceof EntityMap)) throw malformed('there is no map to change')
      return mapOf(readTable(input, base.table))
    default:
      return readTagged(input, first, base, depth)
  }
}

/** Writes a text as the number of units it shares with the old one, and the rest. @returns false, and writes nothing, if that saves nothing */
function writeTail(out: DeltaWriter, base: string, next: string): boolean {
  const shared = commonStart(base, next)
  if (shared < minShared) return false
  out.bytes.writeByte(tag.textTail)
  out.bytes.writeVarUint(shared)
  out.bytes.writeString(next.slice(shared))
  return true
}

function readTail({ bytes }: DeltaReader, base: unknown): string {
  const shared = bytes.readVarUint()
  if (typeof base !== 'string' || shared > base.length) {
    throw malformed('a text shares more units than the other one has')
  }
  return base.slice(0, shared) + bytes.readString()
}
