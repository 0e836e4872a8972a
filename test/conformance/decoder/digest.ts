import { DecodedMap } from './values.js'

const word = 2n ** 32n

const times = (a: bigint, b: bigint): bigint => (a * b) % word
const rotated = (n: bigint, by: bigint): bigint => ((n << by) | (n >> (32n - by))) % word

/** The digest of a list of whole numbers below 2^32. */
function digestList(list: readonly number[]): number {
  let h = 0n
  for (const number of list) {
    const scrambled = times(rotated(times(BigInt(number), 0xcc9e2d51n), 15n), 0x1b873593n)
    h = (rotated(h ^ scrambled, 13n) * 5n + 0xe6546b64n) % word
  }
  h = times(h ^ (h >> 16n), 0x85ebca6bn)
  h = times(h ^ (h >> 13n), 0xc2b2ae35n)
  return Number(h ^ (h >> 16n))
}

function sumOf(pairs: readonly (readonly [unknown, unknown])[]): number {
  const sum = pairs.reduce((total, [key, value]) => total + BigInt(digestList([digestOf(key), digestOf(value)])), 0n)
  return Number(sum % word)
}

/** The digest of a decoded value. */
export function digestOf(value: unknown): number {
  if (value === null) return digestList([0])
  if (typeof value === 'boolean') return digestList([value ? 2 : 1])
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return digestList([3, 0, 0x7ff80000])
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, value, true)
    return digestList([3, view.getUint32(0, true), view.getUint32(4, true)])
  }
  if (typeof value === 'string') {
    const units = Array.from({ length: value.length }, (_, place) => value.charCodeAt(place))
    return digestList([4, units.length, ...units])
  }
  if (value instanceof Uint8Array) return digestList([5, value.length, ...value])
  if (Array.isArray(value)) return digestList([6, value.length, ...value.map(digestOf)])
  if (value instanceof DecodedMap) {
    const pairs = [...value.slots.values()].map(({ id, row }) => [id, row] as const)
    return digestList([8, pairs.length, sumOf(pairs)])
  }
  const pairs = Object.entries(value as object)
  return digestList([7, pairs.length, sumOf(pairs)])
}
