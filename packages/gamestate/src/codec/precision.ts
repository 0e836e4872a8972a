import type { ReadonlyEntityMap } from '../values/immutable.js'

/**
 * What the wire keeps of the numbers in a `T`: a tree of the same form with a step at each number that is to be rounded.
 * The entry of an array holds for all its elements, that of an `EntityMap` for all its rows; in an object `'*'` holds
 * for all keys that have no entry of their own.
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

/** A `Precision` as the codec walks it: a step, a tree of them, or nothing. */
export type PrecisionNode = number | { readonly [key: string]: PrecisionNode } | undefined

/** The entry for a key of an object. */
export function precisionOf(node: PrecisionNode, key: string): PrecisionNode {
  if (typeof node !== 'object') return undefined
  if (Object.hasOwn(node, key)) return node[key]
  return Object.hasOwn(node, '*') ? node['*'] : undefined
}

/** Above this a number of steps is not exact any more once it has been multiplied; such numbers are not rounded. */
export const maxSteps = 2 ** 50

/**
 * The steps that a value is rounded to: how a number with a precision travels.
 * @returns NaN for a value that is not rounded: not finite, or too many steps
 */
export function stepsOf(value: number, step: number): number {
  const perUnit = stepsPerUnit(step)
  const steps = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / step)
  return Math.abs(steps) <= maxSteps ? steps + 0 : Number.NaN
}

/** `stepsOf` for the first `count`, in place. @returns false where one of them is not rounded; the array is useless then */
export function toSteps(values: Float64Array, count: number, step: number): boolean {
  const perUnit = stepsPerUnit(step)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const steps = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / step)
    if (!(Math.abs(steps) <= maxSteps)) return false
    values[index] = steps + 0
  }
  return true
}

/** The number that so many steps are. */
function numberOf(steps: number, step: number): number {
  const perUnit = stepsPerUnit(step)
  return perUnit > 0 ? steps / perUnit : steps * step
}

/** `roundTo` for the first `count`, in place. */
export function roundAll(values: Float64Array, count: number, step: number): void {
  const perUnit = stepsPerUnit(step)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const steps = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / step)
    if (Math.abs(steps) <= maxSteps) values[index] = perUnit > 0 ? (steps + 0) / perUnit : (steps + 0) * step
  }
}

/** `numberOf` for the first `count`, in place. */
export function toNumbers(steps: Float64Array, count: number, step: number): void {
  const perUnit = stepsPerUnit(step)
  for (let index = 0; index < count; index++) {
    steps[index] = perUnit > 0 ? steps[index]! / perUnit : steps[index]! * step
  }
}

/** The value that the other side sees. */
export function roundTo(value: number, step: number): number {
  const steps = stepsOf(value, step)
  return Number.isNaN(steps) ? value : numberOf(steps, step)
}

/**
 * How many steps make 1, if that is a whole number; else 0.
 * 0.01 is not exact, 100 is: dividing by the exact one gives 0.07, multiplying by the other 0.07000000000000001.
 */
function stepsPerUnit(step: number): number {
  const perUnit = Math.round(1 / step)
  return 1 / perUnit === step ? perUnit : 0
}
