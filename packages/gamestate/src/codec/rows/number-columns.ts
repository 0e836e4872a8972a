import type { ByteReader } from '../../bytes/byte-reader.js'
import { malformed } from '../../values/plain.js'
import { readBitmap } from '../bits/bits.js'
import { readInts, writeInts } from '../bits/ints.js'
import type { DeltaReader, DeltaWriter, NumberPool } from '../context.js'
import { readNumber, writeNumber } from '../values/number.js'
import { fromQuanta, maxQuanta, toQuanta } from '../values/precision.js'
import { type ColumnNumbers, type ColumnRows, columnForm } from './column-data.js'
import {
  type Forecast,
  fromBase,
  fromNothing,
  fromPrevious,
  readForecast,
  readSource,
  samplePlace,
  sampleSize,
  source,
  writeForecast,
} from './forecast.js'

/** A forecast is used if the sample then takes less than this share of its bits. */
const worthwhile = 0.85

/**
 * Writes numbers as whole multiples of a quantum.
 * @param numbers in quanta; overwritten
 * @param found forecasts that may fit, with factors in the field's own unit
 */
export function writeQuanta(
  out: DeltaWriter,
  all: ColumnRows,
  numbers: ColumnNumbers,
  found: readonly Forecast[],
): void {
  const { bytes, pool } = out
  const { values, bases, count } = numbers
  const quantum = numbers.quantum!
  const { forecast, by } =
    bases === undefined ? chooseForNew(values, count) : chooseForQuanta(pool, all, numbers, found)
  bytes.writeByte(columnForm.quanta)
  writeNumber(bytes, quantum)
  writeForecast(bytes, forecast)
  if (bases !== undefined) {
    if (by !== undefined) addChanges(bases, forecast.factor, by, count)
    for (let index = 0; index < count; index++) values[index] = values[index]! - bases[index]!
  } else if (forecast.source === source.previous) {
    for (let index = count - 1; index > 0; index--) values[index] = values[index]! - values[index - 1]!
  }
  writeInts(bytes, values, count)
}

/** Reads what `writeQuanta` wrote after its first byte, into `values`. */
export function readQuanta(input: DeltaReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes, pool } = input
  const count = all.rows.length
  const quantum = readQuantum(bytes)
  const forecast = readForecast(bytes, all, field)
  const residuals = pool.take(count)
  readInts(bytes, count, residuals)
  if (all.bases === undefined || forecast.source === source.none) values.fill(0, 0, count)
  else if (!all.access.readNumbers[field]!(all.bases, values, 0, count) || !toQuanta(values, count, quantum)) {
    throw malformed('a field is not a whole number of quanta')
  }
  if (forecast.source >= source.baseField) {
    const by = pool.take(count)
    if (!readSource(all, forecast, by)) throw malformed('a forecast uses a field that is no number')
    addChanges(values, forecast.factor, by, count)
  }
  let previous = 0
  for (let index = 0; index < count; index++) {
    const quanta = values[index]! + residuals[index]! + previous
    if (!(Math.abs(quanta) <= maxQuanta)) throw malformed('a number of quanta is out of range')
    if (forecast.source === source.previous) previous = quanta
    values[index] = quanta
  }
  fromQuanta(values, count, quantum)
}

export function readQuantum(bytes: ByteReader): number {
  const quantum = readNumber(bytes, bytes.readByte())
  if (quantum !== undefined && quantum > 0 && quantum < Number.POSITIVE_INFINITY) return quantum
  throw malformed('a quantum is a finite number above 0')
}

/** A forecast, and the values of the field that it uses. */
interface Choice {
  readonly forecast: Forecast
  readonly by: Float64Array | undefined
}

/** Compares with the row before if, in a sample, neighbours are nearer to each other than all numbers are. */
function chooseForNew(quanta: Float64Array, count: number): Choice {
  let lowest = quanta[0]!
  let highest = lowest
  let bits = 0
  const size = Math.min(count, sampleSize)
  for (let sample = 1; sample < size; sample++) {
    const place = samplePlace(sample, count)
    const value = quanta[place]!
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
    bits += bitsOf(value - quanta[place - 1]!)
  }
  return { forecast: bits < bitsOf(highest - lowest) * (size - 1) ? fromPrevious : fromNothing, by: undefined }
}

