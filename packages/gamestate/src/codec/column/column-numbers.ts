import type { Row } from '../../entity-map/page.js'
import type { RowAccess } from '../../entity-map/row-access.js'
import { decimalsOf } from '../number-codec.js'
import type { NumberPool } from '../number-pool.js'
import { maxSteps, type PrecisionNode, toSteps } from '../precision.js'
import type { ColumnRows } from './column-rows.js'

/** Finest power of ten that is looked for in numbers without a declared precision. */
const maxFoundDecimals = 4
/** Larger numbers are not looked at: their steps could be too many. */
export const maxFoundSteps = maxSteps / 10_000
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

/** So many rows are read at once, field after field: they are still at hand for the second one. */
const blockRows = 64

/** A field that is being taken out. */
interface Reading {
  readonly field: number
  readonly read: RowAccess['readNumbers'][number]
  readonly values: Float64Array
  readonly bases: Float64Array | undefined
}

/**
 * Takes fields out of the rows.
 * @returns for each field its numbers; undefined where not all are numbers, or one that is to be rounded cannot be: such a column
 * is written value by value
 */
export function takeColumns(
  pool: NumberPool,
  all: ColumnRows,
  fields: readonly number[],
): (ColumnNumbers | undefined)[] {
  const { rows, bases } = all
  const count = rows.length
  let readings = fields
    // most columns of other kinds show it in their first row
    .filter((field) => typeof rows[0]![all.fields[field]!] === 'number')
    .map((field): Reading => {
      const read = all.access.readNumbers[field]!
      return { field, read, values: pool.take(count), bases: bases && pool.take(count) }
    })
  for (let start = 0; start < count; start += blockRows) {
    const end = Math.min(count, start + blockRows)
    let hasOthers = false
    for (const { read, values } of readings) if (!read(rows, values, start, end)) hasOthers = true
    if (bases !== undefined) {
      for (const reading of readings) if (!reading.read(bases, reading.bases!, start, end)) hasOthers = true
    }
    if (hasOthers) readings = readings.filter((reading) => isAllNumbers(all, reading.field))
  }
  return fields.map((field) => {
    const reading = readings.find((candidate) => candidate.field === field)
    return reading && inSteps(reading.values, reading.bases, count, all.precisions[field])
  })
}

function isAllNumbers({ rows, bases, fields }: ColumnRows, field: number): boolean {
  const isNumber = (row: Row): boolean => typeof row[fields[field]!] === 'number'
  return rows.every(isNumber) && (bases === undefined || bases.every(isNumber))
}

function inSteps(
  values: Float64Array,
  bases: Float64Array | undefined,
  count: number,
  precision: PrecisionNode,
): ColumnNumbers | undefined {
  const step = findStep(precision, values, bases, count)
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
    if (!(Math.abs(value) <= maxFoundSteps)) return -1
    const own = decimalsOf(value)
    if (own < 0 || own > maxFoundDecimals) return -1
    if (own > decimals) decimals = own
  }
  return decimals
}
