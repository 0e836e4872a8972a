import type { ReadonlyEntityMap } from '../../values/immutable.js'

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

/** A larger number of quanta would not be exact after a multiplication. Numbers with more quanta are not rounded. */
export const maxQuanta = 2 ** 50

/**
 * The number of quanta to which a value is rounded. A number with a precision is written as this.
 * @returns NaN for a value that is not rounded: not finite, or with too many quanta
 */
export function quantaOf(value: number, quantum: number): number {
  const perUnit = quantaPerUnit(quantum)
  const quanta = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / quantum)
  return Math.abs(quanta) <= maxQuanta ? quanta + 0 : Number.NaN
}

/** `quantaOf` for the first `count` values, in place. @returns false if one of them is not rounded; the array is then spoilt */
export function toQuanta(values: Float64Array, count: number, quantum: number): boolean {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const quanta = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / quantum)
    if (!(Math.abs(quanta) <= maxQuanta)) return false
    values[index] = quanta + 0
  }
  return true
}

/** The number that equals so many quanta. */
function numberOf(quanta: number, quantum: number): number {
  const perUnit = quantaPerUnit(quantum)
  return perUnit > 0 ? quanta / perUnit : quanta * quantum
}

/** `roundTo` for the first `count` values, in place. */
export function roundAll(values: Float64Array, count: number, quantum: number): void {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const quanta = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / quantum)
    if (Math.abs(quanta) <= maxQuanta) values[index] = perUnit > 0 ? (quanta + 0) / perUnit : (quanta + 0) * quantum
  }
}

/** `numberOf` for the first `count` entries, in place. */
export function fromQuanta(quanta: Float64Array, count: number, quantum: number): void {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    quanta[index] = perUnit > 0 ? quanta[index]! / perUnit : quanta[index]! * quantum
  }
}

/** The value that the other side has after a delta. */
export function roundTo(value: number, quantum: number): number {
  const quanta = quantaOf(value, quantum)
  return Number.isNaN(quanta) ? value : numberOf(quanta, quantum)
}

/**
 * The number of quanta in 1, if that is a whole number; else 0. 100 is an exact number and 0.01 is not: 7 / 100 gives 0.07,
 * 7 * 0.01 gives 0.07000000000000001.
 */
function quantaPerUnit(quantum: number): number {
  const perUnit = Math.round(1 / quantum)
  return 1 / perUnit === quantum ? perUnit : 0
}