/** The forecast that leaves the fewest bits in a sample of the rows. */
function chooseForQuanta(
  pool: NumberPool,
  all: ColumnRows,
  { values, bases, count, quantum }: ColumnNumbers,
  found: readonly Forecast[],
): Choice {
  let best: Choice = { forecast: fromBase, by: undefined }
  if (found.length === 0) return best
  const size = Math.min(count, sampleSize)
  let bestBits = 0
  for (let sample = 0; sample < size; sample++) {
    const place = samplePlace(sample, count)
    bestBits += bitsOf(values[place]! - bases![place]!)
  }
  bestBits *= worthwhile
  for (const candidate of found) {
    const factor = candidate.factor / quantum!
    const name = all.fields[candidate.field]!
    const rows = candidate.source === source.baseField ? all.bases! : all.rows
    let bits = 0
    for (let sample = 0; sample < size; sample++) {
      const place = samplePlace(sample, count)
      bits += bitsOf(values[place]! - bases![place]! - Math.round(factor * (rows[place]![name] as number)))
    }
    if (!(bits < bestBits)) continue
    const forecast: Forecast = { source: candidate.source, field: candidate.field, factor }
    const by = pool.take(count)
    if (!readSource(all, forecast, by) || !isInRange(by, factor, count)) continue
    bestBits = bits
    best = { forecast, by }
  }
  return best
}

/** Adds the forecast change to each number of quanta. */
function addChanges(quanta: Float64Array, factor: number, by: Float64Array, count: number): void {
  for (let index = 0; index < count; index++) quanta[index] = quanta[index]! + Math.round(factor * by[index]!)
}

function isInRange(by: Float64Array, factor: number, count: number): boolean {
  let most = 0
  for (let index = 0; index < count; index++) most = Math.max(most, Math.abs(by[index]!))
  return most * Math.abs(factor) < maxQuanta
}

/** Approximate size of a number in bits. */
function bitsOf(number: number): number {
  const size = Math.abs(number)
  return size < 2 ** 30 ? 33 - Math.clz32(2 * size) : 32
}

/** The byte after the forecast: the form of the numbers that are not as forecast. */
const width = { float64: 0, float32: 1 } as const

/**
 * Writes numbers without rounding: a bit for each that is exactly as forecast, the others whole. A position that moves
 * by its velocity costs one bit, since both sides compute the same sum.
 */
export function writeFloats(
  out: DeltaWriter,
  all: ColumnRows,
  numbers: ColumnNumbers,
  found: readonly Forecast[],
): void {
  const { bytes, pool } = out
  const { values, bases, count } = numbers
  const forecast = bases === undefined ? fromNothing : chooseForFloats(all, values, bases, found)
  bytes.writeByte(columnForm.floats)
  writeForecast(bytes, forecast)
  const expected = bases === undefined ? undefined : expectedNumbers(pool, all, forecast, bases)
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
export function readFloats(input: DeltaReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes, pool } = input
  const count = all.rows.length
  const forecast = readForecast(bytes, all, field)
  const size = bytes.readByte()
  if (size > width.float32) throw malformed('floats have an unknown width')
  let bits: Uint8Array | undefined
  if (forecast.source !== source.none) {
    if (forecast.source === source.base) throw malformed('floats have no forecast that they stay')
    if (all.bases === undefined || !all.access.readNumbers[field]!(all.bases, values, 0, count)) {
      throw malformed('a field with a forecast is no number')
    }
    expectedNumbers(pool, all, forecast, values)
    bits = readBitmap(bytes, count)
  }
  for (let index = 0; index < count; index++) {
    if (bits !== undefined && (bits[index >>> 3]! & (1 << (index & 7))) !== 0) continue
    values[index] = size === width.float32 ? bytes.readFloat32() : bytes.readFloat64()
  }
}

/** The forecast that is exact for most rows of a sample. */
function chooseForFloats(
  all: ColumnRows,
  values: Float64Array,
  bases: Float64Array,
  found: readonly Forecast[],
): Forecast {
  const count = all.rows.length
  let best = fromNothing
  let bestHits = 0
  for (const forecast of found) {
    const name = all.fields[forecast.field]!
    const rows = forecast.source === source.baseField ? all.bases! : all.rows
    if (!rows.every((row) => typeof row[name] === 'number')) continue
    let hits = 0
    for (let sample = 0; sample < sampleSize && sample < count; sample++) {
      const place = samplePlace(sample, count)
      if (Object.is(bases[place]! + forecast.factor * (rows[place]![name] as number), values[place])) hits++
    }
    if (hits <= bestHits) continue
    bestHits = hits
    best = forecast
  }
  return best
}

/** Replaces the old numbers by the expected ones, in place. */
function expectedNumbers(
  pool: NumberPool,
  all: ColumnRows,
  forecast: Forecast,
  bases: Float64Array,
): Float64Array | undefined {
  if (forecast.source === source.none) return undefined
  if (forecast.source < source.baseField) return bases
  const count = all.rows.length
  const by = pool.take(count)
  if (!readSource(all, forecast, by)) throw malformed('a forecast uses a field that is no number')
  for (let index = 0; index < count; index++) bases[index] = bases[index]! + forecast.factor * by[index]!
  return bases
}
