import { type ByteReader, refuse } from './bytes.js'
import type { FormCounts } from './form-counts.js'

export type Value = null | boolean | number | string | Uint8Array | Value[] | ObjectValue | DecodedMap

export interface ObjectValue {
  [key: string]: Value
}

export interface DecodedRow {
  readonly id: string | number
  readonly shape: number
  readonly row: ObjectValue
}

/** A map as the wire sees it: rows by their slots, and the fields of each shape that has been told; shape 0 has none. */
export class DecodedMap {
  readonly slots: ReadonlyMap<number, DecodedRow>
  readonly shapes: ReadonlyMap<number, readonly string[]>

  constructor(slots: ReadonlyMap<number, DecodedRow>, shapes: ReadonlyMap<number, readonly string[]>) {
    this.slots = slots
    this.shapes = shapes
  }
}

/** What the parts of a delta are read from. */
export interface Input {
  readonly bytes: ByteReader
  readonly met: FormCounts
  readonly readTable: (input: Input, base: DecodedMap | undefined) => DecodedMap
  /** True for the payload of an event: the tags of changes are short forms of values there. */
  readonly isPayload?: boolean
}

/** Where a value stands: how many values it lies within, counted anew within a row. */
export interface Place {
  readonly depth: number
  readonly inRow: boolean
}

export const top: Place = { depth: 0, inRow: false }
export const rowPlace: Place = { depth: 0, inRow: true }
export const fieldPlace: Place = { depth: 1, inRow: true }

/** Levels of arrays, objects and maps in a state. */
export const maxDepth = 100

/** @throws Refused for a place that is too deep for an array, an object or a map, and for a map within a row */
export function inside(place: Place): Place {
  if (place.depth >= maxDepth) refuse('nested more than 100 levels deep')
  return { depth: place.depth + 1, inRow: place.inRow }
}

export function isObject(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof DecodedMap)
  )
}

export function readValue(input: Input, template: Value | undefined, place: Place): Value {
  return readTagged(input, input.bytes.byte(), template, place)
}

/** Reads what follows a tag that is known not to be one of a change. */
export function readTagged(input: Input, tag: number, template: Value | undefined, place: Place): Value {
  const { bytes, met } = input
  if (tag >= 0x40 && tag <= 0x7f) {
    met.count('value 40-7f')
    return tag - 0x40
  }
  if (tag >= 0x80 && tag <= 0xbf) {
    met.count('value 80-bf')
    return bytes.ascii(tag - 0x80)
  }
  if (tag >= 0xc0 && tag <= 0xdf) {
    met.count('value c0-df')
    return 0xc0 - tag - 1
  }
  if (input.isPayload) {
    if (tag >= 0x20 && tag <= 0x3f) {
      met.count('payload 20-3f')
      return (tag - 0x20) * 256 + bytes.byte() + 64
    }
    if (tag >= 0xe0 && tag <= 0xef) {
      met.count('payload e0-ef')
      return readArray(input, tag - 0xe0, template, inside(place))
    }
    if (tag >= 0xf0) {
      met.count('payload f0-ff')
      return readObject(input, tag - 0xf0, inside(place))
    }
  }
  met.count(`value ${tag.toString(16).padStart(2, '0')}`)
  switch (tag) {
    case 0x00:
      return null
    case 0x01:
      return false
    case 0x02:
      return true
    case 0x03:
      return bytes.float64()
    case 0x04:
      return bytes.float32()
    case 0x05:
      return -bytes.varuint() - 1
    case 0x06:
      return bytes.varuint()
    case 0x08:
    case 0x09:
    case 0x0a:
    case 0x0b:
    case 0x0c:
    case 0x0d:
      return bytes.varint() / 10 ** (tag - 0x07)
    case 0x10:
      return bytes.string()
    case 0x11:
      return bytes.bytes()
    case 0x12:
      return readArray(input, bytes.varuint(), template, inside(place))
    case 0x13:
      return readObject(input, bytes.varuint(), inside(place))
    case 0x14:
      return readLikeTemplate(input, template, inside(place))
    case 0x15:
      if (place.inRow) refuse('a map within a row')
      inside(place)
      return input.readTable(input, undefined)
    case 0x17:
      return readPackedText(bytes)
    default:
      refuse(`no value has the tag ${tag.toString(16)}`)
  }
}

function readArray(input: Input, count: number, template: Value | undefined, place: Place): Value[] {
  const array: Value[] = []
  let before = Array.isArray(template) ? template[0] : undefined
  for (let index = 0; index < count; index++) {
    before = readValue(input, before, place)
    array.push(before)
  }
  return array
}

function readObject(input: Input, count: number, place: Place): ObjectValue {
  const object: ObjectValue = {}
  let before: Value | undefined
  for (let index = 0; index < count; index++) {
    const key = readKey(input)
    if (Object.hasOwn(object, key)) refuse('an object with a key twice')
    before = readValue(input, before, place)
    object[key] = before
  }
  return object
}

function readLikeTemplate(input: Input, template: Value | undefined, place: Place): ObjectValue {
  if (!isObject(template)) refuse('the template is no object')
  const object: ObjectValue = {}
  for (const key of Object.keys(template)) object[key] = readValue(input, template[key], place)
  return object
}

export function readKey(input: Input): string {
  const key = input.bytes.string()
  if (key === '__proto__') refuse('the key __proto__')
  return key
}

const characters = [
  ' etaoins',
  'rhldcumfpgwybvk.',
  'jqxzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,\'-!?:;_/()"@#&+*=<>%$[]',
] as const

function readPackedText(bytes: Input['bytes']): string {
  const count = bytes.varuint()
  let byte = 0
  let left = 0
  const bit = (): number => {
    if (left === 0) {
      byte = bytes.byte()
      left = 8
    }
    const lowest = byte % 2
    byte = (byte - lowest) / 2
    left--
    return lowest
  }
  let text = ''
  for (let index = 0; index < count; index++) {
    const row = bit() === 0 ? 0 : bit() === 0 ? 1 : 2
    let place = 0
    for (let power = 0; power < [3, 4, 6][row]!; power++) place += bit() * 2 ** power
    text += characters[row]![place]!
  }
  if (byte !== 0) refuse('a bit that says nothing is set')
  return text
}
