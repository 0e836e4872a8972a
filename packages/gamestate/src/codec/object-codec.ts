import { GameStateError } from '../errors.js'
import { isPlainObject, maxDepth, type PlainObject } from '../values/plain.js'
import { checkKey } from './key.js'
import { type PrecisionNode, precisionOf } from './precision.js'
import { tag } from './tags.js'
import { deleted, type ValueReader, type ValueWriter } from './value-io.js'

/** The number before a changed key is the keys skipped plus this; below it the list ends. */
const mark = { end: 0, endThenAdded: 1, firstGap: 2 } as const

/**
 * Writes how an object becomes another: changed and deleted keys by their place among the base's keys, then new keys by
 * name. What the reader builds has its keys in the order of `next`.
 * @returns false, and writes nothing, where both are the same on the wire
 */
export function writeObjectChange(
  out: ValueWriter,
  base: PlainObject,
  next: PlainObject,
  precision: PrecisionNode,
): boolean {
  const { bytes } = out
  const start = bytes.length
  bytes.writeByte(tag.patchedObject)
  const baseKeys = Object.keys(base)
  const nextKeys = Object.keys(next)
  const kept = keptKeys(baseKeys, nextKeys)
  let skipped = 0
  let changes = 0
  for (const key of baseKeys) {
    const before = bytes.length
    bytes.writeVarUint(skipped + mark.firstGap)
    let written = true
    if (kept === undefined || kept.has(key))
      written = out.writeChange(base[key], next[key], precisionOf(precision, key))
    else bytes.writeByte(tag.deleted)
    if (written) {
      changes++
      skipped = 0
    } else {
      bytes.truncate(before)
      skipped++
    }
  }
  const added = kept === undefined ? [] : nextKeys.filter((key) => !kept.has(key))
  if (changes === 0 && added.length === 0) {
    bytes.truncate(start)
    return false
  }
  bytes.writeVarUint(added.length === 0 ? mark.end : mark.endThenAdded)
  if (added.length > 0) writeAdded(out, base, next, added, precision)
  return true
}

/** Reads what `writeObjectChange` wrote after its tag. */
export function readObjectChange(input: ValueReader, base: unknown, depth: number): PlainObject {
  if (!isPlainObject(base)) throw new GameStateError('invalid_delta', 'an object is to change that is not there')
  if (depth >= maxDepth) throw new GameStateError('invalid_delta', `a value is nested deeper than ${maxDepth} levels`)
  const { bytes } = input
  const keys = Object.keys(base)
  const changes = new Map<string, unknown>()
  let place = 0
  let gap = bytes.readVarUint()
  for (; gap >= mark.firstGap; gap = bytes.readVarUint()) {
    place += gap - mark.firstGap
    const key = keys[place++]
    if (key === undefined) throw new GameStateError('invalid_delta', 'a change of a key that is not there')
    changes.set(key, input.readChange(base[key], depth + 1))
  }
  const object: PlainObject = {}
  for (const key of keys) {
    const value = changes.has(key) ? changes.get(key) : base[key]
    if (value !== deleted) object[key] = value
  }
  if (gap === mark.endThenAdded) readAdded(input, base, object, depth)
  return Object.freeze(object)
}

/**
 * A key that the base has too, and that has only moved, comes with the change of its value. The template of a new key's
 * value is the one added before, else the first value of the base.
 */
function writeAdded(
  out: ValueWriter,
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

function readAdded(input: ValueReader, base: PlainObject, object: PlainObject, depth: number): void {
  const count = input.bytes.readCount(2)
  let like = firstValue(base)
  for (let index = 0; index < count; index++) {
    const key = checkKey(input.bytes.readString())
    if (Object.hasOwn(object, key)) throw new GameStateError('invalid_delta', `the key '${key}' came twice`)
    const value = Object.hasOwn(base, key) ? input.readChange(base[key], depth + 1) : input.readValue(like, depth + 1)
    if (value === deleted) throw new GameStateError('invalid_delta', `the key '${key}' is added and deleted`)
    like = value
    object[key] = value
  }
}

/** The value of the object's first key. */
function firstValue(object: PlainObject): unknown {
  for (const key in object) return object[key]
  return undefined
}

/**
 * The keys that stay where they are when the others are deleted and new ones are added at the end. Keys that are integers come
 * first in every object, rising, whenever they were added; of the others those stay that begin `next` in the order of `base`.
 * @returns undefined where both have the same keys in the same order
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

/** Whether an engine keeps the key among the integers, before all other keys. */
function isIntegerKey(key: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1
}
