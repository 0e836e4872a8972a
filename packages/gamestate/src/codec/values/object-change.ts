import { cut, patchByte, truncate } from '../../bytes/bytes.js'
import { elementsOfKey, elementsWithoutParts } from '../../values/elements.js'
import { MapValue } from '../../values/kind.js'
import { readTagged } from '../../values/kinds.js'
import { sealMade } from '../../values/mark.js'
import { checkKey, isPlainObject, malformed, maxDepth, type PlainObject } from '../../values/plain.js'
import { type DeltaReader, type DeltaWriter, deleted, readerOf } from '../context.js'
import { writeArrayChange } from './array-change.js'
import { commonStart } from './common-start.js'
import { type PrecisionNode, precisionOf } from './number.js'
import * as tag from './tags.js'
import { singleKeys } from './tags.js'
import { isShared, isUnchanged } from './unchanged.js'

/** With fewer shared units a text is as short if it is written whole. */
const minShared = 3

/** Writes how one value becomes another. See `DeltaWriter.writeChange`. */
export function writeChange(out: DeltaWriter, base: unknown, next: unknown, precision: PrecisionNode): boolean {
  if (base === next && next !== 0) return false
  if (isShared(next) && isShared(base)) {
    if (Array.isArray(next)) {
      if (Array.isArray(base)) return writeArrayChange(out, base, next, precision)
    } else if (next instanceof MapValue && base instanceof MapValue) {
      const isWritten = out.writeMapChange(base, next, precision)
      if (isWritten !== undefined) return isWritten
    } else if (isPlainObject(next) && isPlainObject(base)) return writeObjectChange(out, base, next, precision)
  }
  if (isUnchanged(base, next, precision)) return false
  if (typeof next === 'string' && typeof base === 'string' && writeTail(out, base, next)) return true
  out.writeValue(next, base, precision)
  return true
}

/** Reads what `writeChange` wrote. See `DeltaReader.readChange`. */
export function readChange(input: DeltaReader, base: unknown, depth: number): unknown {
  const first = input.bytes.readByte()
  if (first >= tag.oneKey && first < tag.oneKey + singleKeys) return readObjectChange(input, first, base, depth)
  if (first >= tag.splice || (first >= tag.slide && first < tag.same)) return readArray(input, first, base, depth)
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
      return readArray(input, first, base, depth)
    case tag.textTail:
      return readTail(input, base)
    case tag.patchedMap:
      if (!(base instanceof MapValue)) throw malformed()
      return readerOf('maps')(input, base)
    default: {
      const value = readTagged(input, first, base, depth)
      input.spend(elementsWithoutParts(value))
      return value
    }
  }
}

