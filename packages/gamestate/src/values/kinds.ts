import { type ByteReader, type ByteWriter, copyBytes, isBytes } from '../bytes/bytes.js'
import { type PrecisionNode, precisionOf, readNumber, writeNumber } from '../codec/values/number.js'
import * as tag from '../codec/values/tags.js'
import { maxDecimals, shortIntegers, shortTexts, smallInts, smallNegatives, smallParts } from '../codec/values/tags.js'
import { readPackedText } from '../codec/values/text.js'
import { elementsOfKey } from './elements.js'
import { type Copying, type Kind, MapValue, type ValueReader, type ValueWriter } from './kind.js'
import { sealMade } from './mark.js'
import {
  checkKey,
  checkKeys,
  invalidInRule,
  invalidValue,
  isPlainObject,
  malformed,
  maxDepth,
  type Path,
  type PlainObject,
  tooDeep,
} from './plain.js'

// ── kinds without parts ──

const nullKind: Kind<null> = {
  levels: 0,
  is: (value): value is null => value === null,
  copy: (value) => value,
  write: ({ bytes }) => bytes.writeByte(tag.null),
  tags: [[tag.null, tag.null]],
  read: () => null,
}

const booleanKind: Kind<boolean> = {
  levels: 0,
  is: (value) => typeof value === 'boolean',
  copy: (value) => value,
  write: ({ bytes }, value) => bytes.writeByte(value ? tag.true : tag.false),
  tags: [[tag.false, tag.true]],
  read: (_, first) => first === tag.true,
}

/** NaN, the infinities and -0 are kept. */
export const numberKind: Kind<number> = {
  levels: 0,
  is: (value) => typeof value === 'number',
  copy: (value) => value,
  write({ bytes, isPayload }, value) {
    if (isPayload && isShortInteger(value)) writeShortInteger(bytes, value)
    else writeNumber(bytes, value)
  },
  tags: [
    [tag.float64, tag.positive],
    [tag.decimal, tag.decimal + maxDecimals - 1],
    [tag.smallInt, tag.smallInt + smallInts - 1],
    [tag.smallNegative, tag.smallNegative + smallNegatives - 1],
  ],
  payloadTags: [[tag.shortInteger, tag.shortInteger + shortIntegers - 1]],
  read({ bytes }, first) {
    return readNumber(bytes, first) ?? readShortInteger(bytes, first)
  },
}

/** Whether a payload writes the number in two bytes. */
function isShortInteger(value: number): boolean {
  return value >= smallInts && value < smallInts + shortIntegers * 256 && Number.isInteger(value)
}

/** See `tag.shortInteger`. */
function writeShortInteger(bytes: ByteWriter, value: number): void {
  bytes.writeByte(tag.shortInteger + ((value - smallInts) >>> 8))
  bytes.writeByte((value - smallInts) & 255)
}

/** Reads what `writeShortInteger` wrote after its tag. */
function readShortInteger(bytes: ByteReader, first: number): number {
  return (first - tag.shortInteger) * 256 + bytes.readByte() + smallInts
}

/** Lone surrogates are kept. */
const textKind: Kind<string> = {
  levels: 0,
  is: (value) => typeof value === 'string',
  copy(value, copying, path) {
    copying.checkText(value, path)
    return value
  },
  write({ bytes, packText }, text) {
    const isShort = text.length < shortTexts
    if (packText?.(bytes, text, text.length + (isShort ? 1 : 2))) return
    if (isShort && bytes.writeAscii(tag.shortText + text.length, text)) return
    bytes.writeByte(tag.string)
    bytes.writeString(text)
  },
  tags: [
    [tag.string, tag.string],
    [tag.packedText, tag.packedText],
    [tag.shortText, tag.shortText + shortTexts - 1],
  ],
  read(input, first) {
    const { bytes } = input
    if (first === tag.string) return bytes.readString((length) => input.checkLength(length))
    if (first === tag.packedText) return readPackedText(bytes, (length) => input.checkLength(length))
    input.checkLength(first - tag.shortText)
    return bytes.readAscii(first - tag.shortText)
  },
}

