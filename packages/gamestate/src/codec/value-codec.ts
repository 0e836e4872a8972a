import { EntityMap } from '../entity-map/entity-map.js'
import { isPlainObject, maxDepth, type PlainObject } from '../values/plain.js'
import { checkKey } from './key.js'
import { malformed } from './malformed.js'
import { readNumber, writeNumber } from './number-codec.js'
import { readPackedText, writePackedText } from './packed-text.js'
import { type PrecisionNode, precisionOf, roundTo } from './precision.js'
import { readTable } from './table-codec.js'
import { writeTableOnce } from './table-memo.js'
import { shortTexts, tag } from './tags.js'
import type { ValueReader, ValueWriter } from './value-io.js'

/** Writes a value whole. See `ValueWriter.writeValue`. */
export function writeValue(out: ValueWriter, value: unknown, template: unknown, precision: PrecisionNode): void {
  const { bytes } = out
  switch (typeof value) {
    case 'number':
      return writeNumber(bytes, typeof precision === 'number' ? roundTo(value, precision) : value)
    case 'boolean':
      return bytes.writeByte(value ? tag.true : tag.false)
    case 'string':
      return writeText(out, value)
  }
  if (value === null) return bytes.writeByte(tag.null)
  if (value instanceof Uint8Array) {
    bytes.writeByte(tag.bytes)
    return bytes.writeBytes(value)
  }
  if (value instanceof EntityMap) {
    bytes.writeByte(tag.entityMap)
    writeTableOnce(out, undefined, value.table, precision)
    return
  }
  if (Array.isArray(value)) return writeArray(out, value, template, precision)
  writeObject(out, value as PlainObject, template, precision)
}

/** Reads what `writeValue` wrote. See `ValueReader.readValue`. */
export function readValue(input: ValueReader, template: unknown, depth: number): unknown {
  return readTagged(input, input.bytes.readByte(), template, depth)
}

/** Reads the rest of a value whose tag has been read. */
export function readTagged(input: ValueReader, first: number, template: unknown, depth: number): unknown {
  const { bytes } = input
  const number = readNumber(bytes, first)
  if (number !== undefined) return number
  if (first >= tag.shortText && first < tag.shortText + shortTexts) return bytes.readAscii(first - tag.shortText)
  if (depth >= maxDepth && first >= tag.bytes) throw malformed(`a value is nested deeper than ${maxDepth} levels`)
  switch (first) {
    case tag.null:
      return null
    case tag.false:
      return false
    case tag.true:
      return true
    case tag.string:
      return bytes.readString()
    case tag.packedText:
      return readPackedText(bytes)
    case tag.bytes:
      return bytes.readBytes().slice()
    case tag.array:
      return readArray(input, template, depth)
    case tag.object:
      return readObject(input, depth)
    case tag.objectLike:
      return readObjectLike(input, template, depth)
    case tag.entityMap:
      return mapOf(readTable(input, undefined))
    default:
      throw malformed(`no value begins with the byte ${first}`)
  }
}

function writeText({ bytes }: ValueWriter, text: string): void {
  const isShort = text.length < shortTexts
  if (writePackedText(bytes, text, text.length + (isShort ? 1 : 2))) return
  if (isShort && isAscii(text)) {
    bytes.writeByte(tag.shortText + text.length)
    return bytes.writeAscii(text)
  }
  bytes.writeByte(tag.string)
  bytes.writeString(text)
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false
  return true
}

/** The map that a table is the content of, as it stands in a version. */
export function mapOf(table: EntityMap<object>['table']): EntityMap<object> {
  const map = Object.create(EntityMap.prototype) as EntityMap<object>
  map.table = table
  return Object.freeze(map)
}

/** Whether both have the same keys in the same order. */
function hasKeysOf(template: unknown, keys: readonly string[]): template is PlainObject {
  if (keys.length === 0 || !isPlainObject(template)) return false
  const templateKeys = Object.keys(template)
  return templateKeys.length === keys.length && keys.every((key, index) => key === templateKeys[index])
}

function writeArray(out: ValueWriter, value: readonly unknown[], template: unknown, precision: PrecisionNode): void {
  out.bytes.writeByte(tag.array)
  out.bytes.writeVarUint(value.length)
  let like: unknown = Array.isArray(template) ? template[0] : undefined
  for (const element of value) {
    out.writeValue(element, like, precision)
    like = element
  }
}

function readArray(input: ValueReader, template: unknown, depth: number): readonly unknown[] {
  const count = input.bytes.readCount(1)
  const array: unknown[] = []
  let like: unknown = Array.isArray(template) ? template[0] : undefined
  for (let index = 0; index < count; index++) {
    like = input.readValue(like, depth + 1)
    array.push(like)
  }
  return Object.freeze(array)
}

/** The template of a part is the part of the template under the same key, else the part before. */
function writeObject(out: ValueWriter, value: PlainObject, template: unknown, precision: PrecisionNode): void {
  const keys = Object.keys(value)
  if (hasKeysOf(template, keys)) {
    out.bytes.writeByte(tag.objectLike)
    for (const key of keys) out.writeValue(value[key], template[key], precisionOf(precision, key))
    return
  }
  out.bytes.writeByte(tag.object)
  out.bytes.writeVarUint(keys.length)
  let like: unknown
  for (const key of keys) {
    out.bytes.writeString(key)
    out.writeValue(value[key], like, precisionOf(precision, key))
    like = value[key]
  }
}

function readObjectLike(input: ValueReader, template: unknown, depth: number): PlainObject {
  if (!isPlainObject(template)) throw malformed('an object is like one that is not there')
  const object: PlainObject = {}
  for (const key of Object.keys(template)) object[key] = input.readValue(template[key], depth + 1)
  return Object.freeze(object)
}

function readObject(input: ValueReader, depth: number): PlainObject {
  const count = input.bytes.readCount(2)
  const object: PlainObject = {}
  let like: unknown
  for (let index = 0; index < count; index++) {
    const key = checkKey(input.bytes.readString())
    if (Object.hasOwn(object, key)) throw malformed(`the key '${key}' came twice`)
    like = input.readValue(like, depth + 1)
    object[key] = like
  }
  return Object.freeze(object)
}
