import type { Row } from '../../rows/page.js'
import type { RowAccess, Shape } from '../../rows/shape.js'
import type { NumberPool } from '../context.js'
import { decimalsOf } from '../values/number.js'
import { maxQuanta, type PrecisionNode, precisionOf, toQuanta } from '../values/precision.js'

/** The rows of a column. All have one shape. */
export interface ColumnRows {
  readonly fields: readonly string[]
  readonly access: RowAccess
  /** The precision of each field. A reader has none: the columns say it. */
  readonly precisions: readonly PrecisionNode[]
  /** The old rows; undefined for new rows. */
  readonly bases: readonly Row[] | undefined
  /** The new rows. A reader fills them column by column. */
  readonly rows: readonly Row[]
}

export function columnRows(
  shape: Shape,
  bases: readonly Row[] | undefined,
  rows: readonly Row[],
  precision: PrecisionNode,
): ColumnRows {
  const precisions = shape.fields.map((field) => precisionOf(precision, field))
  return { fields: shape.fields, access: shape.access, precisions, bases, rows }
}

/** The rows at these places. */
export function pickRows(all: ColumnRows, places: readonly number[]): ColumnRows {
  const pick = (rows: readonly Row[]): Row[] => places.map((place) => rows[place]!)
  return { ...all, bases: all.bases === undefined ? undefined : pick(all.bases), rows: pick(all.rows) }
}

/** The first byte of a column: the form of its values. */
export const columnForm = {
  /** Each value by itself: whole, or as a change of the old value. */
  values: 0,
  /** One value for all rows. */
  constant: 1,
  /** Booleans as bits. */
  bits: 2,
  /** Booleans, all the opposite of the old ones. */
  flipped: 3,
  /** Numbers as whole multiples of a quantum. */
  quanta: 4,
  /** Numbers without rounding. Those that are as forecast take one bit. */
  floats: 5,
  /** Texts, each by what it shares with another one. */
  texts: 6,
  /** A list of few values, and for each row the number of its value. */
  choices: 7,
} as const

/** Most decimals for which a quantum is found in numbers without a declared precision. */
const maxFoundDecimals = 4
/** Above this no quantum is looked for: a number could have too many quanta. */
export const maxFoundQuanta = maxQuanta / 10_000
const foundQuanta = [1, 0.1, 0.01, 0.001, 0.0001]

/** One field of many rows, if all its values are numbers. The arrays come from the pool and are longer than `count`. */
export interface ColumnNumbers {
  readonly count: number
  /** In quanta, if there is a quantum. */
  readonly values: Float64Array
  /** The old numbers; undefined for new rows. */
  readonly bases: Float64Array | undefined
  /** All numbers are multiples of it, or are rounded to it; undefined for numbers without rounding. */
  readonly quantum: number | undefined
}

/** Rows are read in blocks, field after field, so that a block stays in the processor's cache. */
const blockRows = 64

/** A field that is being read. */
interface Reading {
  readonly field: number
  readonly read: RowAccess['readNumbers'][number]
  readonly values: Float64Array
  readonly bases: Float64Array | undefined
}

/**
 * Reads fields of the rows.
 * @returns for each field its numbers; undefined if one value is no number, or cannot be rounded to the declared quantum
 */
export function takeColumns(
  pool: NumberPool,
  all: ColumnRows,
  fields: readonly number[],
): (ColumnNumbers | undefined)[] {
  const { rows, bases } = all
  const count = rows.length
  let readings = fields
    // in most other columns the first row is no number
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
    return reading && inQuanta(reading.values, reading.bases, count, all.precisions[field])
  })
}

function isAllNumbers({ rows, bases, fields }: ColumnRows, field: number): boolean {
  const isNumber = (row: Row): boolean => typeof row[fields[field]!] === 'number'
  return rows.every(isNumber) && (bases === undefined || bases.every(isNumber))
}

function inQuanta(
  values: Float64Array,
  bases: Float64Array | undefined,
  count: number,
  precision: PrecisionNode,
): ColumnNumbers | undefined {
  const quantum = findQuantum(precision, values, bases, count)
  if (quantum === undefined) return { count, values, bases, quantum }
  if (!toQuanta(values, count, quantum) || (bases !== undefined && !toQuanta(bases, count, quantum))) return undefined
  return { count, values, bases, quantum }
}

/** The numbers at these rising places, moved to the front of the same arrays. */
export function pickNumbers(numbers: ColumnNumbers, places: readonly number[]): ColumnNumbers {
  const { values, bases, quantum } = numbers
  for (let index = 0; index < places.length; index++) {
    values[index] = values[places[index]!]!
    if (bases !== undefined) bases[index] = bases[places[index]!]!
  }
  return { count: places.length, values, bases, quantum }
}

function findQuantum(
  precision: PrecisionNode,
  values: Float64Array,
  bases: Float64Array | undefined,
  count: number,
): number | undefined {
  if (typeof precision === 'number') return precision
  const decimals = commonDecimals(values, count, bases === undefined ? 0 : commonDecimals(bases, count, 0))
  return decimals < 0 ? undefined : foundQuanta[decimals]
}

/** The most decimals of any number, at least `least`; -1 if a number has too many or is too large. */
function commonDecimals(numbers: Float64Array, count: number, least: number): number {
  if (least < 0) return -1
  let decimals = least
  for (let index = 0; index < count; index++) {
    const value = numbers[index]!
    if (!(Math.abs(value) <= maxFoundQuanta)) return -1
    const own = decimalsOf(value)
    if (own < 0 || own > maxFoundDecimals) return -1
    if (own > decimals) decimals = own
  }
  return decimals
}
