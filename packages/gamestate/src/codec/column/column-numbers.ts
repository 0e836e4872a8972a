import { decimalsOf } from '../number-codec.js'
import type { NumberPool } from '../number-pool.js'
import { maxSteps, type PrecisionNode, toSteps } from '../precision.js'
import type { ColumnRows } from './column-rows.js'

/** Finest power of ten that is looked for in numbers without a declared precision. */
const maxFoundDecimals = 4
const foundSteps = [1, 0.1, 0.01, 0.001, 0.0001]

/** A field of many rows, all of them numbers. The arrays are lent, and longer than there are rows. */
export interface ColumnNumbers {
  readonly count: number
  /** In steps where there is a step. */
  readonly values: Float64Array
  /** As they were; undefined for rows that are new. */
  readonly bases: Float64Array | undefined
  /** What all of them are multiples of, or are rounded to; undefined for numbers as they are. */
  readonly step: number | undefined
}

/**
 * Takes a field out of the rows.
 * @returns undefined where not all are numbers, or one that is to be rounded cannot be: such a column is written value by value
 */
export function takeNumbers(pool: NumberPool, all: ColumnRows, field: number): ColumnNumbers | undefined {
  const count = all.rows.length
  // most columns of other kinds show it in their first row
  if (typeof all.rows[0]![all.fields[field]!] !== 'number') return undefined
  const read = all.access.readNumbers[field]!
  const values = pool.take(count)
  if (!read(all.rows, values)) return undefined
  let bases: Float64Array | undefined
  if (all.bases !== undefined) {
    bases = pool.take(count)
    if (!read(all.bases, bases)) return undefined
  }
  const step = findStep(all.precisions[field], values, bases, count)
  if (step === undefined) return { count, values, bases, step }
  if (!toSteps(values, count, step) || (bases !== undefined && !toSteps(bases, count, step))) return undefined
  return { count, values, bases, step }
}

/** Those at the given places, rising; in the same arrays. */
export function pickNumbers(numbers: ColumnNumbers, places: readonly number[]): ColumnNumbers {
  const { values, bases, step } = numbers
  for (let index = 0; index < places.length; index++) {
    values[index] = values[places[index]!]!
    if (bases !== undefined) bases[index] = bases[places[index]!]!
  }
  return { count: places.length, values, bases, step }
}

function findStep(
  precision: PrecisionNode,
  values: Float64Array,
  bases: Float64Array | undefined,
  count: number,
): number | undefined {
  if (typeof precision === 'number') return precision
  const decimals = commonDecimals(values, count, bases === undefined ? 0 : commonDecimals(bases, count, 0))
  return decimals < 0 ? undefined : foundSteps[decimals]
}

/** The most decimals that one of them has, `least` at least; -1 where one has too many or is too large. */
function commonDecimals(numbers: Float64Array, count: number, least: number): number {
  if (least < 0) return -1
  let decimals = least
  for (let index = 0; index < count; index++) {
    const value = numbers[index]!
    if (!(Math.abs(value) <= maxSteps / 10_000)) return -1
    const own = decimalsOf(value)
    if (own < 0 || own > maxFoundDecimals) return -1
    if (own > decimals) decimals = own
  }
  return decimals
}
