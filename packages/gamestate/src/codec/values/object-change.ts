import { patchByte, truncate } from '../../bytes/byte-writer.js'
import { elementsOfKey, elementsWithoutParts } from '../../values/elements.js'
import { isSame } from '../../values/equality.js'
import { MapValue } from '../../values/kind.js'
import { readTagged } from '../../values/kinds.js'
import { checkKey, isPlainObject, malformed, maxDepth, type PlainObject } from '../../values/plain.js'
import { readBitmap } from '../bits/bits.js'
import { type DeltaReader, type DeltaWriter, deleted, readMap } from '../context.js'
import { readArrayChange, writeArrayChange } from './array-change.js'
import { type PrecisionNode, precisionOf } from './number.js'
import * as tag from './tags.js'
import { singleKeys } from './tags.js'
import { commonStart } from './text.js'

/** With fewer shared units a text is as short if it is written whole. */
const minShared = 3

/** Writes how one value becomes another. See `DeltaWriter.writeChange`. */
export function writeChange(out: DeltaWriter, base: unknown, next: unknown, precision: PrecisionNode): boolean {
  if (base === next && next !== 0) return false
  if (isPlainObject(next) && isPlainObject(base)) return writeObjectChange(out, base, next, precision)
  if (Array.isArray(next) && Array.isArray(base)) return writeArrayChange(out, base, next, precision)
  if (next instanceof MapValue && base instanceof MapValue) {
    const isWritten = out.writeMapChange(base, next, precision)
    if (isWritten !== undefined) return isWritten
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
      if (!(base instanceof MapValue)) throw malformed()
      return readMap(input, base)
    default: {
      const value = readTagged(input, first, base, depth)
      input.spend(elementsWithoutParts(value))
      return value
    }
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

function readTail(input: DeltaReader, base: unknown): string {
  const { bytes } = input
  const shared = bytes.readVarUint()
  if (typeof base !== 'string' || shared > base.length) {
    throw malformed()
  }
  const text = base.slice(0, shared) + bytes.readString()
  input.spend(elementsWithoutParts(text))
  return text
}

/** The number before a changed key: `firstGap` plus the number of skipped keys. Lower numbers end the list. */
const mark = { end: 0, endThenAdded: 1, firstGap: 2 } as const

/** Objects with at most so many keys name the changed keys by a mask. */
const maxMaskKeys = 16

/**
 * Writes how an object becomes another: changed and deleted keys by their place among the base's keys, then new keys by
 * name. The reader builds the keys in the order of `next`.
 * @returns false, and writes nothing, if both are the same on the wire
 */
function writeObjectChange(out: DeltaWriter, base: PlainObject, next: PlainObject, precision: PrecisionNode): boolean {
  const keys = Object.keys(base)
  const nextKeys = Object.keys(next)
  const kept = keptKeys(keys, nextKeys)
  const added = kept === undefined ? [] : nextKeys.filter((key) => !kept.has(key))
  const isKept = (key: string): boolean => kept === undefined || kept.has(key)
  // identical values have not changed; some of the others may still be the same on the wire
  const places: number[] = []
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place]!
    if (!isKept(key) || !Object.is(base[key], next[key])) places.push(place)
  }
  const writeKey = (place: number): boolean => {
    const key = keys[place]!
    if (isKept(key)) return out.writeChange(base[key], next[key], precisionOf(precision, key))
    out.bytes.writeByte(tag.deleted)
    return true
  }
  if (added.length > 0) {
    writeListed(out, places, writeKey)
    out.bytes.writeVarUint(mark.endThenAdded)
    writeAdded(out, base, next, added, precision)
    return true
  }
  const start = out.bytes.length
  let only = places.length === 1 ? places[0]! : -1
  if (only < 0 || only >= singleKeys) {
    const isMasked = keys.length <= maxMaskKeys
    const written = isMasked ? writeMasked(out, keys.length, places, writeKey) : writeListed(out, places, writeKey)
    only = written.length === 1 ? written[0]! : -1
    if (written.length > 1 || only >= singleKeys) {
      if (!isMasked) out.bytes.writeVarUint(mark.end)
      return true
    }
    truncate(out.bytes, start)
    if (only < 0) return false
  }
  // the tag alone names the key
  out.bytes.writeByte(tag.oneKey + only)
  if (writeKey(only)) return true
  truncate(out.bytes, start)
  return false
}

/** Writes a mask of the changed keys, then their changes. @returns the places of these keys */
function writeMasked(
  { bytes }: DeltaWriter,
  keys: number,
  places: readonly number[],
  writeKey: (place: number) => boolean,
): readonly number[] {
  const start = bytes.length
  const maskBytes = (keys + 7) >>> 3
  bytes.writeByte(tag.changedKeys)
  for (let index = 0; index < maskBytes; index++) bytes.writeByte(0)
  const written = places.filter(writeKey)
  let mask = 0
  for (const place of written) mask |= 1 << place
  for (let index = 0; index < maskBytes; index++) patchByte(bytes, start + 1 + index, (mask >>> (8 * index)) & 255)
  return written
}

