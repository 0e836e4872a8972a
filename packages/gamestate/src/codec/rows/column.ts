import { isSame } from '../../values/kinds.js'
import { malformed } from '../../values/plain.js'
import { readBitmap } from '../bits/bits.js'
import { readInts, writeInts } from '../bits/ints.js'
import { type DeltaReader, type DeltaWriter, deleted } from '../context.js'
import { tag } from '../values/tags.js'
import { readTexts, writeTexts } from '../values/text.js'
import { type ColumnNumbers, type ColumnRows, columnForm, takeColumns } from './column-data.js'
import type { Forecast } from './forecast.js'
import { readFloats, readQuanta, writeFloats, writeQuanta } from './number-columns.js'

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
  for (let index = 0; index < rows.length; index++) rows[index]![name] = values[index]
  return (form === columnForm.values || form === columnForm.constant) && !values.every(isPrimitive)
}

function readValues(input: DeltaReader, form: number, count: number, bases: readonly unknown[] | undefined): unknown[] {
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

function readEach(input: DeltaReader, count: number, bases: readonly unknown[] | undefined): unknown[] {
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
