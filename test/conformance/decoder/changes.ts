import { refuse } from './bytes.js'
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
  if (tag >= 0x20 && tag <= 0x24) input.met.count(`change ${tag.toString(16)}`)
  switch (tag) {
    case 0x20:
      return base
    case 0x21:
      return deleted
    case 0x22:
      return isObject(base) ? changeObject(input, base, inside(place)) : refuse('changes of keys of no object')
    case 0x23:
      return Array.isArray(base) ? changeArray(input, base, inside(place)) : refuse('edits of no array')
    case 0x24:
      if (!(base instanceof DecodedMap)) refuse('a change of a table that is none')
      inside(place)
      return input.readTable(input, base)
    default:
      return readTagged(input, tag, base, place)
  }
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
  const object: ObjectValue = {}
  for (const key of keys) {
    const value = changes.get(key) ?? (changes.has(key) ? null : base[key]!)
    if (value !== deleted) object[key] = value
  }
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

function changeArray(input: Input, base: Value[], place: Place): Value[] {
  const { bytes, met } = input
  const result: Value[] = []
  let cursor = 0
  let taken = 0

  /** Takes a run of the base, and moves the cursor behind it. */
  function take(count: number): Value[] {
    const start = cursor + bytes.varint()
    if (start < 0 || start + count > base.length) refuse('an edit takes elements that the base has not')
    taken += count
    if (taken > 2 * base.length) refuse('more than twice as many elements are taken as the base has')
    cursor = start + count
    return base.slice(start, cursor)
  }

  for (;;) {
    const header = bytes.varuint()
    const kind = header % 4
    const count = (header - kind) / 4
    met.count(`edit ${kind}`)
    if (kind === 0) return count === 0 ? result : refuse('an end with a count')
    if (count === 0) refuse('an edit with a count of 0')
    if (kind === 1) for (const element of take(count)) result.push(element)
    else if (kind === 2) {
      for (let index = 0; index < count; index++) {
        const template = result.length > 0 ? result[result.length - 1] : base[0]
        result.push(readValue(input, template, place))
      }
      cursor += count
    } else {
      if (count !== 1) refuse('a changed element with a count other than 1')
      result.push(readChange(input, take(1)[0]!, place))
    }
  }
}
