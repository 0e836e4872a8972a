import { GameStateError } from '../../errors.js'
import { Ints, readInts, writeInts } from '../int-coder.js'
import { decimalsOf, readNumber, writeNumber } from '../number-codec.js'
import { maxSteps, numberOf, type PrecisionNode, stepsOf } from '../precision.js'
import type { ValueReader, ValueWriter } from '../value-io.js'
import type { ColumnRows } from './column-rows.js'
import { columnForm } from './forms.js'
import {
  findPredictions,
  fromBase,
  fromNothing,
  fromPrevious,
  type Prediction,
  readPrediction,
  readSource,
  samplePlaces,
  source,
  writePrediction,
} from './prediction.js'

/** Finest power of ten that is looked for in numbers without a declared precision. */
const maxFoundDecimals = 4
const foundSteps = [1, 0.1, 0.01, 0.001, 0.0001]

/** A prediction has to save this share of the bits in the sample. */
const worthwhile = 0.85

const residuals = new Ints()

/**
 * Writes numbers as integer multiples of a step: the declared one, else a power of ten that all of them are multiples of.
 * @param numbers the field in all rows @param bases the field as it was
 * @returns false, and writes nothing, where there is no such step
 */
export function writeSteps(
  out: ValueWriter,
  all: ColumnRows,
  field: number,
  numbers: Float64Array,
  bases: Float64Array | undefined,
  sentLater: (field: number) => boolean,
): boolean {
  const count = all.rows.length
  const step = findStep(all.precisions[field], numbers, bases, count)
  if (step === undefined) return false
  // from here on the arrays hold steps
  if (!toSteps(numbers, count, step) || (bases !== undefined && !toSteps(bases, count, step))) return false
  const prediction = choose(all, field, numbers, bases, step, sentLater)
  const { bytes } = out
  bytes.writeByte(columnForm.steps)
  writeNumber(bytes, step)
  writePrediction(bytes, prediction)
  fillResiduals(all, prediction, numbers, bases)
  writeInts(bytes, residuals)
  return true
}

/** Reads what `writeSteps` wrote after its first byte. */
export function readSteps(input: ValueReader, all: ColumnRows, field: number): Float64Array {
  const { bytes } = input
  const count = all.rows.length
  const step = readNumber(bytes, bytes.readByte())
  if (step === undefined || !(step > 0 && step < Number.POSITIVE_INFINITY))
    throw malformed('a step is a number above 0')
  const prediction = readPrediction(bytes, all)
  readInts(bytes, count, residuals)
  const values = new Float64Array(count)
  if (all.bases !== undefined && prediction.source !== source.none) {
    if (!all.access.readNumbers[field]!(all.bases, values) || !toSteps(values, count, step)) {
      throw malformed('a field that is no number of steps')
    }
  }
  addPrediction(all, prediction, values)
  let previous = 0
  for (let index = 0; index < count; index++) {
    const steps = values[index]! + residuals.values[index]! + previous
    if (!(Math.abs(steps) <= maxSteps)) throw malformed('a number of steps is out of range')
    if (prediction.source === source.previous) previous = steps
    values[index] = numberOf(steps, step)
  }
  return values
}

function findStep(
  precision: PrecisionNode,
  numbers: Float64Array,
  bases: Float64Array | undefined,
  count: number,
): number | undefined {
  if (typeof precision === 'number') return precision
  let decimals = 0
  for (const list of bases === undefined ? [numbers] : [numbers, bases]) {
    for (let index = 0; index < count; index++) {
      const value = list[index]!
      if (!(Math.abs(value) <= maxSteps / 10_000)) return undefined
      const own = decimalsOf(value)
      if (own < 0 || own > maxFoundDecimals) return undefined
      if (own > decimals) decimals = own
    }
  }
  return foundSteps[decimals]
}

/** @returns false where one of them is not finite or is out of range */
function toSteps(numbers: Float64Array, count: number, step: number): boolean {
  for (let index = 0; index < count; index++) {
    const steps = stepsOf(numbers[index]!, step)
    if (Number.isNaN(steps)) return false
    numbers[index] = steps
  }
  return true
}

/** What leaves the fewest bits in a sample of the rows. */
function choose(
  all: ColumnRows,
  field: number,
  steps: Float64Array,
  bases: Float64Array | undefined,
  step: number,
  sentLater: (field: number) => boolean,
): Prediction {
  const places = samplePlaces(all.rows.length)
  if (bases === undefined) {
    const own = spread(places.map((place) => steps[place]!))
    const differences = places.map((place) => steps[place]! - (place > 0 ? steps[place - 1]! : 0))
    return sampleBits(differences.slice(1)) < own ? fromPrevious : fromNothing
  }
  let best = fromBase
  let bestBits = sampleBits(places.map((place) => steps[place]! - bases[place]!)) * worthwhile
  if (bestBits <= places.length) return best
  for (const { factor, ...found } of findPredictions(all, field, sentLater)) {
    const prediction: Prediction = { ...found, factor: factor / step }
    const otherName = all.shape[prediction.field]!
    const rows = prediction.source === source.baseField ? all.bases! : all.rows
    const bits = sampleBits(
      places.map((place) => {
        const by = rows[place]![otherName]
        return steps[place]! - bases[place]! - Math.round(prediction.factor * (typeof by === 'number' ? by : 0))
      }),
    )
    if (bits >= bestBits) continue
    bestBits = bits
    best = prediction
  }
  if (best.source !== source.base && !isFinitePrediction(all, best)) return fromBase
  return best
}

/** Adds to each number of steps what the prediction says that it changes by. */
function addPrediction(all: ColumnRows, prediction: Prediction, steps: Float64Array): void {
  if (prediction.source < source.baseField) return
  const by = new Float64Array(steps.length)
  if (!readSource(all, prediction, by)) throw malformed('a prediction goes by what is no number')
  for (let index = 0; index < steps.length; index++) steps[index]! += Math.round(prediction.factor * by[index]!)
}

function isFinitePrediction(all: ColumnRows, prediction: Prediction): boolean {
  const by = new Float64Array(all.rows.length)
  return readSource(all, prediction, by) && by.every((value) => Math.abs(prediction.factor * value) < maxSteps)
}

function fillResiduals(
  all: ColumnRows,
  prediction: Prediction,
  steps: Float64Array,
  bases: Float64Array | undefined,
): void {
  const count = all.rows.length
  residuals.reset(count)
  const expected = prediction.source === source.none || bases === undefined ? new Float64Array(count) : bases
  addPrediction(all, prediction, expected)
  let previous = 0
  for (let index = 0; index < count; index++) {
    residuals.push(steps[index]! - expected[index]! - previous)
    if (prediction.source === source.previous) previous = steps[index]!
  }
}

/** Bits that numbers near zero take. */
function sampleBits(numbers: readonly number[]): number {
  let bits = 0
  for (const number of numbers) bits += 1 + Math.log2(1 + 2 * Math.abs(number))
  return bits
}

/** Bits that numbers take which lie anywhere between the lowest and the highest. */
function spread(numbers: readonly number[]): number {
  return (1 + Math.log2(1 + Math.max(...numbers) - Math.min(...numbers))) * (numbers.length - 1)
}

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
