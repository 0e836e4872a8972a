import type { ByteReader } from '../../bytes/bytes.js'
import { elementsOf } from '../../values/elements.js'
import { malformed } from '../../values/plain.js'
import { readInts } from '../bits/ints.js'
import { type DeltaReader, deleted } from '../context.js'
import { readNumber } from '../values/number.js'
import { maxQuanta } from '../values/quanta.js'
import { readNumbers, readValues, writeOpposites, writeValues } from './column-cells.js'
import {
  type ColumnRows,
  columnForm,
  fieldDepth,
  floatWidth,
  fromQuanta,
  isPrimitive,
  maxChoices,
  readingPool,
  toQuanta,
} from './column-data.js'
import { addChanges, expectedNumbers, readForecast, readSource, source } from './forecast.js'
import { readTexts } from './texts.js'

/** Reads what `writeColumn` wrote, into the pages. @returns true if a value is an object or an array */
export function readColumn(input: DeltaReader, all: ColumnRows, field: number): boolean {
  const { shape, bases, pages, slots } = all
  const { count } = slots
  const form = input.bytes.readByte()
  if (form === columnForm.quanta || form === columnForm.floats) {
    const mark = readingPool.mark()
    const numbers = readingPool.take(count)
    if (form === columnForm.quanta) readQuanta(input, all, field, numbers)
    else readFloats(input, all, field, numbers)
    writeValues(pages, shape, field, slots, numbers)
    readingPool.release(mark)
    return false
  }
  if (form === columnForm.flipped && bases !== undefined && writeOpposites(bases, pages, field, slots)) return false
  const values = readOthers(input, form, count, bases && readValues(bases, shape, field, slots))
  // the values of other forms have been counted one by one, or are small
  if (form === columnForm.constant || form === columnForm.texts || form === columnForm.choices) spendAll(input, values)
  writeValues(pages, shape, field, slots, values)
  return (form === columnForm.values || form === columnForm.constant) && !values.every(isPrimitive)
}

/** Counts values of which many may be the same one: each counts whole. */
export function spendAll(input: DeltaReader, values: readonly unknown[]): void {
  for (const value of values) input.spend(elementsOf(value))
}

function readOthers(input: DeltaReader, form: number, count: number, bases: readonly unknown[] | undefined): unknown[] {
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

function readBits(input: DeltaReader, count: number): boolean[] {
  const bits = readBitmap(input.bytes, count)
  return Array.from({ length: count }, (_, index) => (bits[index >>> 3]! & (1 << (index & 7))) !== 0)
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

/** Reads what `writeQuanta` wrote after its first byte, into `values`. */
function readQuanta(input: DeltaReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes } = input
  const { count } = all.slots
  const quantum = readQuantum(bytes)
  const forecast = readForecast(bytes, all, field)
  const residuals = readingPool.take(count)
  readInts(bytes, count, residuals)
  if (all.bases === undefined || forecast.source === source.none) values.fill(0, 0, count)
  else if (!readNumbers(all.bases, all.shape, field, all.slots, values) || !toQuanta(values, count, quantum)) {
    throw malformed()
  }
  if (forecast.source >= source.baseField) {
    const by = readingPool.take(count)
    if (!readSource(all, forecast, by)) throw malformed()
    addChanges(values, 1, forecast.factor, by, count)
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

function readQuantum(bytes: ByteReader): number {
  const quantum = readNumber(bytes, bytes.readByte())
  if (quantum !== undefined && quantum > 0 && quantum < Number.POSITIVE_INFINITY) return quantum
  throw malformed()
}

/** Reads what `writeFloats` wrote after its first byte. */
function readFloats(input: DeltaReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes } = input
  const { count } = all.slots
  const forecast = readForecast(bytes, all, field)
  const size = bytes.readByte()
  if (size > floatWidth.float32) throw malformed()
  let bits: Uint8Array | undefined
  if (forecast.source !== source.none) {
    if (forecast.source === source.base) throw malformed()
    if (all.bases === undefined || !readNumbers(all.bases, all.shape, field, all.slots, values)) {
      throw malformed()
    }
    expectedNumbers(readingPool, all, forecast, values)
    bits = readBitmap(bytes, count)
  }
  for (let index = 0; index < count; index++) {
    if (bits !== undefined && (bits[index >>> 3]! & (1 << (index & 7))) !== 0) continue
    values[index] = size === floatWidth.float32 ? bytes.readFloat32() : bytes.readFloat64()
  }
}

/** Reads `count` bits, lowest first; the rest of the last byte must be zeros. @returns a view of the bytes */
function readBitmap(bytes: ByteReader, count: number): Uint8Array {
  const bitmap = bytes.readRaw((count + 7) >>> 3)
  if (count % 8 !== 0 && bitmap[bitmap.length - 1]! >>> (count % 8) !== 0) throw malformed()
  return bitmap
}
