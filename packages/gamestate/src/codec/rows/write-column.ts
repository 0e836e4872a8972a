import { isSame } from '../../values/equality.js'
import { writeInts, writeSmallInts } from '../bits/ints.js'
import type { Slots } from '../bits/slot-set.js'
import type { DeltaWriter } from '../context.js'
import { toNearest, writeNumber } from '../values/number.js'
import { maxQuanta, quantaOf } from '../values/quanta.js'
import * as tag from '../values/tags.js'
import { readNumbers, readValues, valueAt } from './column-cells.js'
import type { NumberPool } from './column-data.js'
import {
  type ColumnNumbers,
  type ColumnRows,
  columnForm,
  floatWidth,
  isPrimitive,
  maxChoices,
  takeColumn,
} from './column-data.js'
import {
  addChanges,
  expectedNumbers,
  type Forecast,
  fromBase,
  fromNothing,
  fromPrevious,
  pagesOf,
  readSource,
  samplePlace,
  sampleSize,
  source,
  writeForecast,
} from './forecast.js'
import { writeTexts } from './texts.js'

/** Fewer rows are not searched for values that recur. */
const minChoiceRows = 8

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
  numbers: ColumnNumbers | undefined = takeColumn(out.pool, all, field),
  found: readonly Forecast[] = [],
): void {
  const { bytes } = out
  if (numbers !== undefined) return writeNumbers(out, all, field, numbers, found)
  const { shape, bases, pages, slots } = all
  const precision = all.precisions[field]
  const values = readValues(pages, shape, field, slots)
  const baseValues = bases && readValues(bases, shape, field, slots)
  const first = values[0]
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

/**
 * The same for a field of changed rows of which the changes are known.
 * @param changes in quanta, one for each row, within ±`maxSmallInt`
 */
export function writeChanges(
  out: DeltaWriter,
  all: ColumnRows,
  field: number,
  { list, count }: Slots,
  quantum: number,
  found: readonly Forecast[],
): void {
  if (found.length > 0) {
    const values = out.pool.take(count)
    for (let place = 0; place < count; place++) values[place] = list[place]!
    return writeNumbers(out, all, field, { count, values, bases: undefined, quantum }, found)
  }
  if (count > 1 && isNowConstant(all, field, quantum)) return writeConstant(out, all, field)
  out.bytes.writeByte(columnForm.quanta)
  writeNumber(out.bytes, quantum)
  writeForecast(out.bytes, fromBase)
  writeSmallInts(out.bytes, list, count)
}

function writeNumbers(
  out: DeltaWriter,
  all: ColumnRows,
  field: number,
  numbers: ColumnNumbers,
  found: readonly Forecast[],
): void {
  const areChanges = numbers.bases === undefined && all.bases !== undefined
  const isAlike = areChanges ? isNowConstant(all, field, numbers.quantum!) : isConstant(numbers)
  if (numbers.count > 1 && isAlike) writeConstant(out, all, field)
  else if (numbers.quantum !== undefined) writeQuanta(out, all, numbers, found)
  else writeFloats(out, all, numbers, found)
}

function isConstant({ values, count }: ColumnNumbers): boolean {
  for (let index = 1; index < count; index++) if (!Object.is(values[index], values[0])) return false
  return true
}

/** `isConstant` for the new numbers of which `numbers` holds the changes. */
function isNowConstant({ shape, pages, slots: { list, count } }: ColumnRows, field: number, quantum: number): boolean {
  const value = valueAt(pages, shape, field, list[0]!) as number
  const first = quantaOf(value, quantum)
  for (let place = 1; place < count; place++) {
    const other = valueAt(pages, shape, field, list[place]!) as number
    // mostly the first comparison ends it
    if (Math.abs(other - value) > 2 * quantum || quantaOf(other, quantum) !== first) return false
  }
  return true
}

function writeConstant(out: DeltaWriter, all: ColumnRows, field: number): void {
  out.bytes.writeByte(columnForm.constant)
  out.writeValue(valueAt(all.pages, all.shape, field, all.slots.list[0]!), undefined, all.precisions[field])
}

function writeBits(out: DeltaWriter, values: readonly unknown[]): void {
  const bits = new Uint8Array((values.length + 7) >>> 3)
  for (let index = 0; index < values.length; index++) if (values[index] === true) bits[index >>> 3]! |= 1 << (index & 7)
  out.bytes.writeRaw(bits)
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
  if (bases !== undefined) for (let index = 0; index < count; index++) values[index] = values[index]! - bases[index]!
  const { forecast, by } =
    all.bases === undefined ? chooseForNew(values, count) : chooseForQuanta(pool, all, numbers, found)
  bytes.writeByte(columnForm.quanta)
  writeNumber(bytes, quantum)
  writeForecast(bytes, forecast)
  if (by !== undefined) addChanges(values, -1, forecast.factor, by, count)
  if (forecast.source === source.previous) {
    for (let index = count - 1; index > 0; index--) values[index] = values[index]! - values[index - 1]!
  }
  writeInts(bytes, values, count)
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

/**
 * The forecast that leaves the fewest bits in a sample of the rows.
 * @param numbers holds the changes in its `values`
 */
function chooseForQuanta(
  pool: NumberPool,
  all: ColumnRows,
  { values, count, quantum }: ColumnNumbers,
  found: readonly Forecast[],
): Choice {
  let best: Choice = { forecast: fromBase, by: undefined }
  if (found.length === 0) return best
  const size = Math.min(count, sampleSize)
  let bestBits = 0
  for (let sample = 0; sample < size; sample++) {
    bestBits += bitsOf(values[samplePlace(sample, count)]!)
  }
  bestBits *= worthwhile
  for (const candidate of found) {
    const factor = candidate.factor / quantum!
    const from = pagesOf(all, candidate)
    let bits = 0
    for (let sample = 0; sample < size; sample++) {
      const place = samplePlace(sample, count)
      const other = valueAt(from, all.shape, candidate.field, all.slots.list[place]!) as number
      bits += bitsOf(values[place]! - toNearest(factor * other))
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

/**
 * Writes numbers without rounding: a bit for each that is exactly as forecast, the others whole. A position that moves
 * by its velocity costs one bit, since both sides compute the same sum.
 */
function writeFloats(out: DeltaWriter, all: ColumnRows, numbers: ColumnNumbers, found: readonly Forecast[]): void {
  const { bytes, pool } = out
  const { values, bases, count } = numbers
  const forecast = bases === undefined ? fromNothing : chooseForFloats(pool, all, values, bases, found)
  bytes.writeByte(columnForm.floats)
  writeForecast(bytes, forecast)
  const expected = bases === undefined ? undefined : expectedNumbers(pool, all, forecast, bases)
  const isExpected = (index: number): boolean => expected !== undefined && Object.is(expected[index], values[index])
  let isShort = true
  for (let index = 0; index < count && isShort; index++) {
    isShort = isExpected(index) || Object.is(Math.fround(values[index]!), values[index])
  }
  bytes.writeByte(isShort ? floatWidth.float32 : floatWidth.float64)
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

/** The forecast that is exact for most rows of a sample. */
function chooseForFloats(
  pool: NumberPool,
  all: ColumnRows,
  values: Float64Array,
  bases: Float64Array,
  found: readonly Forecast[],
): Forecast {
  const { list, count } = all.slots
  let best = fromNothing
  let bestHits = 0
  for (const forecast of found) {
    const from = pagesOf(all, forecast)
    if (!readNumbers(from, all.shape, forecast.field, all.slots, pool.take(count))) continue
    let hits = 0
    for (let sample = 0; sample < sampleSize && sample < count; sample++) {
      const place = samplePlace(sample, count)
      const other = valueAt(from, all.shape, forecast.field, list[place]!) as number
      if (Object.is(bases[place]! + forecast.factor * other, values[place])) hits++
    }
    if (hits <= bestHits) continue
    bestHits = hits
    best = forecast
  }
  return best
}
