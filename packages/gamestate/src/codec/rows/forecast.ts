import type { ByteReader, ByteWriter } from '../../bytes/bytes.js'
import type { Page } from '../../rows/page.js'
import type { Shape } from '../../rows/shape.js'
import { malformed } from '../../values/plain.js'
import { type Slots, takeSlots } from '../bits/slot-set.js'
import { readNumber, toNearest, writeNumber } from '../values/number.js'
import { readNumbers, valueAt } from './column-cells.js'
import { type ColumnRows, type NumberPool, roundAll } from './column-data.js'

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
  const { bases, pages, slots } = all
  if (bases === undefined || slots.count < 2) return undefined
  const size = Math.min(sampleSize, slots.count)
  const picked = takeSlots()
  for (let sample = 0; sample < size; sample++) picked.push(slots.list[samplePlace(sample, slots.count)]!)
  return { size, bases: readSample(pool, all.shape, bases, picked), values: readSample(pool, all.shape, pages, picked) }
}

function readSample(
  pool: NumberPool,
  shape: Shape,
  pages: readonly Page[],
  { list, count }: Slots,
): (Float64Array | undefined)[] {
  const numbers: (Float64Array | undefined)[] = []
  for (let field = 0; field < shape.fields.length; field++) {
    const isNumber = typeof valueAt(pages, shape, field, list[0]!) === 'number'
    numbers.push(isNumber ? pool.take(count) : undefined)
  }
  // row by row, since the rows of a sample are on different pages
  for (let place = 0; place < count; place++) {
    for (let field = 0; field < numbers.length; field++) {
      const into = numbers[field]
      if (into === undefined) continue
      const value = valueAt(pages, shape, field, list[place]!)
      if (typeof value === 'number') into[place] = value
      else numbers[field] = undefined
    }
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
  const { slots } = all
  if (!readNumbers(pagesOf(all, forecast), all.shape, forecast.field, slots, into)) return false
  const precision = all.precisions[forecast.field]
  if (typeof precision === 'number') roundAll(into, slots.count, precision)
  return true
}

/** The pages from which a forecast takes the values of its field. */
export function pagesOf({ bases, pages }: ColumnRows, forecast: Forecast): readonly Page[] {
  return forecast.source === source.baseField ? bases! : pages
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
  if (field >= all.shape.fields.length || field === own) {
    throw malformed()
  }
  const factor = readNumber(bytes, bytes.readByte())
  if (factor === undefined || !Number.isFinite(factor)) {
    throw malformed()
  }
  return { source: from, field, factor }
}

/** Adds the forecast change to each number of quanta. @param sign -1 to subtract it */
export function addChanges(quanta: Float64Array, sign: number, factor: number, by: Float64Array, count: number): void {
  for (let index = 0; index < count; index++) quanta[index] = quanta[index]! + sign * toNearest(factor * by[index]!)
}

/** Replaces the old numbers by the expected ones, in place. */
export function expectedNumbers(
  pool: NumberPool,
  all: ColumnRows,
  forecast: Forecast,
  bases: Float64Array,
): Float64Array | undefined {
  if (forecast.source === source.none) return undefined
  if (forecast.source < source.baseField) return bases
  const { count } = all.slots
  const by = pool.take(count)
  if (!readSource(all, forecast, by)) throw malformed()
  for (let index = 0; index < count; index++) bases[index] = bases[index]! + forecast.factor * by[index]!
  return bases
}
