import { decimalsOf } from '../number-codec.js'
import { maxSteps, type PrecisionNode, toSteps } from '../precision.js'
import type { ColumnRows } from './column-rows.js'

/** Finest power of ten that is looked for in numbers without a declared precision. */
const maxFoundDecimals = 4
const foundSteps = [1, 0.1, 0.01, 0.001, 0.0001]

/** A field of many rows, all of them numbers. */
export interface ColumnNumbers {
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
export function takeNumbers(all: ColumnRows, field: number): ColumnNumbers | undefined {
  const read = all.access.readNumbers[field]!
  const values = new Float64Array(all.rows.length)
  if (!read(all.rows, values)) return undefined
  let bases: Float64Array | undefined
  if (all.bases !== undefined) {
    bases = new Float64Array(all.rows.length)
    if (!read(all.bases, bases)) return undefined
  }
  const precision = all.precisions[field]
  const step = findStep(precision, values, bases)
  if (step === undefined) return { values, bases, step }
  if (!toSteps(values, step) || (bases !== undefined && !toSteps(bases, step))) return undefined
  return { values, bases, step }
}

/** Those at the given places. */
export function pickNumbers({ values, bases, step }: ColumnNumbers, places: readonly number[]): ColumnNumbers {
  const pick = (list: Float64Array): Float64Array => Float64Array.from(places, (place) => list[place]!)
  return { values: pick(values), bases: bases === undefined ? undefined : pick(bases), step }
}

function findStep(precision: PrecisionNode, values: Float64Array, bases: Float64Array | undefined): number | undefined {
  if (typeof precision === 'number') return precision
  const decimals = commonDecimals(values, bases === undefined ? 0 : commonDecimals(bases, 0))
  return decimals < 0 ? undefined : foundSteps[decimals]
}

/** The most decimals that one of them has, `least` at least; -1 where one has too many or is too large. */
function commonDecimals(numbers: Float64Array, least: number): number {
  if (least < 0) return -1
  let decimals = least
  for (let index = 0; index < numbers.length; index++) {
    const value = numbers[index]!
    if (!(Math.abs(value) <= maxSteps / 10_000)) return -1
    const own = decimalsOf(value)
    if (own < 0 || own > maxFoundDecimals) return -1
    if (own > decimals) decimals = own
  }
  return decimals
}
