import { readBitmap } from '../bits.js'
import { readInts, writeInts } from '../int-coder.js'
import { malformed } from '../malformed.js'
import { isSame } from '../same.js'
import { tag } from '../tags.js'
import { deleted, type ValueReader, type ValueWriter } from '../value-io.js'
import { type ColumnNumbers, takeColumns } from './column-numbers.js'
import type { ColumnRows } from './column-rows.js'
import { readFloats, writeFloats } from './float-column.js'
import { columnForm } from './forms.js'
import type { Prediction } from './prediction.js'
import { readSteps, writeSteps } from './step-column.js'
import { readTexts, writeTexts } from './text-column.js'

/** A row is a first level again, so its fields are on the second. */
const fieldDepth = 1

/** From so many rows on it is worth a look whether a few values recur. */
const minChoiceRows = 8
/** Most values that a column of choices lists. */
const maxChoices = 32

/**
 * Writes one field of many rows, in the first of these forms that can say it: one value for all, booleans, numbers, a few
 * values that recur, texts, each value for itself.
 * @param numbers the field, where it has been taken out already and is all numbers; useless afterwards
 * @param found what may foretell the field
 */
export function writeColumn(
  out: ValueWriter,
  all: ColumnRows,
  field: number,
  numbers: ColumnNumbers | undefined = takeColumns(out.pool, all, [field])[0],
  found: readonly Prediction[] = [],
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

/** Reads what `writeColumn` wrote, into the rows. @returns whether there are objects among the values */
export function readColumn(input: ValueReader, all: ColumnRows, field: number): boolean {
  const form = input.bytes.readByte()
  if (form === columnForm.steps || form === columnForm.floats) {
    const mark = input.pool.mark()
    const numbers = input.pool.take(all.rows.length)
    if (form === columnForm.steps) readSteps(input, all, field, numbers)
    else readFloats(input, all, field, numbers)
    all.access.writeNumbers[field]!(all.rows, numbers)
    input.pool.release(mark)
    return false
  }
  const { rows, bases, fields } = all
  const name = fields[field]!
  const baseValues = bases?.map((row) => row[name])
  const values = readValues(input, form, rows.length, baseValues)
  for (let index = 0; index < rows.length; index++) rows[index]![name] = values[index]
  return (form === columnForm.values || form === columnForm.constant) && !values.every(isPrimitive)
}

function readValues(input: ValueReader, form: number, count: number, bases: readonly unknown[] | undefined): unknown[] {
  switch (form) {
    case columnForm.constant:
      return new Array(count).fill(input.readValue(undefined, fieldDepth))
    case columnForm.bits:
      return readBits(input, count)
    case columnForm.flipped:
      if (bases?.every((base) => typeof base === 'boolean')) return bases.map((base) => !base)
      throw malformed('only a boolean has an opposite')
    case columnForm.texts:
      return readTexts(input.bytes, count, bases)
    case columnForm.choices:
      return readChoices(input, count)
    case columnForm.values:
      return readEach(input, count, bases)
    default:
      throw malformed(`no column begins with the byte ${form}`)
  }
}

function writeNumbers(
  out: ValueWriter,
  all: ColumnRows,
  field: number,
  numbers: ColumnNumbers,
  found: readonly Prediction[],
): void {
  if (numbers.count > 1 && isConstant(numbers)) writeConstant(out, all, field)
  else if (numbers.step !== undefined) writeSteps(out, all, numbers, found)
  else writeFloats(out, all, numbers, found)
}

function isConstant({ values, count }: ColumnNumbers): boolean {
  for (let index = 1; index < count; index++) if (!Object.is(values[index], values[0])) return false
  return true
}

function writeConstant(out: ValueWriter, all: ColumnRows, field: number): void {
  out.bytes.writeByte(columnForm.constant)
  out.writeValue(all.rows[0]![all.fields[field]!], undefined, all.precisions[field])
}

function writeBits(out: ValueWriter, values: readonly unknown[]): void {
  const bits = new Uint8Array((values.length + 7) >>> 3)
  for (let index = 0; index < values.length; index++) if (values[index] === true) bits[index >>> 3]! |= 1 << (index & 7)
  out.bytes.writeRaw(bits)
}

function readBits(input: ValueReader, count: number): boolean[] {
  const bits = readBitmap(input.bytes, count)
  return Array.from({ length: count }, (_, index) => (bits[index >>> 3]! & (1 << (index & 7))) !== 0)
}

/** @returns false, and writes nothing, where the values are too many or are not texts, booleans and null */
function writeChoices(out: ValueWriter, values: readonly unknown[]): boolean {
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

function readChoices(input: ValueReader, count: number): unknown[] {
  const size = input.bytes.readCount(1)
  if (size > maxChoices) throw malformed(`a column lists at most ${maxChoices} values`)
  const choices: unknown[] = []
  for (let index = 0; index < size; index++) choices.push(input.readValue(undefined, fieldDepth))
  const chosen = new Float64Array(count)
  readInts(input.bytes, count, chosen)
  return Array.from({ length: count }, (_, index) => {
    const place = chosen[index]!
    if (!(place >= 0 && place < size)) throw malformed('a choice that is not listed')
    return choices[place]
  })
}

function readEach(input: ValueReader, count: number, bases: readonly unknown[] | undefined): unknown[] {
  if (count > input.bytes.remaining) throw malformed('more values than bytes')
  const values: unknown[] = []
  for (let index = 0; index < count; index++) {
    const value =
      bases === undefined ? input.readValue(values[index - 1], fieldDepth) : input.readChange(bases[index], fieldDepth)
    if (value === deleted) throw malformed('a field of a row cannot be deleted')
    values.push(value)
  }
  return values
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
