import { readBitmap } from '../bits.js'
import { malformed } from '../malformed.js'
import type { NumberPool } from '../number-pool.js'
import type { ValueReader, ValueWriter } from '../value-io.js'
import type { ColumnNumbers } from './column-numbers.js'
import type { ColumnRows } from './column-rows.js'
import { columnForm } from './forms.js'
import {
  fromNothing,
  type Prediction,
  readPrediction,
  readSource,
  samplePlace,
  sampleSize,
  source,
  writePrediction,
} from './prediction.js'

/** The byte after the prediction: how the numbers that were not foretold are written. */
const width = { float64: 0, float32: 1 } as const

/**
 * Writes numbers without losing a bit: which of them are exactly what was foretold, and the others whole. A position that
 * moves by its velocity costs a bit, as the same sum gives the same number on both sides.
 */
export function writeFloats(
  out: ValueWriter,
  all: ColumnRows,
  numbers: ColumnNumbers,
  found: readonly Prediction[],
): void {
  const { bytes, pool } = out
  const { values, bases, count } = numbers
  const prediction = bases === undefined ? fromNothing : choose(all, values, bases, found)
  bytes.writeByte(columnForm.floats)
  writePrediction(bytes, prediction)
  const expected = bases === undefined ? undefined : expectedNumbers(pool, all, prediction, bases)
  const isExpected = (index: number): boolean => expected !== undefined && Object.is(expected[index], values[index])
  let isShort = true
  for (let index = 0; index < count && isShort; index++) {
    isShort = isExpected(index) || Object.is(Math.fround(values[index]!), values[index])
  }
  bytes.writeByte(isShort ? width.float32 : width.float64)
  if (expected !== undefined) {
    const bits = new Uint8Array((count + 7) >>> 3)
    for (let index = 0; index < count; index++) if (isExpected(index)) bits[index >>> 3]! |= 1 << (index & 7)
    bytes.writeRaw(bits)
  }
  for (let index = 0; index < count; index++) {
    if (isExpected(index)) continue
    if (isShort) bytes.writeFloat32(values[index]!)
    else bytes.writeFloat64(values[index]!)
  }
}

/** Reads what `writeFloats` wrote after its first byte. */
export function readFloats(input: ValueReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes, pool } = input
  const count = all.rows.length
  const prediction = readPrediction(bytes, all, field)
  const size = bytes.readByte()
  if (size > width.float32) throw malformed('floats have an unknown width')
  let bits: Uint8Array | undefined
  if (prediction.source !== source.none) {
    if (prediction.source === source.base) throw malformed('floats are not foretold to stay')
    if (all.bases === undefined || !all.access.readNumbers[field]!(all.bases, values, 0, count)) {
      throw malformed('a field that is no number was foretold')
    }
    expectedNumbers(pool, all, prediction, values)
    bits = readBitmap(bytes, count)
  }
  for (let index = 0; index < count; index++) {
    if (bits !== undefined && (bits[index >>> 3]! & (1 << (index & 7))) !== 0) continue
    values[index] = size === width.float32 ? bytes.readFloat32() : bytes.readFloat64()
  }
}

/** The prediction that is exact most often, in a sample of the rows. */
function choose(all: ColumnRows, values: Float64Array, bases: Float64Array, found: readonly Prediction[]): Prediction {
  const count = all.rows.length
  let best = fromNothing
  let bestHits = 0
  for (const prediction of found) {
    const name = all.fields[prediction.field]!
    const rows = prediction.source === source.baseField ? all.bases! : all.rows
    if (!rows.every((row) => typeof row[name] === 'number')) continue
    let hits = 0
    for (let sample = 0; sample < sampleSize && sample < count; sample++) {
      const place = samplePlace(sample, count)
      if (Object.is(bases[place]! + prediction.factor * (rows[place]![name] as number), values[place])) hits++
    }
    if (hits <= bestHits) continue
    bestHits = hits
    best = prediction
  }
  return best
}

/** Turns what the field was into what it is expected to be, in place. */
function expectedNumbers(
  pool: NumberPool,
  all: ColumnRows,
  prediction: Prediction,
  bases: Float64Array,
): Float64Array | undefined {
  if (prediction.source === source.none) return undefined
  if (prediction.source < source.baseField) return bases
  const count = all.rows.length
  const by = pool.take(count)
  if (!readSource(all, prediction, by)) throw malformed('a prediction goes by what is no number')
  for (let index = 0; index < count; index++) bases[index] = bases[index]! + prediction.factor * by[index]!
  return bases
}
