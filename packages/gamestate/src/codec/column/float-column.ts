import { GameStateError } from '../../errors.js'
import type { ValueReader, ValueWriter } from '../value-io.js'
import type { ColumnNumbers } from './column-numbers.js'
import type { ColumnRows } from './column-rows.js'
import { columnForm } from './forms.js'
import {
  fromNothing,
  type Prediction,
  readPrediction,
  readSource,
  samplePlaces,
  source,
  writePrediction,
} from './prediction.js'

/** The byte after the prediction: how the numbers that were not foretold are written. */
const width = { float64: 0, float32: 1 } as const

/**
 * Writes numbers without losing a bit: which of them are exactly what was foretold, and the others whole. A position that
 * moves by its velocity costs a bit, as the same sum gives the same number on both sides.
 */
export function writeFloats(
  out: ValueWriter,
  all: ColumnRows,
  { values, bases }: ColumnNumbers,
  found: readonly Prediction[],
): void {
  const { bytes } = out
  const count = values.length
  const prediction = bases === undefined ? fromNothing : choose(all, values, bases, found)
  bytes.writeByte(columnForm.floats)
  writePrediction(bytes, prediction)
  const expected = bases === undefined ? undefined : expectedNumbers(all, prediction, bases)
  const isExpected = (index: number): boolean => expected !== undefined && Object.is(expected[index], values[index])
  const isShort = values.every((value, index) => isExpected(index) || Object.is(Math.fround(value), value))
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
export function readFloats(input: ValueReader, all: ColumnRows, field: number): Float64Array {
  const { bytes } = input
  const count = all.rows.length
  const prediction = readPrediction(bytes, all)
  const size = bytes.readByte()
  if (size > width.float32) throw malformed('floats have an unknown width')
  const values = new Float64Array(count)
  let bits: Uint8Array | undefined
  if (prediction.source !== source.none) {
    if (all.bases === undefined || !all.access.readNumbers[field]!(all.bases, values)) {
      throw malformed('a field that is no number was foretold')
    }
    expectedNumbers(all, prediction, values)
    bits = bytes.readRaw((count + 7) >>> 3)
  }
  for (let index = 0; index < count; index++) {
    if (bits !== undefined && (bits[index >>> 3]! & (1 << (index & 7))) !== 0) continue
    values[index] = size === width.float32 ? bytes.readFloat32() : bytes.readFloat64()
  }
  return values
}

/** The prediction that is exact most often, in a sample of the rows. */
function choose(all: ColumnRows, numbers: Float64Array, bases: Float64Array, found: readonly Prediction[]): Prediction {
  const places = samplePlaces(all.rows.length)
  let best = fromNothing
  let bestHits = 0
  for (const prediction of found) {
    const name = all.fields[prediction.field]!
    const rows = prediction.source === source.baseField ? all.bases! : all.rows
    const isNumber = rows.every((row) => typeof row[name] === 'number')
    if (!isNumber) continue
    const hits = places.filter((place) =>
      Object.is(bases[place]! + prediction.factor * (rows[place]![name] as number), numbers[place]),
    ).length
    if (hits <= bestHits) continue
    bestHits = hits
    best = prediction
  }
  return best
}

/** Turns what the field was into what it is expected to be, in place. */
function expectedNumbers(all: ColumnRows, prediction: Prediction, bases: Float64Array): Float64Array | undefined {
  if (prediction.source === source.none) return undefined
  if (prediction.source < source.baseField) return bases
  const by = new Float64Array(all.rows.length)
  if (!readSource(all, prediction, by)) throw malformed('a prediction goes by what is no number')
  for (let index = 0; index < by.length; index++) bases[index]! += prediction.factor * by[index]!
  return bases
}

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