function readArray(input: DeltaReader, first: number, base: unknown, depth: number): readonly unknown[] {
  return sealMade(readerOf('arrays')(input, first, base, depth))
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
export const mark = { end: 0, endThenAdded: 1, firstGap: 2 } as const

/** Objects with at most so many keys name the changed keys by a mask. */
const maxMaskKeys = 16

/**
 * Writes how an object becomes another: changed and deleted keys by their place among the base's keys, then new keys by
 * name. The reader builds the keys in the order of `next`.
 * @returns false, and writes nothing, if both are the same on the wire
 */
function writeObjectChange(out: DeltaWriter, base: PlainObject, next: PlainObject, precision: PrecisionNode): boolean {
  const keys = Object.keys(base)
  // identical values have not changed; some of the others may still be the same on the wire
  const places: number[] = []
  let count = 0
  for (const key in next) {
    if (key !== keys[count]) return writeOtherKeys(out, base, next, keys, precision)
    const was = base[key]
    const is = next[key]
    if (was !== is || (was === 0 && !Object.is(was, is))) places.push(count)
    count++
  }
  if (count < keys.length) return writeOtherKeys(out, base, next, keys, precision)
  return writeKeys(out, { base, next, keys, kept: undefined, added: [], precision }, places)
}

/** The same for an object that has not the keys of the other, or not in their order. */
function writeOtherKeys(
  out: DeltaWriter,
  base: PlainObject,
  next: PlainObject,
  keys: readonly string[],
  precision: PrecisionNode,
): boolean {
  const nextKeys = Object.keys(next)
  const kept = keptKeys(keys, nextKeys)
  const places: number[] = []
  keys.forEach((key, place) => {
    if (!kept.has(key) || !Object.is(base[key], next[key])) places.push(place)
  })
  const added = nextKeys.filter((key) => !kept.has(key))
  return writeKeys(out, { base, next, keys, kept, added, precision }, places)
}

/** Two objects, and how the keys of the one become those of the other. */
interface KeyChanges {
  readonly base: PlainObject
  readonly next: PlainObject
  /** The keys of the base. */
  readonly keys: readonly string[]
  /** The keys that stay where they are; undefined if all do. */
  readonly kept: ReadonlySet<string> | undefined
  readonly added: readonly string[]
  readonly precision: PrecisionNode
}

/** @param places of the base's keys that are deleted or whose values are not identical */
function writeKeys(out: DeltaWriter, change: KeyChanges, places: readonly number[]): boolean {
  const { bytes } = out
  const { keys, added } = change
  const start = bytes.length
  if (places.length === 1 && places[0]! < singleKeys && added.length === 0) {
    bytes.writeByte(tag.oneKey + places[0]!)
    if (writeKey(out, change, keys[places[0]!]!)) return true
    truncate(bytes, start)
    return false
  }
  const isListed = added.length > 0 || keys.length > maxMaskKeys
  const headBytes = isListed ? 1 : 1 + ((keys.length + 7) >>> 3)
  bytes.writeByte(isListed ? tag.patchedObject : tag.changedKeys)
  for (let index = 1; index < headBytes; index++) bytes.writeByte(0)
  let mask = 0
  let written = 0
  let last = -1
  let lastStart = 0
  for (let index = 0; index < places.length; index++) {
    const place = places[index]!
    const before = bytes.length
    if (isListed) bytes.writeVarUint(place - last - 1 + mark.firstGap)
    const changeStart = bytes.length
    if (!writeKey(out, change, keys[place]!)) {
      truncate(bytes, before)
      continue
    }
    mask |= 1 << place
    written++
    last = place
    lastStart = changeStart
  }
  if (added.length > 0) {
    bytes.writeVarUint(mark.endThenAdded)
    writeAdded(out, change)
    return true
  }
  if (written === 0) {
    truncate(bytes, start)
    return false
  }
  if (written === 1 && last < singleKeys) {
    // the others were the same on the wire, so the tag alone names the key
    patchByte(bytes, start, tag.oneKey + last)
    cut(bytes, start + 1, lastStart)
  } else if (isListed) bytes.writeVarUint(mark.end)
  else for (let index = 1; index < headBytes; index++) patchByte(bytes, start + index, (mask >>> (8 * index - 8)) & 255)
  return true
}

function writeKey(out: DeltaWriter, { base, next, kept, precision }: KeyChanges, key: string): boolean {
  if (kept === undefined || kept.has(key)) return out.writeChange(base[key], next[key], precisionOf(precision, key))
  out.bytes.writeByte(tag.deleted)
  return true
}

/** Reads what `writeObjectChange` wrote after its tag. */
function readObjectChange(input: DeltaReader, first: number, base: unknown, depth: number): PlainObject {
  if (!isPlainObject(base) || depth >= maxDepth) throw malformed()
  const { bytes } = input
  const keys = Object.keys(base)
  input.spend(keys.length)
  const object: PlainObject = {}
  let place = 0
  const readKey = (changed: number): void => {
    if (changed >= keys.length) throw malformed()
    for (; place < changed; place++) object[keys[place]!] = base[keys[place]!]
    const key = keys[place++]!
    const value = input.readChange(base[key], depth + 1)
    if (value !== deleted) object[key] = value
  }
  let end: number = mark.end
  if (first === tag.changedKeys) {
    const mask = readMask(input, keys.length)
    for (let key = 0; key < keys.length; key++) if ((mask & (1 << key)) !== 0) readKey(key)
  } else if (first === tag.patchedObject) {
    for (end = bytes.readVarUint(); end >= mark.firstGap; end = bytes.readVarUint())
      readKey(place + end - mark.firstGap)
  } else readKey(first - tag.oneKey)
  for (; place < keys.length; place++) object[keys[place]!] = base[keys[place]!]
  if (end === mark.endThenAdded) readAdded(input, base, object, depth)
  return sealMade(object)
}

/** Reads a bit for each key. */
export function readMask({ bytes }: DeltaReader, keys: number): number {
  if (keys > maxMaskKeys) throw malformed()
  let mask = 0
  for (let shift = 0; shift < keys; shift += 8) mask |= bytes.readByte() << shift
  if (mask === 0 || mask >>> keys !== 0) throw malformed()
  return mask
}

/**
 * Writes the added keys. A key that the base has too has only moved, and is written with the change of its value. The
 * template of a new key's value is the value added before; that of the first one is the first value of the base.
 */
function writeAdded(out: DeltaWriter, { base, next, added, precision }: KeyChanges): void {
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
    const value = Object.hasOwn(base, key) ? input.readPatch(base[key], depth + 1) : input.readValue(like, depth + 1)
    like = value
    object[key] = value
  }
}

/** The value of the first key of an object. */
export function firstValue(object: PlainObject): unknown {
  for (const key in object) return object[key]
  return undefined
}

/**
 * The keys that keep their order if all others are deleted and new ones are added at the end. Integer keys come first in
 * every object, in rising order, and the order of adding does not count. Of the other keys those are kept that begin
 * `next` in the order of `base`.
 */
function keptKeys(base: readonly string[], next: readonly string[]): ReadonlySet<string> {
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
