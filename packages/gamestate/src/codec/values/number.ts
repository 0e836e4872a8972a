import type { ByteReader, ByteWriter } from '../../bytes/bytes.js'
import type { ReadonlyEntityMap } from '../../values/immutable.js'
import * as tag from './tags.js'
import { maxDecimals, smallInts, smallNegatives } from './tags.js'

/**
 * The quanta to which the wire rounds the numbers in a `T`: a tree of the same form, with a quantum at each number that is
 * rounded. The entry of an array applies to all its elements, that of an `EntityMap` to all its rows. In an object `'*'`
 * applies to all keys without an entry of their own.
 */
export type Precision<T> = T extends number
  ? number
  : T extends ReadonlyEntityMap<infer Row, infer _Id>
    ? Precision<Row>
    : T extends readonly (infer Element)[]
      ? Precision<Element>
      : T extends Uint8Array | string | boolean | null | undefined
        ? never
        : T extends object
          ? { [Key in keyof T]?: Precision<T[Key]> } & { '*'?: Precision<T[keyof T]> }
          : never

/** A `Precision` as the codec walks it: a quantum, a tree of them, or none. */
export type PrecisionNode = number | { readonly [key: string]: PrecisionNode } | undefined

/** The entry for a key of an object. */
export function precisionOf(node: PrecisionNode, key: string): PrecisionNode {
  if (typeof node !== 'object') return undefined
  if (Object.hasOwn(node, key)) return node[key]
  return Object.hasOwn(node, '*') ? node['*'] : undefined
}

/**
 * The nearest whole number, halves up: for every number below 2^51 the same as `Math.round`, but 1 for 0.49999999999999994.
 * Engines take it in two instructions, and `Math.round` in a branch that goes either way.
 */
export function toNearest(value: number): number {
  return Math.floor(value + 0.5)
}

/** By the number of decimals. */
export const powers: readonly number[] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]

/** Above this a decimal takes as many bytes as a float64. */
export const maxDecimalUnits = 2 ** 48

/** Below this a decimal is shorter than a float32. */
const shortDecimalUnits = 2 ** 20

/**
 * The number of decimals of a number: 2 for 0.25.
 * @returns -1 for more than six, for -0, NaN and the infinities
 */
export function decimalsOf(value: number): number {
  if (Object.is(value, -0)) return -1
  for (let decimals = 0; decimals <= maxDecimals; decimals++) {
    const units = toNearest(value * powers[decimals]!)
    if (!(Math.abs(units) <= maxDecimalUnits)) return -1
    if (units / powers[decimals]! === value) return decimals
  }
  return -1
}

/** Writes a number and its tag in the shortest form without loss. */
export function writeNumber(bytes: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(bytes, value)
  const decimals = decimalsOf(value)
  const units = decimals < 0 ? Number.POSITIVE_INFINITY : toNearest(value * powers[decimals]!)
  if (Math.fround(value) === value && !(Math.abs(units) < shortDecimalUnits)) {
    bytes.writeByte(tag.float32)
    bytes.writeFloat32(value)
  } else if (decimals > 0) {
    bytes.writeByte(tag.decimal + decimals - 1)
    bytes.writeVarInt(units)
  } else {
    bytes.writeByte(tag.float64)
    bytes.writeFloat64(value)
  }
}

/** Reads the rest of a number whose tag has been read. @returns undefined if it is not the tag of a number */
export function readNumber(bytes: ByteReader, first: number): number | undefined {
  if (first >= tag.smallInt && first < tag.smallInt + smallInts) return first - tag.smallInt
  if (first >= tag.smallNegative && first < tag.smallNegative + smallNegatives) return tag.smallNegative - first - 1
  if (first >= tag.decimal && first < tag.decimal + maxDecimals)
    return bytes.readVarInt() / powers[first - tag.decimal + 1]!
  switch (first) {
    case tag.positive:
      return bytes.readVarUint()
    case tag.negative:
      return -bytes.readVarUint() - 1
    case tag.float32:
      return bytes.readFloat32()
    case tag.float64:
      return bytes.readFloat64()
    default:
      return undefined
  }
}

function writeInteger(bytes: ByteWriter, value: number): void {
  if (value >= 0) {
    if (value < smallInts) return bytes.writeByte(tag.smallInt + value)
    bytes.writeByte(tag.positive)
    return bytes.writeVarUint(value)
  }
  if (value >= -smallNegatives) return bytes.writeByte(tag.smallNegative - value - 1)
  bytes.writeByte(tag.negative)
  bytes.writeVarUint(-value - 1)
}
