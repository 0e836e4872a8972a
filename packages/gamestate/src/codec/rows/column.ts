import type { ByteReader } from '../../bytes/byte-reader.js'
import { elementsOf } from '../../values/elements.js'
import { isSame } from '../../values/equality.js'
import { malformed } from '../../values/plain.js'
import { readBitmap } from '../bits/bits.js'
import { readInts, writeInts } from '../bits/ints.js'
import { type DeltaReader, type DeltaWriter, deleted, type NumberPool } from '../context.js'
import { maxQuanta, readNumber, writeNumber } from '../values/number.js'
import * as tag from '../values/tags.js'
import {
  type ColumnNumbers,
  type ColumnRows,
  columnForm,
  type Forecast,
  fromBase,
  fromNothing,
  fromPrevious,
  readForecast,
  readSource,
  samplePlace,
  sampleSize,
  source,
  takeColumns,
  writeForecast,
} from './column-data.js'
import { fromQuanta, toQuanta } from './quanta.js'
import { readTexts, writeTexts } from './texts.js'

/** A row is a first level again, so its fields are on the second level. */
const fieldDepth = 1

/** Fewer rows are not searched for values that recur. */
const minChoiceRows = 8
/** Most values that a column of choices lists. */
const maxChoices = 32

/**
 * Writes one field of many rows in the first form that fits: one value for all, booleans, numbers, a few values that
 * recur, texts, each value by itself.
 * @param numbers the field's numbers, if they have been read already; overwritten
 * @param found forecasts that may fit the field
 */
export function writeColumn(
  out: DeltaWriter,
  all: ColumnRows,
  field: number,
  numbers: ColumnNumbers | undefined = takeColumns(out.pool, all, [field])[0],
  found: readonly Forecast[] = [],
): void {
  const { bytes } = out
  if (numbers !== undefined) return writeNumbers(out, all, field, numbers, found)
  const { rows, bases, fields } = all
  const name = fields[field]!
  const precision = all.precisions[field]
  const first = rows[0]![name]
  const values = rows.map((row) => row[name])
  const baseValues = bases?.map((row) => row[name])
  if (values.length > 1 && isPrimitive(first) && values.every((value) => isSame(first, value, precision))) {
    return writeConstant(out, all, field)
  }
  if (typeof first === 'boolean' && values.every((value) => typeof value === 'boolean')) {
    if (baseValues?.every((base, index) => base === !values[index])) return bytes.writeByte(columnForm.flipped)
    bytes.writeByte(columnForm.bits)
    return writeBits(out, values)
  }
  if (values.length >= minChoiceRows && writeChoices(out, values)) return
  if (typeof first === 'string' && values.every((value): value is string => typeof value === 'string')) {
    bytes.writeByte(columnForm.texts)
    return writeTexts(bytes, values, baseValues)
  }
  bytes.writeByte(columnForm.values)
  for (let index = 0; index < values.length; index++) {
    if (baseValues === undefined) out.writeValue(values[index], values[index - 1], precision)
    else if (!out.writeChange(baseValues[index], values[index], precision)) bytes.writeByte(tag.same)
  }
}

/** Reads what `writeColumn` wrote, into the rows. @returns true if a value is an object or an array */
export function readColumn(input: DeltaReader, all: ColumnRows, field: number): boolean {
  const form = input.bytes.readByte()
  if (form === columnForm.quanta || form === columnForm.floats) {
    const mark = input.pool.mark()
    const numbers = input.pool.take(all.rows.length)
    if (form === columnForm.quanta) readQuanta(input, all, field, numbers)
    else readFloats(input, all, field, numbers)
    all.access.writeNumbers[field]!(all.rows, numbers)
    input.pool.release(mark)
    return false
  }
  const { rows, bases, fields } = all
  const name = fields[field]!
  const baseValues = bases?.map((row) => row[name])
  const values = readValues(input, form, rows.length, baseValues)
  // the values of other forms have been counted one by one, or are small
  if (form === columnForm.constant || form === columnForm.texts || form === columnForm.choices) spendAll(input, values)
  for (let index = 0; index < rows.length; index++) rows[index]![name] = values[index]
  return (form === columnForm.values || form === columnForm.constant) && !values.every(isPrimitive)
}

/** Counts values of which many may be the same one: each counts whole. */
export function spendAll(input: DeltaReader, values: readonly unknown[]): void {
  for (const value of values) input.spend(elementsOf(value))
}

function readValues(input: DeltaReader, form: number, count: number, bases: readonly unknown[] | undefined): unknown[] {
  switch (form) {
    case columnForm.constant:
      return new Array(count).fill(input.readValue(undefined, fieldDepth))
    case columnForm.bits:
      return readBits(input, count)
    case columnForm.flipped:
      if (bases?.every((base) => typeof base === 'boolean')) return bases.map((base) => !base)
      throw malformed()
    case columnForm.texts:
      return readTexts(input.bytes, count, bases)
    case columnForm.choices:
      return readChoices(input, count)
    case columnForm.values:
      return readEach(input, count, bases)
    default:
      throw malformed()
  }
}

function writeNumbers(
  out: DeltaWriter,
  all: ColumnRows,
  field: number,
  numbers: ColumnNumbers,
  found: readonly Forecast[],
): void {
  if (numbers.count > 1 && isConstant(numbers)) writeConstant(out, all, field)
  else if (numbers.quantum !== undefined) writeQuanta(out, all, numbers, found)
  else writeFloats(out, all, numbers, found)
}

