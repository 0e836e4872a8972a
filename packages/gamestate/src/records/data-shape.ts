import { isPlainObject, type PlainObject } from '../values/plain.js'

/*
 * Events of a name differ in their numbers and little else: in keys and texts they are alike. A shape is what they have in common.
 *
 * Its parts stand in the order of the value. An object is `object` + 4 × its keys, then for each key a text and its value; an array
 * is `array` + 4 × its elements, and then these. A text stands for itself.
 */

const number = 0
const boolean = 1
const none = 2
const noData = 3
/** Sizes of objects and arrays are in steps of four, the first of them at four. */
const object = 4
const array = 5

/** The form of a value without its numbers and truth values. */
export interface DataShape {
  readonly parts: readonly (string | number)[]
  /** How many numbers it has, and how many truth values. */
  readonly numbers: number
  readonly truths: number
}

/** What a value has beside its shape. */
export interface ShapeContent {
  /** In order. */
  readonly numbers: number[]
  /** A bit for each truth value, the first one lowest. */
  truths: number
}

/** A larger value is written whole. */
const mostParts = 48
const mostTextLength = 64
const mostTruths = 24

/** @param data plain @returns undefined for a value that is too large to be compared, or has bytes in it */
export function shapeOf(data: unknown): DataShape | undefined {
  const parts: (string | number)[] = []
  if (data === undefined) parts.push(noData)
  else if (!addParts(data, parts)) return undefined
  const count = (kind: number): number => parts.filter((part) => part === kind).length
  const truths = count(boolean)
  return truths > mostTruths ? undefined : { parts, numbers: count(number), truths }
}

function addParts(value: unknown, parts: (string | number)[]): boolean {
  if (parts.length >= mostParts) return false
  if (typeof value === 'number') return add(parts, number)
  if (typeof value === 'boolean') return add(parts, boolean)
  if (typeof value === 'string') return value.length <= mostTextLength && add(parts, value)
  if (value === null) return add(parts, none)
  if (Array.isArray(value)) {
    add(parts, array + 4 * value.length)
    return value.every((element) => addParts(element, parts))
  }
  if (!isPlainObject(value)) return false
  const keys = Object.keys(value)
  add(parts, object + 4 * keys.length)
  return keys.every((key) => key.length <= mostTextLength && add(parts, key) && addParts(value[key], parts))
}

function add(parts: (string | number)[], part: string | number): boolean {
  parts.push(part)
  return true
}

/** Takes apart values of a shape. */
export class ShapeTaker {
  readonly #parts: DataShape['parts']
  readonly #content: ShapeContent = { numbers: [], truths: 0 }
  #truths = 0

  constructor({ parts }: DataShape) {
    this.#parts = parts
  }

  /**
   * @returns what gives the value again with the shape, with all its bytes; undefined if the value has another shape. Valid until the
   * next call
   */
  take(data: unknown): ShapeContent | undefined {
    const content = this.#content
    content.numbers.length = 0
    content.truths = 0
    this.#truths = 0
    if (data === undefined) return this.#parts[0] === noData ? content : undefined
    return this.#takeFrom(data, 0) === this.#parts.length ? content : undefined
  }

  /** @returns the place of the next part; -1 for another shape */
  #takeFrom(value: unknown, start: number): number {
    const parts = this.#parts
    const part = parts[start]
    let at = start + 1
    if (typeof value === 'number') {
      if (part !== number) return -1
      this.#content.numbers.push(value)
      return at
    }
    if (typeof value === 'string') return value === part ? at : -1
    if (typeof value === 'boolean') {
      if (part !== boolean) return -1
      if (value) this.#content.truths |= 1 << this.#truths
      this.#truths++
      return at
    }
    if (value === null) return part === none ? at : -1
    if (Array.isArray(value)) {
      if (part !== array + 4 * value.length) return -1
      for (let index = 0; index < value.length && at > 0; index++) at = this.#takeFrom(value[index], at)
      return at
    }
    if (typeof part !== 'number' || part < object || part % 4 !== 0 || !isPlainObject(value)) return -1
    let keys = part / 4 - 1
    for (const key in value) {
      if (keys-- === 0 || parts[at] !== key) return -1
      at = this.#takeFrom(value[key], at + 1)
      if (at < 0) return -1
    }
    return keys === 0 ? at : -1
  }
}

/** The mirror of `ShapeTaker`. @returns a value that the caller may change */
export function withContent({ parts }: DataShape, { numbers, truths }: ShapeContent): unknown {
  let [at, next, nextTruth] = [0, 0, 0]
  return make()

  function make(): unknown {
    const part = parts[at++]!
    if (typeof part === 'string') return part
    if (part === number) return numbers[next++]
    if (part === boolean) return ((truths >>> nextTruth++) & 1) === 1
    if (part === none) return null
    if (part === noData) return undefined
    const size = Math.floor(part / 4) - 1
    if (part % 4 === array % 4) return Array.from({ length: size }, make)
    const made: PlainObject = {}
    for (let key = 0; key < size; key++) {
      const name = parts[at++] as string
      made[name] = make()
    }
    return made
  }
}
