import { GameStateError } from '../errors.js'
import { decimalsOf, readNumber, writeNumber } from './number-codec.js'
import { maxSteps, numberOf, type PrecisionNode, stepsOf } from './precision.js'
import { isSame } from './same.js'
import { tag } from './tags.js'
import { deleted, type ValueReader, type ValueWriter } from './value-io.js'

/**
 * One field of many rows. `bases` are the field's values before, in rows that change; undefined for rows that are new.
 * The forms below are tried in order, and the first one that can say the column is taken.
 */
const form = {
  /** Each value for itself: whole, or as a change of what it was. */
  values: 0,
  /** One value for all rows. */
  constant: 1,
  /** Booleans as bits. */
  bits: 2,
  /** Numbers as integer multiples of a step: the difference to the base, or to the row before. */
  steps: 3,
} as const

/** Finest step that is looked for in numbers without a declared precision. */
const maxFoundDecimals = 4
const decimalSteps = [1, 0.1, 0.01, 0.001, 0.0001]

export function writeColumn(
  out: ValueWriter,
  bases: readonly unknown[] | undefined,
  values: readonly unknown[],
  precision: PrecisionNode,
): void {
  const { bytes } = out
  const [first] = values
  if (values.length > 1 && !isNested(first) && values.every((value) => isSame(first, value, precision))) {
    bytes.writeByte(form.constant)
    out.writeValue(first, undefined, precision)
    return
  }
  if (values.length > 1 && values.every((value) => typeof value === 'boolean')) {
    bytes.writeByte(form.bits)
    writeBits(out, values as readonly boolean[])
    return
  }
  const step = findStep(bases, values, precision)
  if (step !== undefined) {
    bytes.writeByte(form.steps)
    writeNumber(bytes, step)
    let previous = 0
    for (let index = 0; index < values.length; index++) {
      const steps = stepsOf(values[index] as number, step)
      if (bases !== undefined) previous = stepsOf(bases[index] as number, step)
      bytes.writeVarInt(steps - previous)
      previous = steps
    }
    return
  }
  bytes.writeByte(form.values)
  for (let index = 0; index < values.length; index++) {
    if (bases === undefined) out.writeValue(values[index], values[index - 1], precision)
    else if (!out.writeChange(bases[index], values[index], precision)) bytes.writeByte(tag.same)
  }
}

/** Reads what `writeColumn` wrote, `count` values. */
export function readColumn(input: ValueReader, bases: readonly unknown[] | undefined, count: number): unknown[] {
  const kind = input.bytes.readByte()
  switch (kind) {
    case form.constant:
      return readConstant(input, count)
    case form.bits:
      return readBits(input, count)
    case form.steps:
      return readSteps(input, bases, count)
    case form.values:
      return readValues(input, bases, count)
    default:
      throw malformed(`no column begins with the byte ${kind}`)
  }
}

function readConstant(input: ValueReader, count: number): unknown[] {
  return new Array(count).fill(input.readValue(undefined, 0))
}

function writeBits(out: ValueWriter, values: readonly boolean[]): void {
  const bits = new Uint8Array((values.length + 7) >>> 3)
  for (let index = 0; index < values.length; index++) if (values[index]) bits[index >>> 3]! |= 1 << (index & 7)
  out.bytes.writeRaw(bits)
}

function readBits(input: ValueReader, count: number): boolean[] {
  const bits = input.bytes.readRaw((count + 7) >>> 3)
  const values: boolean[] = []
  for (let index = 0; index < count; index++) values.push((bits[index >>> 3]! & (1 << (index & 7))) !== 0)
  return values
}

function readSteps(input: ValueReader, bases: readonly unknown[] | undefined, count: number): number[] {
  const { bytes } = input
  const step = readNumber(bytes, bytes.readByte())
  if (step === undefined || !(step > 0) || step === Number.POSITIVE_INFINITY)
    throw malformed('a step is a number above 0')
  const values: number[] = []
  let previous = 0
  for (let index = 0; index < count; index++) {
    if (bases !== undefined) {
      const base = bases[index]
      previous = typeof base === 'number' ? stepsOf(base, step) : Number.NaN
    }
    const steps = previous + bytes.readVarInt()
    if (!(Math.abs(steps) <= maxSteps)) throw malformed('a number of steps is out of range')
    values.push(numberOf(steps, step))
    previous = steps
  }
  return values
}

function readValues(input: ValueReader, bases: readonly unknown[] | undefined, count: number): unknown[] {
  if (count > input.bytes.remaining) throw malformed('more values than bytes')
  const values: unknown[] = []
  for (let index = 0; index < count; index++) {
    const value = bases === undefined ? input.readValue(values[index - 1], 0) : input.readChange(bases[index], 0)
    if (value === deleted) throw malformed('a field of a row cannot be deleted')
    values.push(value)
  }
  return values
}

/** The step that all numbers of a column are multiples of: the declared one, else a power of ten. */
function findStep(
  bases: readonly unknown[] | undefined,
  values: readonly unknown[],
  precision: PrecisionNode,
): number | undefined {
  const all = bases === undefined ? [values] : [bases, values]
  if (typeof precision === 'number') {
    const fits = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(stepsOf(value, precision))
    return all.every((list) => list.every(fits)) ? precision : undefined
  }
  let decimals = 0
  for (const list of all) {
    for (const value of list) {
      if (typeof value !== 'number' || Math.abs(value) > maxSteps / 10 ** maxFoundDecimals) return undefined
      const own = decimalsOf(value)
      if (own < 0 || own > maxFoundDecimals) return undefined
      if (own > decimals) decimals = own
    }
  }
  return decimalSteps[decimals]
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
