import type { ByteReader, ByteWriter } from '../../bytes/bytes.js'
import type { EntityId } from '../../rows/page.js'
import { malformed } from '../../values/plain.js'
import { readNumber, writeNumber } from '../values/number.js'
import * as tag from '../values/tags.js'
import { readTexts, writeTexts } from './texts.js'

/** The byte before a list of ids. */
const kind = { texts: 0, integers: 1, mixed: 2 } as const

/** Writes ids: texts by what they share with the one before, integers as the difference to it, a mixture each with its tag. */
export function writeIds(bytes: ByteWriter, ids: readonly EntityId[]): void {
  if (ids.every((id): id is string => typeof id === 'string')) {
    bytes.writeByte(kind.texts)
    writeTexts(bytes, ids, undefined)
  } else if (ids.every((id): id is number => Number.isInteger(id) && Math.abs(id as number) < 2 ** 50)) {
    bytes.writeByte(kind.integers)
    let previous = 0
    for (const id of ids) {
      bytes.writeVarInt(id - previous)
      previous = id
    }
  } else {
    bytes.writeByte(kind.mixed)
    for (const id of ids) {
      if (typeof id === 'number') writeNumber(bytes, id)
      else {
        bytes.writeByte(tag.string)
        bytes.writeString(id)
      }
    }
  }
}

/** Reads what `writeIds` wrote. An id takes at least one byte, so an impossible count allocates nothing. */
export function readIds(bytes: ByteReader, count: number): EntityId[] {
  const first = bytes.readByte()
  if (count > bytes.remaining) throw malformed()
  switch (first) {
    case kind.texts:
      return readTexts(bytes, count, undefined)
    case kind.integers:
      return readIntegers(bytes, count)
    case kind.mixed:
      return Array.from({ length: count }, () => readMixed(bytes))
    default:
      throw malformed()
  }
}

function readIntegers(bytes: ByteReader, count: number): number[] {
  const ids: number[] = []
  let id = 0
  for (let index = 0; index < count; index++) {
    id += bytes.readVarInt()
    if (!Number.isSafeInteger(id)) throw malformed()
    ids.push(id)
  }
  return ids
}

function readMixed(bytes: ByteReader): EntityId {
  const first = bytes.readByte()
  if (first === tag.string) return bytes.readString()
  const number = readNumber(bytes, first)
  if (number === undefined || !Number.isFinite(number)) throw malformed()
  return number
}
