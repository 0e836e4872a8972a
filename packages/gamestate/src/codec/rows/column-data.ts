import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import type { Row } from '../../rows/page.js'
import type { RowAccess, Shape } from '../../rows/shape.js'
import { malformed } from '../../values/plain.js'
import type { NumberPool } from '../context.js'
import { decimalsOf, maxQuanta, type PrecisionNode, precisionOf, readNumber, writeNumber } from '../values/number.js'
import { roundAll, toQuanta } from './quanta.js'

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

/** What the numbers of a column are compared with. These values are on the wire. */
export const source = {
  /** Nothing. */
  none: 0,
  /** The row before. */
  previous: 1,
  /** The old value of the field. */
  base: 2,
  /** The old value plus a factor times the old value of another field, such as a velocity. */
  baseField: 3,
  /** The old value plus a factor times the new value of another field. That field's column, if any, comes first. */
  nextField: 4,
} as const

/** The expected value of a field, computed from values that the reader has. */
export interface Forecast {
  readonly source: number
  /** Index of the other field. */
  readonly field: number
  readonly factor: number
}

export const fromBase: Forecast = { source: source.base, field: 0, factor: 0 }
export const fromNothing: Forecast = { source: source.none, field: 0, factor: 0 }
const none: readonly Forecast[] = []
export const fromPrevious: Forecast = { source: source.previous, field: 0, factor: 0 }

/** Most rows in a sample, by which forecasts are judged. */
export const sampleSize = 12

/** Rows in which a factor is searched. Two of them have to agree. */
const searchSize = 5

/** The place of a row of the sample. Samples are spread evenly over all rows. */
export function samplePlace(sample: number, count: number): number {
  return count <= sampleSize ? sample : Math.floor((sample * count) / sampleSize)
}

const factors = /* @__PURE__ */ new Float64Array(searchSize)

/** A few rows, field by field; undefined for a field that is not a number in all of them. */
export interface Sample {
  readonly size: number
  readonly bases: readonly (Float64Array | undefined)[]
  readonly values: readonly (Float64Array | undefined)[]
}

/** Takes the sample in which forecasts are searched; undefined for new rows and for a single row. */
export function takeSample(pool: NumberPool, all: ColumnRows): Sample | undefined {
  const { bases, rows } = all
  if (bases === undefined || rows.length < 2) return undefined
  const size = Math.min(sampleSize, rows.length)
  return { size, bases: readSample(pool, all, bases, size), values: readSample(pool, all, rows, size) }
}

function readSample(
  pool: NumberPool,
  all: ColumnRows,
  rows: readonly Row[],
  size: number,
): (Float64Array | undefined)[] {
  const picked: Row[] = []
  for (let sample = 0; sample < size; sample++) picked.push(rows[samplePlace(sample, rows.length)]!)
  const { fields, access } = all
  const numbers: (Float64Array | undefined)[] = []
  for (let field = 0; field < fields.length; field++) {
    const isNumber = typeof picked[0]![fields[field]!] === 'number'
    const into = isNumber ? pool.take(size) : undefined
    numbers.push(into !== undefined && access.readNumbers[field]!(picked, into, 0, size) ? into : undefined)
  }
  return numbers
}

/**
 * Searches a sample for other fields of which the change of `field` is a multiple.
 * @returns forecasts with factors in the field's own unit; empty if there are none
 */
export function findForecasts(sample: Sample | undefined, field: number): readonly Forecast[] {
  const bases = sample?.bases[field]
  const values = sample?.values[field]
  if (sample === undefined || bases === undefined || values === undefined) return none
  let found: Forecast[] | undefined
  for (let other = 0; other < sample.values.length; other++) {
    const before = sample.bases[other]
    const now = sample.values[other]
    if (other === field || before === undefined || now === undefined) continue
    const factor = agreedFactor(sample.size, bases, values, before)
    if (factor !== 0) found = [...(found ?? none), { source: source.baseField, field: other, factor }]
    // for a field that has not changed the old value says as much
    if (now[0] === before[0] && now[1] === before[1]) continue
    const nextFactor = agreedFactor(sample.size, bases, values, now)
    if (nextFactor !== 0) found = [...(found ?? none), { source: source.nextField, field: other, factor: nextFactor }]
  }
  return found ?? none
}

/** The factor on which two rows agree, shortened within their tolerance; 0 for none. */
function agreedFactor(size: number, bases: Float64Array, values: Float64Array, by: Float64Array): number {
  let count = 0
  for (let sample = 0; sample < size && count < searchSize; sample++) {
    const factor = (values[sample]! - bases[sample]!) / by[sample]!
    if (!Number.isFinite(factor) || factor === 0) continue
    for (let earlier = 0; earlier < count; earlier++) {
      if (Math.abs(factors[earlier]! - factor) <= Math.abs(factor) * 1e-6) return shorten(factor)
    }
    factors[count++] = factor
  }
  return 0
}

/** 0.049999999998 becomes 0.05, 0.016666666661 becomes 1/60: factors are mostly durations of a tick. */
function shorten(factor: number): number {
  const reciprocal = 1 / Math.round(1 / factor)
  for (const candidate of [Number(factor.toPrecision(7)), reciprocal]) {
    if (Math.abs(candidate - factor) <= Math.abs(factor) * 1e-8) return candidate
  }
  return factor
}

/** Reads the values of the field that a forecast uses, as the reader has them. @returns false if one is no number */
export function readSource(all: ColumnRows, forecast: Forecast, into: Float64Array): boolean {
  const rows = forecast.source === source.baseField ? all.bases! : all.rows
  if (!all.access.readNumbers[forecast.field]!(rows, into, 0, rows.length)) return false
  const precision = all.precisions[forecast.field]
  if (typeof precision === 'number') roundAll(into, rows.length, precision)
  return true
}

/** Writes a forecast: its source; for those that use a field, its number and the factor. */
export function writeForecast(bytes: ByteWriter, forecast: Forecast): void {
  bytes.writeByte(forecast.source)
  if (forecast.source < source.baseField) return
  bytes.writeVarUint(forecast.field)
  writeNumber(bytes, forecast.factor)
}

/**
 * Reads what `writeForecast` wrote.
 * @throws GameStateError `invalid_delta` if the rows do not have what the forecast uses
 */
export function readForecast(bytes: ByteReader, all: ColumnRows, own: number): Forecast {
  const from = bytes.readByte()
  if (from > source.nextField || from >= source.base !== (all.bases !== undefined && from !== source.none)) {
    throw malformed()
  }
  if (from < source.baseField) return { source: from, field: 0, factor: 0 }
  const field = bytes.readVarUint()
  if (field >= all.fields.length || field === own) {
    throw malformed()
  }
  const factor = readNumber(bytes, bytes.readByte())
  if (factor === undefined || !Number.isFinite(factor)) {
    throw malformed()
  }
  return { source: from, field, factor }
}
