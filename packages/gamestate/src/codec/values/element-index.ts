import { isShared } from './unchanged.js'

/** So many elements in a row are looked up together, unless the first of them is unlikely to stand twice. */
export const lightRun = 4
/** Texts from this length on are looked up by themselves. */
const heavyText = 8
/** Most parts of an element that its hash reads, on each of its first levels. */
const hashedParts = 8
const hashedLevels = 2
/** Characters of a text that its hash reads, at its beginning and at its end. */
const hashedUnits = 8

/**
 * Where the elements of an array stand, by hashes of their contents. Making it takes a few steps for each element, whatever
 * they are, and so does a look-up: elements with one hash are not all looked at. A hash reads a part of an element only,
 * so what is found has to be compared.
 */
export class ElementIndex {
  readonly #first: number
  readonly #newest: Int32Array
  readonly #older: Int32Array

  /** Knows the elements from `first` to before `end`. */
  constructor(array: readonly unknown[], first: number, end: number) {
    const buckets = 2 ** Math.ceil(Math.log2(end - first + 1) + 1)
    this.#first = first
    this.#newest = new Int32Array(buckets)
    this.#older = new Int32Array(end - first)
    // from the back, so that of equal elements the first one is found first
    for (let place = end - 1; place >= first; place--) {
      const bucket = hashAt(array, place, end) & (buckets - 1)
      this.#older[place - first] = this.#newest[bucket]!
      this.#newest[bucket] = place - first + 1
    }
  }

  /** @returns a place at which the elements may be those of `array` from `place` on; -1 for none */
  find(array: readonly unknown[], place: number, end: number): number {
    return this.#placeOf(this.#newest[hashAt(array, place, end) & (this.#newest.length - 1)]!)
  }

  /** @returns a place after the one that was found before; -1 for none */
  findNext(place: number): number {
    return this.#placeOf(this.#older[place - this.#first]!)
  }

  #placeOf(entry: number): number {
    return entry === 0 ? -1 : entry - 1 + this.#first
  }
}

/** The hash of an element; of one that may stand in many places, with those after it, as far as there are any. */
function hashAt(array: readonly unknown[], place: number, end: number): number {
  const element = array[place]
  let hash = hashOf(element, 0)
  if (isShared(element) || (typeof element === 'string' && element.length >= heavyText)) return hash
  const last = Math.min(place + lightRun, end)
  for (let other = place + 1; other < last; other++) hash = mix(hash, hashOf(array[other], 0))
  return hash
}

function mix(hash: number, more: number): number {
  const mixed = Math.imul(hash ^ more, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

const float = /* @__PURE__ */ new Float64Array(1)
const floatBits = /* @__PURE__ */ new Int32Array(float.buffer)

/** Equal values have equal hashes, but for numbers that precision makes equal. */
function hashOf(value: unknown, level: number): number {
  switch (typeof value) {
    case 'number':
      float[0] = value
      return mix(floatBits[0]!, floatBits[1]!)
    case 'string':
      return hashOfText(value)
    case 'object':
      return value === null || level === hashedLevels ? 1 : hashOfParts(value, level + 1)
    default:
      return value === true ? 2 : 3
  }
}

function hashOfText(text: string): number {
  const { length } = text
  let hash = length
  for (let unit = 0; unit < length; unit++) {
    if (unit === hashedUnits && length > 2 * hashedUnits) unit = length - hashedUnits
    hash = mix(hash, text.charCodeAt(unit))
  }
  return hash
}

/** Bytes have one hash, and so have maps. */
function hashOfParts(value: object, level: number): number {
  let hash = 4
  let left = hashedParts
  if (Array.isArray(value)) {
    hash = mix(hash, value.length)
    for (let place = 0; place < value.length && left > 0; place++, left--) hash = mix(hash, hashOf(value[place], level))
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const key in value) {
      if (left-- === 0) break
      hash = mix(hash, hashOf((value as Record<string, unknown>)[key], level))
    }
  }
  return hash
}