/** Bytes cannot be frozen, so a version holds a copy that no other code can reach. */
export const bytesKind: Kind<Uint8Array> = {
  levels: 0,
  is: isBytes,
  copy(value, copying, path) {
    copying.checkBytes(value.length, path)
    return copyBytes(value)
  },
  write({ bytes }, value) {
    bytes.writeByte(tag.bytes)
    bytes.writeBytes(value)
  },
  tags: [[tag.bytes, tag.bytes]],
  read(input) {
    const { bytes } = input
    const length = bytes.readVarUint()
    input.checkLength(length)
    return copyBytes(bytes.readRaw(length))
  },
}

/** Entity maps stand in the tree of a state: not in rows, and not in events. */
export const mapKind: Kind<MapValue> = {
  levels: 1,
  is: (value) => value instanceof MapValue,
  copy(value, _, path) {
    throw invalidValue(value, path)
  },
  write(out, value, _, precision) {
    out.bytes.writeByte(tag.entityMap)
    out.writeMap(value, precision)
  },
  tags: [[tag.entityMap, tag.entityMap]],
  read: (input) => input.readMap(),
}

// ── kinds with parts ──

/** Without holes. An instance of a subclass is copied as a plain array and refused as a part of a version. */
export const arrayKind: Kind<readonly unknown[]> = {
  levels: undefined,
  is: Array.isArray as (value: unknown) => value is readonly unknown[],

  copy(value, copying, path, depth) {
    const copy = arrayOf(value.length)
    for (let index = 0; index < copy.length; index++) {
      copy[index] = copying.copyPart(value[index], { parent: path, key: index }, depth + 1)
    }
    return copy
  },

  /** The template of an element is the element before it; that of the first one is the first element of the template. */
  write(out, value, template, precision) {
    const { bytes } = out
    if (out.isPayload && value.length < smallParts) bytes.writeByte(tag.smallArray + value.length)
    else {
      bytes.writeByte(tag.array)
      bytes.writeVarUint(value.length)
    }
    let like: unknown = Array.isArray(template) ? template[0] : undefined
    for (const element of value) {
      out.writeValue(element, like, precision)
      like = element
    }
  },
  tags: [[tag.array, tag.array]],
  payloadTags: [[tag.smallArray, tag.smallArray + smallParts - 1]],
  read(input, first, template, depth) {
    const { bytes } = input
    const count = first === tag.array ? bytes.readVarUint() : first - tag.smallArray
    bytes.promise(count)
    const array = arrayOf(count)
    let like: unknown = Array.isArray(template) ? template[0] : undefined
    for (let index = 0; index < count; index++) {
      bytes.promise(-1)
      like = input.readValue(like, depth + 1)
      array[index] = like
    }
    return input.isPayload ? array : sealMade(array)
  },
}

/** An array at its length. One that grows has room for up to sixteen elements that never come. */
function arrayOf(length: number): unknown[] {
  return length === 0 ? [] : new Array<unknown>(length)
}

/** A key with the value undefined counts as no key. */
export const objectKind: Kind<PlainObject> = {
  levels: undefined,
  is: isPlainObject,

  copy(value, copying, path, depth) {
    const copy: PlainObject = {}
    checkKeys(value, path)
    const keys = Object.keys(value)
    for (const key of keys) {
      const part = value[key]
      if (part === undefined) continue
      const partPath = { parent: path, key }
      copying.checkKey(key, partPath)
      copy[key] = copying.copyPart(part, partPath, depth + 1)
    }
    return copy
  },

  /** The template of a part is the part of the template under the same key, else the part before it. */
  write(out, value, template, precision) {
    const { bytes } = out
    const keys = Object.keys(value)
    if (hasKeysOf(template, keys)) {
      bytes.writeByte(tag.objectLike)
      for (const key of keys) out.writeValue(value[key], template[key], precisionOf(precision, key))
      return
    }
    if (out.isPayload && keys.length < smallParts) bytes.writeByte(tag.smallObject + keys.length)
    else {
      bytes.writeByte(tag.object)
      bytes.writeVarUint(keys.length)
    }
    let like: unknown
    for (const key of keys) {
      bytes.writeString(key)
      out.writeValue(value[key], like, precisionOf(precision, key))
      like = value[key]
    }
  },
  tags: [[tag.object, tag.objectLike]],
  payloadTags: [[tag.smallObject, tag.smallObject + smallParts - 1]],
  read(input, first, template, depth) {
    const object: PlainObject = {}
    if (first === tag.objectLike) readLike(input, template, object, depth)
    else readKeys(input, first === tag.object ? input.bytes.readCount(2) : first - tag.smallObject, object, depth)
    return input.isPayload ? object : sealMade(object)
  },
}

