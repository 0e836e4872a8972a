import type { ByteReader } from '../../bytes/byte-reader.js'
import { readInts, writeInts } from '../int-coder.js'
import { malformed } from '../malformed.js'
import { readNumber, writeNumber } from '../number-codec.js'
import type { NumberPool } from '../number-pool.js'
import { maxSteps, toNumbers, toSteps } from '../precision.js'
import type { ValueReader, ValueWriter } from '../value-io.js'
import type { ColumnNumbers } from './column-numbers.js'
import type { ColumnRows } from './column-rows.js'
import { columnForm } from './forms.js'
import {
  fromBase,
  fromNothing,
  fromPrevious,
  type Prediction,
  readPrediction,
  readSource,
  samplePlace,
  sampleSize,
  source,
  writePrediction,
} from './prediction.js'

/** A prediction has to save this share of the bits in the sample. */
const worthwhile = 0.85

/**
 * Writes numbers as integer multiples of a step.
 * @param numbers in steps; useless afterwards
 * @param found what may foretell the field, with factors in units of it
 */
export function writeSteps(
  out: ValueWriter,
  all: ColumnRows,
  numbers: ColumnNumbers,
  found: readonly Prediction[],
): void {
  const { bytes, pool } = out
  const { values, bases, count } = numbers
  const step = numbers.step!
  const { prediction, by } = bases === undefined ? chooseForNew(values, count) : choose(pool, all, numbers, found)
  bytes.writeByte(columnForm.steps)
  writeNumber(bytes, step)
  writePrediction(bytes, prediction)
  if (bases !== undefined) {
    if (by !== undefined) addChanges(bases, prediction.factor, by, count)
    for (let index = 0; index < count; index++) values[index] = values[index]! - bases[index]!
  } else if (prediction.source === source.previous) {
    for (let index = count - 1; index > 0; index--) values[index] = values[index]! - values[index - 1]!
  }
  writeInts(bytes, values, count)
}

/** Reads what `writeSteps` wrote after its first byte, into `values`. */
export function readSteps(input: ValueReader, all: ColumnRows, field: number, values: Float64Array): void {
  const { bytes, pool } = input
  const count = all.rows.length
  const step = readStep(bytes)
  const prediction = readPrediction(bytes, all, field)
  const residuals = pool.take(count)
  readInts(bytes, count, residuals)
  if (all.bases === undefined || prediction.source === source.none) values.fill(0, 0, count)
  else if (!all.access.readNumbers[field]!(all.bases, values, 0, count) || !toSteps(values, count, step)) {
    throw malformed('a field that is no number of steps')
  }
  if (prediction.source >= source.baseField) {
    const by = pool.take(count)
    if (!readSource(all, prediction, by)) throw malformed('a prediction goes by what is no number')
    addChanges(values, prediction.factor, by, count)
  }
  let previous = 0
  for (let index = 0; index < count; index++) {
    const steps = values[index]! + residuals[index]! + previous
    if (!(Math.abs(steps) <= maxSteps)) throw malformed('a number of steps is out of range')
    if (prediction.source === source.previous) previous = steps
    values[index] = steps
  }
  toNumbers(values, count, step)
}

export function readStep(bytes: ByteReader): number {
  const step = readNumber(bytes, bytes.readByte())
  if (step !== undefined && step > 0 && step < Number.POSITIVE_INFINITY) return step
  throw malformed('a step is a number above 0')
}

/** A prediction, and the values that it goes by. */
interface Choice {
  readonly prediction: Prediction
  readonly by: Float64Array | undefined
}

/** Whether numbers are nearer to each other from row to row than over all, in a sample. */
function chooseForNew(steps: Float64Array, count: number): Choice {
  let lowest = steps[0]!
  let highest = lowest
  let bits = 0
  const size = Math.min(count, sampleSize)
  for (let sample = 1; sample < size; sample++) {
    const place = samplePlace(sample, count)
    const value = steps[place]!
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
    bits += bitsOf(value - steps[place - 1]!)
  }
  return { prediction: bits < bitsOf(highest - lowest) * (size - 1) ? fromPrevious : fromNothing, by: undefined }
}

/** What leaves the fewest bits in a sample of the rows. */
function choose(
  pool: NumberPool,
  all: ColumnRows,
  { values, bases, count, step }: ColumnNumbers,
  found: readonly Prediction[],
): Choice {
  let best: Choice = { prediction: fromBase, by: undefined }
  if (found.length === 0) return best
  const size = Math.min(count, sampleSize)
  let bestBits = 0
  for (let sample = 0; sample < size; sample++) {
    const place = samplePlace(sample, count)
    bestBits += bitsOf(values[place]! - bases![place]!)
  }
  bestBits *= worthwhile
  for (const candidate of found) {
    const factor = candidate.factor / step!
    const name = all.fields[candidate.field]!
    const rows = candidate.source === source.baseField ? all.bases! : all.rows
    let bits = 0
    for (let sample = 0; sample < size; sample++) {
      const place = samplePlace(sample, count)
      bits += bitsOf(values[place]! - bases![place]! - Math.round(factor * (rows[place]![name] as number)))
    }
    if (!(bits < bestBits)) continue
    const prediction: Prediction = { source: candidate.source, field: candidate.field, factor }
    const by = pool.take(count)
    if (!readSource(all, prediction, by) || !isInRange(by, factor, count)) continue
    bestBits = bits
    best = { prediction, by }
  }
  return best
}

/** Adds to each number of steps what the prediction says that it changes by. */
function addChanges(steps: Float64Array, factor: number, by: Float64Array, count: number): void {
  for (let index = 0; index < count; index++) steps[index] = steps[index]! + Math.round(factor * by[index]!)
}

function isInRange(by: Float64Array, factor: number, count: number): boolean {
  let most = 0
  for (let index = 0; index < count; index++) most = Math.max(most, Math.abs(by[index]!))
  return most * Math.abs(factor) < maxSteps
}

/** Bits that a number near zero takes, about. */
function bitsOf(number: number): number {
  const size = Math.abs(number)
  return size < 2 ** 30 ? 33 - Math.clz32(2 * size) : 32
}
