import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import type { EntityId } from '../entity-map/page.js'
import { GameStateError } from '../errors.js'
import { readNumber, writeNumber } from './number-codec.js'
import { tag } from './tags.js'

/** The byte before a column of ids. */
const kind = { texts: 0, integers: 1, mixed: 2 } as const

/**
 * Writes ids: texts as how much they share with the text before and what is new; integers as the step from the one before;
 * else each with its tag.
 */
export function writeIds(bytes: ByteWriter, ids: readonly EntityId[]): void {
  if (ids.every((id) => typeof id === 'string')) {
    bytes.writeByte(kind.texts)
    let previous = ''
    for (const id of ids) {
      const shared = commonStart(previous, id)
      bytes.writeVarUint(shared)
      bytes.writeString(id.slice(shared))
      previous = id
    }
  } else if (ids.every((id) => Number.isSafeInteger(id) && Math.abs(id as number) < 2 ** 50)) {
    bytes.writeByte(kind.integers)
    let previous = 0
    for (const id of ids as number[]) {
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

/** Reads what `writeIds` wrote. */
export function readIds(bytes: ByteReader, count: number): EntityId[] {
  // the least that an id takes is one byte; checked here, so that nothing is made for a count that cannot be
  if (count > bytes.remaining) throw malformed('more ids than bytes')
  const ids: EntityId[] = []
  const first = bytes.readByte()
  let text = ''
  let integer = 0
  for (let index = 0; index < count; index++) {
    switch (first) {
      case kind.texts: {
        const shared = bytes.readVarUint()
        if (shared > text.length) throw malformed('an id shares more than there is')
        text = text.slice(0, shared) + bytes.readString()
        ids.push(text)
        break
      }
      case kind.integers:
        integer += bytes.readVarInt()
        if (!Number.isSafeInteger(integer)) throw malformed('an id is beyond the integers')
        ids.push(integer)
        break
      case kind.mixed:
        ids.push(readMixed(bytes))
        break
      default:
        throw malformed('a column of ids has an unknown kind')
    }
  }
  return ids
}

function readMixed(bytes: ByteReader): EntityId {
  const first = bytes.readByte()
  if (first === tag.string) return bytes.readString()
  const number = readNumber(bytes, first)
  if (number === undefined || !Number.isFinite(number)) throw malformed('an id is neither a text nor a number')
  return number
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  // never between the two halves of a character: each part is written as a text of its own
  if (length > 0 && (a.charCodeAt(length - 1) & 0xfc00) === 0xd800) length--
  return length
}

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