/** Writes gaps and changes, without the number that ends the list. @returns the places of the changed keys */
function writeListed(
  { bytes }: DeltaWriter,
  places: readonly number[],
  writeKey: (place: number) => boolean,
): readonly number[] {
  bytes.writeByte(tag.patchedObject)
  let next = 0
  return places.filter((place) => {
    const before = bytes.length
    bytes.writeVarUint(place - next + mark.firstGap)
    if (!writeKey(place)) {
      truncate(bytes, before)
      return false
    }
    next = place + 1
    return true
  })
}

/** Reads what `writeObjectChange` wrote after its tag. */
function readObjectChange(input: DeltaReader, first: number, base: unknown, depth: number): PlainObject {
  if (!isPlainObject(base)) throw malformed()
  if (depth >= maxDepth) throw malformed()
  const { bytes } = input
  const keys = Object.keys(base)
  const changes = new Map<string, unknown>()
  const readKey = (place: number): void => {
    const key = keys[place]
    if (key === undefined) throw malformed()
    changes.set(key, input.readChange(base[key], depth + 1))
  }
  let hasMore = false
  if (first === tag.changedKeys) readMask(input, keys.length).forEach(readKey)
  else if (first === tag.patchedObject) {
    let place = 0
    let gap = bytes.readVarUint()
    for (; gap >= mark.firstGap; gap = bytes.readVarUint()) {
      place += gap - mark.firstGap
      readKey(place++)
    }
    hasMore = gap === mark.endThenAdded
  } else readKey(first - tag.oneKey)
  const object: PlainObject = {}
  input.spend(keys.length)
  for (const key of keys) {
    const value = changes.has(key) ? changes.get(key) : base[key]
    if (value !== deleted) object[key] = value
  }
  if (hasMore) readAdded(input, base, object, depth)
  return Object.freeze(object)
}

function readMask({ bytes }: DeltaReader, keys: number): number[] {
  if (keys > maxMaskKeys) throw malformed()
  const bitmap = readBitmap(bytes, keys)
  const places: number[] = []
  for (let place = 0; place < keys; place++) if ((bitmap[place >>> 3]! & (1 << (place & 7))) !== 0) places.push(place)
  if (places.length === 0) throw malformed()
  return places
}

/**
 * Writes the added keys. A key that the base has too has only moved, and is written with the change of its value. The
 * template of a new key's value is the value added before; that of the first one is the first value of the base.
 */
function writeAdded(
  out: DeltaWriter,
  base: PlainObject,
  next: PlainObject,
  added: readonly string[],
  precision: PrecisionNode,
): void {
  out.bytes.writeVarUint(added.length)
  let like = firstValue(base)
  for (const key of added) {
    out.bytes.writeString(key)
    const value = next[key]
    const keyPrecision = precisionOf(precision, key)
    if (!Object.hasOwn(base, key)) out.writeValue(value, like, keyPrecision)
    else if (!out.writeChange(base[key], value, keyPrecision)) out.bytes.writeByte(tag.same)
    like = value
  }
}

function readAdded(input: DeltaReader, base: PlainObject, object: PlainObject, depth: number): void {
  const count = input.bytes.readCount(2)
  let like = firstValue(base)
  for (let index = 0; index < count; index++) {
    const key = checkKey(input.bytes.readString())
    input.spend(elementsOfKey(key))
    if (Object.hasOwn(object, key)) throw malformed()
    const value = Object.hasOwn(base, key) ? input.readChange(base[key], depth + 1) : input.readValue(like, depth + 1)
    if (value === deleted) throw malformed()
    like = value
    object[key] = value
  }
}

/** The value of the first key of an object. */
function firstValue(object: PlainObject): unknown {
  for (const key in object) return object[key]
  return undefined
}

/**
 * The keys that keep their order if all others are deleted and new ones are added at the end. Integer keys come first in
 * every object, in rising order, and the order of adding does not count. Of the other keys those are kept that begin
 * `next` in the order of `base`.
 * @returns undefined if both have the same keys in the same order
 */
function keptKeys(base: readonly string[], next: readonly string[]): ReadonlySet<string> | undefined {
  if (base.length === next.length && base.every((key, index) => key === next[index])) return undefined
  const places = new Map(base.map((key, index) => [key, index]))
  const kept = new Set<string>()
  let last = -1
  let inOrder = true
  for (const key of next) {
    const place = places.get(key)
    if (isIntegerKey(key)) {
      if (place !== undefined) kept.add(key)
    } else if (inOrder && place !== undefined && place > last) {
      kept.add(key)
      last = place
    } else inOrder = false
  }
  return kept
}

/** Whether engines sort the key among the integers, before all other keys. */
function isIntegerKey(key: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1
}
