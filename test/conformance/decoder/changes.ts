import { changeElement, changeElements, editArray, slideArray, spliceEnd } from './array-changes.js'
import { refuse } from './bytes.js'
import { readBits } from './integers.js'
import { readText } from './texts.js'
import {
  DecodedMap,
  type Input,
  inside,
  isObject,
  type ObjectValue,
  type Place,
  readKey,
  readTagged,
  readValue,
  type Value,
} from './values.js'

/** What a change says of a key that goes. */
const deleted = Symbol('deleted')

/** Reads a change where something has to be afterwards. */
export function readChange(input: Input, base: Value, place: Place): Value {
  const value = readChangeOrDeletion(input, base, place)
  return value === deleted ? refuse('only a key of an object can be deleted') : value
}

function readChangeOrDeletion(input: Input, base: Value, place: Place): Value | typeof deleted {
  const tag = input.bytes.byte()
  const form = formOf(tag)
  if (form) input.met.count(`change ${form}`)
  if (form === '18-1f') return slideArray(input, arrayOf(base), tag - 0x18, inside(place))
  if (form === '28-3f') return changeOneKey(input, objectOf(base), tag - 0x28, inside(place))
  if (form === 'e1-ef') return spliceEnd(input, arrayOf(base), tag - 0xe0, inside(place))
  if (form === 'f0-ff') return changeElement(input, arrayOf(base), tag - 0xf0, inside(place), readChange)
  switch (tag) {
    case 0x16:
      return changeElements(input, arrayOf(base), inside(place), readChange)
    case 0x20:
      return base
    case 0x21:
      return deleted
    case 0x22:
      return changeObject(input, objectOf(base), inside(place))
    case 0x23:
      return editArray(input, arrayOf(base), inside(place), readChange)
    case 0x24:
      if (!(base instanceof DecodedMap)) refuse('a change of a table that is none')
      inside(place)
      return input.readTable(input, base)
    case 0x25:
      return typeof base === 'string' ? readText(input.bytes, base) : refuse('a text that begins like no text')
    case 0x27:
      return changeMaskedKeys(input, objectOf(base), inside(place))
    default:
      return readTagged(input, tag, base, place)
  }
}

/** How the tag stands in the table of changes; undefined for the tags that are not there. */
function formOf(tag: number): string | undefined {
  if (tag >= 0x18 && tag <= 0x1f) return '18-1f'
  if (tag >= 0x28 && tag <= 0x3f) return '28-3f'
  if (tag >= 0xe1 && tag <= 0xef) return 'e1-ef'
  if (tag >= 0xf0) return 'f0-ff'
  if (tag === 0x16 || tag === 0x25 || tag === 0x27 || (tag >= 0x20 && tag <= 0x24)) return tag.toString(16)
  return undefined
}

function objectOf(value: Value): ObjectValue {
  return isObject(value) ? value : refuse('changes of keys of no object')
}

function arrayOf(value: Value): Value[] {
  return Array.isArray(value) ? value : refuse('changes of elements of no array')
}

function changeOneKey(input: Input, base: ObjectValue, number: number, place: Place): ObjectValue {
  const key = Object.keys(base)[number]
  if (key === undefined) refuse('a change of a key beyond the last')
  return withChanges(base, new Map([[key, readChangeOrDeletion(input, base[key]!, place)]]))
}

function changeMaskedKeys(input: Input, base: ObjectValue, place: Place): ObjectValue {
  const keys = Object.keys(base)
  if (keys.length > 16) refuse('a mask for more than 16 keys')
  const mask = readBits(input.bytes, keys.length)
  const changed = keys.filter((_, index) => mask[index])
  if (changed.length === 0) refuse('a mask without a bit')
  return withChanges(base, new Map(changed.map((key) => [key, readChangeOrDeletion(input, base[key]!, place)])))
}

type KeyChanges = ReadonlyMap<string, Value | typeof deleted>

function withChanges(base: ObjectValue, changes: KeyChanges): ObjectValue {
  const object: ObjectValue = {}
  for (const key of Object.keys(base)) {
    const value = changes.has(key) ? changes.get(key)! : base[key]!
    if (value !== deleted) object[key] = value
  }
  return object
}

function changeObject(input: Input, base: ObjectValue, place: Place): ObjectValue {
  const keys = Object.keys(base)
  const changes = new Map<string, Value | typeof deleted>()
  let next = 0
  let header = input.bytes.varuint()
  for (; header >= 2; header = input.bytes.varuint()) {
    next += header - 2
    const key = keys[next++]
    if (key === undefined) refuse('a change of a key beyond the last')
    changes.set(key, readChangeOrDeletion(input, base[key]!, place))
  }
  const object = withChanges(base, changes)
  if (header === 1) addKeys(input, base, object, place)
  return object
}

function addKeys(input: Input, base: ObjectValue, object: ObjectValue, place: Place): void {
  const count = input.bytes.varuint()
  const first = Object.keys(base)[0]
  let before = first === undefined ? undefined : base[first]
  for (let index = 0; index < count; index++) {
    const key = readKey(input)
    if (Object.hasOwn(object, key)) refuse('a key is added that is there')
    const moves = Object.hasOwn(base, key)
    input.met.count(moves ? 'key moved' : 'key added')
    before = moves ? readChange(input, base[key]!, place) : readValue(input, before, place)
    object[key] = before
  }
}