function readLike(input: ValueReader, template: unknown, object: PlainObject, depth: number): void {
  if (!isPlainObject(template)) throw malformed()
  for (const key of Object.keys(template)) {
    input.spend(elementsOfKey(key))
    object[key] = input.readValue(template[key], depth + 1)
  }
}

function readKeys(input: ValueReader, count: number, object: PlainObject, depth: number): void {
  let like: unknown
  for (let index = 0; index < count; index++) {
    const key = checkKey(input.bytes.readString((length) => input.checkLength(length)))
    input.spend(elementsOfKey(key))
    if (Object.hasOwn(object, key)) throw malformed()
    like = input.readValue(like, depth + 1)
    object[key] = like
  }
}

/** Whether both have the same keys in the same order. */
function hasKeysOf(template: unknown, keys: readonly string[]): template is PlainObject {
  if (keys.length === 0 || !isPlainObject(template)) return false
  let count = 0
  for (const key in template) if (key !== keys[count++]) return false
  return count === keys.length
}

// ── the table ──

/**
 * The one table of kinds of values, for states and events. A new kind is one row here, one tag in `tags.ts`, a case in
 * `equality.ts` and `sealing.ts`, and examples in the law of `kinds.test.ts`.
 */
export const kinds: readonly Kind[] = [
  nullKind,
  booleanKind,
  numberKind,
  textKind,
  bytesKind,
  arrayKind,
  objectKind,
  mapKind,
] as readonly unknown[] as readonly Kind[]

/** The kind of a value. @returns undefined for a value that no state and no event can hold */
export function kindOf(value: unknown): Kind | undefined {
  // the kinds that are met most, without a search
  switch (typeof value) {
    case 'number':
      return numberKind as Kind
    case 'string':
      return textKind as Kind
    case 'object':
      if (value === null) return nullKind as Kind
      if (Array.isArray(value)) return arrayKind as Kind
      if (Object.getPrototypeOf(value) === Object.prototype) return objectKind as Kind
  }
  for (const kind of kinds) if (kind.is(value)) return kind
  return undefined
}

// ── copy ──

/** Copies of parts of states have no limits but the depth. */
const checkedCopying: Copying = {
  copyPart(value, path, depth) {
    const kind = kindOf(value)
    if (kind === undefined) throw invalidInRule(value, path)
    if (kind.levels !== 0 && depth >= maxDepth) throw tooDeep(path)
    return kind.copy(value, checkedCopying, path, depth)
  },
  checkText() {},
  checkBytes() {},
  checkKey() {},
}

/**
 * A deep copy of a plain value, checked: the result can be a part of a version or of an event. Reads through immer drafts,
 * so a part of an open draft may be passed. Keys with the value `undefined` are left out.
 * @throws GameStateError `invalid_value` with the path for anything that is not plain, an `EntityMap` included
 */
export function copyValue(value: unknown, path?: Path, depth = 0): unknown {
  return checkedCopying.copyPart(value, path, depth)
}

// ── write and read ──

/** Writes a value whole. See `ValueWriter.writeValue`. */
export function writeValue(out: ValueWriter, value: unknown, template: unknown, precision: PrecisionNode): void {
  const kind = kindOf(value)
  if (kind === undefined) throw invalidValue(value, undefined)
  kind.write(out, value, template, precision)
}

const readersOfDeltas = kindsByTag(false)
const readersOfPayloads = kindsByTag(true)

/** For each first byte the kind that reads what follows. */
function kindsByTag(isPayload: boolean): readonly (Kind | undefined)[] {
  const byTag = new Array<Kind | undefined>(256).fill(undefined)
  for (const kind of kinds) {
    const ranges = isPayload ? [...kind.tags, ...(kind.payloadTags ?? [])] : kind.tags
    for (const [first, last] of ranges) byTag.fill(kind, first, last + 1)
  }
  return byTag
}

/**
 * Reads the rest of a value whose first byte has been read.
 * @throws GameStateError `invalid_delta` for bytes that are no value
 */
export function readTagged(input: ValueReader, first: number, template: unknown, depth: number): unknown {
  const kind = (input.isPayload ? readersOfPayloads : readersOfDeltas)[first]
  if (kind === undefined) throw malformed()
  if (kind.levels !== 0) input.checkDepth(depth)
  return kind.read(input, first, template, depth)
}
