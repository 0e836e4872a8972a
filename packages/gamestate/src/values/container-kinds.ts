import { precisionOf } from '../codec/values/number.js'
import * as tag from '../codec/values/tags.js'
import { smallParts } from '../codec/values/tags.js'
import { elementsOfKey } from './elements.js'
import type { Kind, ValueReader } from './kind.js'
import { checkKey, checkKeys, isPlainObject, malformed, type PlainObject } from './plain.js'

/** Without holes. An instance of a subclass is copied as a plain array and refused as a part of a version. */
export const arrayKind: Kind<readonly unknown[]> = {
  name: 'array',
  type: 'object',
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
    return input.isPayload ? array : Object.freeze(array)
  },
}

/** An array at its length. One that grows has room for up to sixteen elements that never come. */
function arrayOf(length: number): unknown[] {
  return length === 0 ? [] : new Array<unknown>(length)
}

/** A key with the value undefined counts as no key. */
export const objectKind: Kind<PlainObject> = {
  name: 'object',
  type: 'object',
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
    return input.isPayload ? object : Object.freeze(object)
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
  const templateKeys = Object.keys(template)
  return templateKeys.length === keys.length && keys.every((key, index) => key === templateKeys[index])
}
