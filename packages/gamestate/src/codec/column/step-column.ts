import { GameStateError } from '../../errors.js'
import { Ints, readInts, writeInts } from '../int-coder.js'
import { readNumber, writeNumber } from '../number-codec.js'
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
  samplePlaces,
  source,
  writePrediction,
} from './prediction.js'

/** A prediction has to save this share of the bits in the sample. */
const worthwhile = 0.85

const residuals = new Ints()

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
  const { bytes } = out
  const { values, bases } = numbers
  const step = numbers.step!
  const prediction = bases === undefined ? chooseForNew(values) : choose(all, values, bases, step, found)
  bytes.writeByte(columnForm.steps)
  writeNumber(bytes, step)
  writePrediction(bytes, prediction)
  if (bases !== undefined) {
    addPrediction(all, prediction, bases)
    for (let index = 0; index < values.length; index++) values[index] = values[index]! - bases[index]!
  } else if (prediction.source === source.previous) {
    for (let index = values.length - 1; index > 0; index--) values[index] = values[index]! - values[index - 1]!
  }
  writeInts(bytes, values)
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
    if (!all.access.readNumbers[field]!(all.bases, values) || !toSteps(values, step)) {
      throw malformed('a field that is no number of steps')
    }
  }
  addPrediction(all, prediction, values)
  let previous = 0
  for (let index = 0; index < count; index++) {
    const steps = values[index]! + residuals.values[index]! + previous
    if (!(Math.abs(steps) <= maxSteps)) throw malformed('a number of steps is out of range')
    if (prediction.source === source.previous) previous = steps
    values[index] = steps
  }
  toNumbers(values, step)
  return values
}

function chooseForNew(steps: Float64Array): Prediction {
  const places = samplePlaces(steps.length)
  const own = spread(places.map((place) => steps[place]!))
  const differences = places.slice(1).map((place) => steps[place]! - steps[place - 1]!)
  return sampleBits(differences) < own ? fromPrevious : fromNothing
}

/** What leaves the fewest bits in a sample of the rows. */
function choose(
  all: ColumnRows,
  steps: Float64Array,
  bases: Float64Array,
  step: number,
  found: readonly Prediction[],
): Prediction {
  const places = samplePlaces(steps.length)
  const changes = places.map((place) => steps[place]! - bases[place]!)
  let best = fromBase
  let bestBits = sampleBits(changes) * worthwhile
  for (const { factor, ...other } of found) {
    const prediction: Prediction = { ...other, factor: factor / step }
    const name = all.fields[prediction.field]!
    const rows = prediction.source === source.baseField ? all.bases! : all.rows
    const bits = sampleBits(
      places.map((place, index) => {
        const by = rows[place]![name]
        return changes[index]! - Math.round(prediction.factor * (typeof by === 'number' ? by : 0))
      }),
    )
    if (bits >= bestBits || !isInRange(all, prediction)) continue
    bestBits = bits
    best = prediction
  }
  return best
}

/** Adds to each number of steps what the prediction says that it changes by. */
function addPrediction(all: ColumnRows, prediction: Prediction, steps: Float64Array): void {
  if (prediction.source < source.baseField) return
  const by = new Float64Array(steps.length)
  if (!readSource(all, prediction, by)) throw malformed('a prediction goes by what is no number')
  const { factor } = prediction
  for (let index = 0; index < steps.length; index++) steps[index]! += Math.round(factor * by[index]!)
}

/** Whether the prediction has a number for each row. */
function isInRange(all: ColumnRows, prediction: Prediction): boolean {
  const by = new Float64Array(all.rows.length)
  if (!readSource(all, prediction, by)) return false
  let most = 0
  for (let index = 0; index < by.length; index++) most = Math.max(most, Math.abs(by[index]!))
  return most * Math.abs(prediction.factor) < maxSteps
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