function isConstant({ values, count }: ColumnNumbers): boolean {
  for (let index = 1; index < count; index++) if (!Object.is(values[index], values[0])) return false
  return true
}

function writeConstant(out: DeltaWriter, all: ColumnRows, field: number): void {
  out.bytes.writeByte(columnForm.constant)
  out.writeValue(all.rows[0]![all.fields[field]!], undefined, all.precisions[field])
}

function writeBits(out: DeltaWriter, values: readonly unknown[]): void {
  const bits = new Uint8Array((values.length + 7) >>> 3)
  for (let index = 0; index < values.length; index++) if (values[index] === true) bits[index >>> 3]! |= 1 << (index & 7)
  out.bytes.writeRaw(bits)
}

function readBits(input: DeltaReader, count: number): boolean[] {
  const bits = readBitmap(input.bytes, count)
  return Array.from({ length: count }, (_, index) => (bits[index >>> 3]! & (1 << (index & 7))) !== 0)
}

/** @returns false, and writes nothing, if there are too many different values, or others than texts, booleans and null */
function writeChoices(out: DeltaWriter, values: readonly unknown[]): boolean {
  const places = new Map<unknown, number>()
  const chosen = new Float64Array(values.length)
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (typeof value === 'number' || !isPrimitive(value)) return false
    let place = places.get(value)
    if (place === undefined) {
      place = places.size
      places.set(value, place)
      if (place >= maxChoices || place * 2 > values.length) return false
    }
    chosen[index] = place
  }
  out.bytes.writeByte(columnForm.choices)
  out.bytes.writeVarUint(places.size)
  for (const value of places.keys()) out.writeValue(value, undefined, undefined)
  writeInts(out.bytes, chosen, chosen.length)
  return true
}

function readChoices(input: DeltaReader, count: number): unknown[] {
  const size = input.bytes.readCount(1)
  if (size > maxChoices) throw malformed()
  const choices: unknown[] = []
  for (let index = 0; index < size; index++) choices.push(input.readValue(undefined, fieldDepth))
  const chosen = new Float64Array(count)
  readInts(input.bytes, count, chosen)
  return Array.from({ length: count }, (_, index) => {
    const place = chosen[index]!
    if (!(place >= 0 && place < size)) throw malformed()
    return choices[place]
  })
}

function readEach(input: DeltaReader, count: number, bases: readonly unknown[] | undefined): unknown[] {
  if (count > input.bytes.remaining) throw malformed()
  const values: unknown[] = []
  for (let index = 0; index < count; index++) {
    const value =
      bases === undefined ? input.readValue(values[index - 1], fieldDepth) : input.readChange(bases[index], fieldDepth)
    if (value === deleted) throw malformed()
    values.push(value)
  }
  return values
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

/** A forecast is used if the sample then takes less than this share of its bits. */
const worthwhile = 0.85

/**
 * Writes numbers as whole multiples of a quantum.
 * @param numbers in quanta; overwritten
 * @param found forecasts that may fit, with factors in the field's own unit
 */
function writeQuanta(out: DeltaWriter, all: ColumnRows, numbers: ColumnNumbers, found: readonly Forecast[]): void {
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
function readQuanta(input: DeltaReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes, pool } = input
  const count = all.rows.length
  const quantum = readQuantum(bytes)
  const forecast = readForecast(bytes, all, field)
  const residuals = pool.take(count)
  readInts(bytes, count, residuals)
  if (all.bases === undefined || forecast.source === source.none) values.fill(0, 0, count)
  else if (!all.access.readNumbers[field]!(all.bases, values, 0, count) || !toQuanta(values, count, quantum)) {
    throw malformed()
  }
  if (forecast.source >= source.baseField) {
    const by = pool.take(count)
    if (!readSource(all, forecast, by)) throw malformed()
    addChanges(values, forecast.factor, by, count)
  }
  let previous = 0
  for (let index = 0; index < count; index++) {
    const quanta = values[index]! + residuals[index]! + previous
    if (!(Math.abs(quanta) <= maxQuanta)) throw malformed()
    if (forecast.source === source.previous) previous = quanta
    values[index] = quanta
  }
  fromQuanta(values, count, quantum)
}

export function readQuantum(bytes: ByteReader): number {
  const quantum = readNumber(bytes, bytes.readByte())
  if (quantum !== undefined && quantum > 0 && quantum < Number.POSITIVE_INFINITY) return quantum
  throw malformed()
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
function writeFloats(out: DeltaWriter, all: ColumnRows, numbers: ColumnNumbers, found: readonly Forecast[]): void {
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
function readFloats(input: DeltaReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes, pool } = input
  const count = all.rows.length
  const forecast = readForecast(bytes, all, field)
  const size = bytes.readByte()
  if (size > width.float32) throw malformed()
  let bits: Uint8Array | undefined
  if (forecast.source !== source.none) {
    if (forecast.source === source.base) throw malformed()
    if (all.bases === undefined || !all.access.readNumbers[field]!(all.bases, values, 0, count)) {
      throw malformed()
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
  if (!readSource(all, forecast, by)) throw malformed()
  for (let index = 0; index < count; index++) bases[index] = bases[index]! + forecast.factor * by[index]!
  return bases
}
