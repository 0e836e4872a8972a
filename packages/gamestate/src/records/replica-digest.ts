// Imports nothing: a page loads it when the server asks for the first time whether its replica is right.

/** Key of a part of a state: of an object, the id of a row, or the place in an array. */
export type PartKey = string | number

/** What a side adds that has numbers unrounded, or digests of parts from before. */
export interface DigestAid<Precision> {
  /** The precision of a part of an object. That of an array or a map is that of its parts. */
  precisionOf(precision: Precision, key: string): Precision
  /** A number as it travels. */
  rounded(value: number, precision: Precision): number
  /** @returns the digest of an array or object that is no row, from before or made now */
  known?(value: object, precision: Precision, make: () => number): number
  /** @returns the sum of the digests of the rows of a map, each with its id as `digestPair` makes it */
  sumOfRows?(map: object, precision: Precision): number
}

const kind = { null: 0, false: 1, true: 2, number: 3, text: 4, bytes: 5, array: 6, object: 7, map: 8 } as const

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/**
 * 32 bits for a state or a part of it: equal for equal values, and all but certainly different for others. The order of keys and
 * rows does not count. See "Digests" of PROTOCOL.md.
 * @param aid default: all numbers count as they are
 */
export function digestOf<Precision>(value: unknown, aid?: DigestAid<Precision>, precision?: Precision): number {
  switch (typeof value) {
    case 'number':
      return digestNumber(aid === undefined ? value : aid.rounded(value, precision as Precision))
    case 'string':
      return digestText(value)
    case 'boolean':
      return finish(mix(0, value ? kind.true : kind.false))
  }
  if (typeof value !== 'object' || value === null) return finish(mix(0, kind.null))
  if (ArrayBuffer.isView(value)) return digestBytes(value as Uint8Array)
  if (isMap(value)) return digestMap(value, aid, precision)
  const make = (): number =>
    Array.isArray(value) ? digestArray(value, aid, precision) : digestObject(value, aid, precision)
  return aid?.known === undefined ? make() : aid.known(value, precision as Precision, make)
}

/** The digest of a part together with its key. */
export function digestPair(key: PartKey, digest: number): number {
  return finish(mix(mix(0, typeof key === 'number' ? digestNumber(key) : digestText(key)), digest))
}

/** @returns the parts of an array, object or map; undefined for another value */
export function partsOf(value: unknown): [PartKey, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  if (Array.isArray(value)) return value.map((part, place) => [place, part])
  if (isMap(value)) return [...value]
  return Object.entries(value).filter(([, part]) => part !== undefined)
}

/** @returns undefined if there is no such part */
export function partAt(value: unknown, key: PartKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (isMap(value)) return value.get(key)
  return Object.hasOwn(value, key) ? (value as Record<PartKey, unknown>)[key] : undefined
}

/** An `EntityMap`. No other value of a state but an array can be iterated. */
interface MapOfRows extends Iterable<[PartKey, unknown]> {
  get(id: PartKey): unknown
}

function isMap(value: object): value is MapOfRows {
  return !Array.isArray(value) && !ArrayBuffer.isView(value) && Symbol.iterator in value
}

function digestNumber(value: number): number {
  // of NaN there are many forms
  if (Number.isNaN(value)) return finish(mix(mix(mix(0, kind.number), 0), 0x7ff80000))
  float[0] = value
  return finish(mix(mix(mix(0, kind.number), words[0]!), words[1]!))
}

function digestText(text: string): number {
  let hash = mix(mix(0, kind.text), text.length)
  for (let place = 0; place < text.length; place++) hash = mix(hash, text.charCodeAt(place))
  return finish(hash)
}

function digestBytes(bytes: Uint8Array): number {
  let hash = mix(mix(0, kind.bytes), bytes.length)
  for (let place = 0; place < bytes.length; place++) hash = mix(hash, bytes[place]!)
  return finish(hash)
}

function digestArray<Precision>(
  array: readonly unknown[],
  aid: DigestAid<Precision> | undefined,
  precision: Precision | undefined,
): number {
  let hash = mix(mix(0, kind.array), array.length)
  for (const part of array) hash = mix(hash, digestOf(part, aid, precision))
  return finish(hash)
}

function digestObject<Precision>(
  value: object,
  aid: DigestAid<Precision> | undefined,
  precision: Precision | undefined,
): number {
  let count = 0
  let sum = 0
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue
    count++
    const digest = digestOf(part, aid, aid?.precisionOf(precision as Precision, key))
    sum = (sum + digestPair(key, digest)) | 0
  }
  return digestSum(kind.object, count, sum)
}

function digestMap<Precision>(
  map: MapOfRows,
  aid: DigestAid<Precision> | undefined,
  precision: Precision | undefined,
): number {
  const { size } = map as unknown as { readonly size: number }
  let sum = 0
  if (aid?.sumOfRows !== undefined) sum = aid.sumOfRows(map, precision as Precision)
  else for (const [id, row] of map) sum = (sum + digestPair(id, digestOf(row, aid, precision))) | 0
  return digestSum(kind.map, size, sum)
}

function digestSum(of: number, count: number, sum: number): number {
  return finish(mix(mix(mix(0, of), count), sum))
}

// MurmurHash3 by Austin Appleby, for 32 bits: a word, and the end.

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
