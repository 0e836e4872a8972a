import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import type { Row } from '../../entity-map/page.js'
import { malformed } from '../malformed.js'
import { readNumber, writeNumber } from '../number-codec.js'
import type { NumberPool } from '../number-pool.js'
import { roundAll } from '../precision.js'
import type { ColumnRows } from './column-rows.js'

/** What a column's numbers are compared with. The values are on the wire. */
export const source = {
  /** Nothing: the numbers themselves. */
  none: 0,
  /** The row before. */
  previous: 1,
  /** The field as it was. */
  base: 2,
  /** The field as it was, plus a factor times another field as it was: a position and its velocity. */
  baseField: 3,
  /** The same with the other field as it is now; its column, if it has one, comes first. */
  nextField: 4,
} as const

export interface Prediction {
  readonly source: number
  /** Index of the other field. */
  readonly field: number
  readonly factor: number
}

export const fromBase: Prediction = { source: source.base, field: 0, factor: 0 }
export const fromNothing: Prediction = { source: source.none, field: 0, factor: 0 }
const none: readonly Prediction[] = []
export const fromPrevious: Prediction = { source: source.previous, field: 0, factor: 0 }

/** Rows that are looked at to judge a prediction. */
export const sampleSize = 12

/** Rows that are looked at to find one: two of them have to agree. */
const searchSize = 5

/** The rows of a sample, spread evenly over all. */
export function samplePlace(sample: number, count: number): number {
  return count <= sampleSize ? sample : Math.floor((sample * count) / sampleSize)
}

const factors = new Float64Array(searchSize)

/** Some of the rows, field by field; undefined for a field that is not a number in all of them. */
export interface Sample {
  readonly size: number
  readonly bases: readonly (Float64Array | undefined)[]
  readonly values: readonly (Float64Array | undefined)[]
}

/** Takes the sample that predictions are sought in; undefined where there is nothing to go by. */
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
 * Looks for fields that the change of `field` is a multiple of, in a sample of the rows.
 * @returns candidates with their factors in units of the field; empty for nothing found
 */
export function findPredictions(sample: Sample | undefined, field: number): readonly Prediction[] {
  const bases = sample?.bases[field]
  const values = sample?.values[field]
  if (sample === undefined || bases === undefined || values === undefined) return none
  let found: Prediction[] | undefined
  for (let other = 0; other < sample.values.length; other++) {
    const before = sample.bases[other]
    const now = sample.values[other]
    if (other === field || before === undefined || now === undefined) continue
    const factor = agreedFactor(sample.size, bases, values, before)
    if (factor !== 0) found = [...(found ?? none), { source: source.baseField, field: other, factor }]
    // a field that stands still foretells as much by what it was
    if (now[0] === before[0] && now[1] === before[1]) continue
    const nextFactor = agreedFactor(sample.size, bases, values, now)
    if (nextFactor !== 0) found = [...(found ?? none), { source: source.nextField, field: other, factor: nextFactor }]
  }
  return found ?? none
}

/** The factor that two rows agree on, as the shortest number that is as near as they are to each other; 0 for none. */
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

/** 0.049999999998 is 0.05, 0.016666666661 is 1/60: factors are steps of time, most often. */
function shorten(factor: number): number {
  const reciprocal = 1 / Math.round(1 / factor)
  for (const candidate of [Number(factor.toPrecision(7)), reciprocal]) {
    if (Math.abs(candidate - factor) <= Math.abs(factor) * 1e-8) return candidate
  }
  return factor
}

/** The values of the other field that a prediction goes by, as the reader has them. @returns false where one is no number */
export function readSource(all: ColumnRows, prediction: Prediction, into: Float64Array): boolean {
  const rows = prediction.source === source.baseField ? all.bases! : all.rows
  if (!all.access.readNumbers[prediction.field]!(rows, into, 0, rows.length)) return false
  const precision = all.precisions[prediction.field]
  if (typeof precision === 'number') roundAll(into, rows.length, precision)
  return true
}

export function writePrediction(bytes: ByteWriter, prediction: Prediction): void {
  bytes.writeByte(prediction.source)
  if (prediction.source < source.baseField) return
  bytes.writeVarUint(prediction.field)
  writeNumber(bytes, prediction.factor)
}

/** @throws GameStateError `invalid_delta` where the rows have nothing that it could go by */
export function readPrediction(bytes: ByteReader, all: ColumnRows, own: number): Prediction {
  const from = bytes.readByte()
  if (from > source.nextField || from >= source.base !== (all.bases !== undefined && from !== source.none)) {
    throw malformed(`no prediction has the number ${from} here`)
  }
  if (from < source.baseField) return { source: from, field: 0, factor: 0 }
  const field = bytes.readVarUint()
  if (field >= all.fields.length || field === own) {
    throw malformed(`nothing is foretold by field ${field}`)
  }
  const factor = readNumber(bytes, bytes.readByte())
  if (factor === undefined || !Number.isFinite(factor)) {
    throw malformed('a prediction has a finite factor')
  }
  return { source: from, field, factor }
}
