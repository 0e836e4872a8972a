import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import { GameStateError } from '../../errors.js'
import { readNumber, writeNumber } from '../number-codec.js'
import { roundTo } from '../precision.js'
import type { ColumnRows } from './column-rows.js'

/** What a column's numbers are compared with. The values are on the wire. */
export const source = {
  /** Nothing: the numbers themselves. */
  none: 0,
  /** The row before. */
  previous: 1,
  /** The field as it was. */
  base: 2,
  /** The field as it was, plus a factor times another field as it was: a position and its velocity. */
  baseField: 3,
  /** The same with the other field as it is now; its column, if it has one, comes first. */
  nextField: 4,
} as const

export interface Prediction {
  readonly source: number
  /** Index of the other field. */
  readonly field: number
  readonly factor: number
}

export const fromBase: Prediction = { source: source.base, field: 0, factor: 0 }
export const fromNothing: Prediction = { source: source.none, field: 0, factor: 0 }
export const fromPrevious: Prediction = { source: source.previous, field: 0, factor: 0 }

/** Rows that are looked at to find what foretells a field. */
export const sampleSize = 12

/** Places spread evenly over so many rows. */
export function samplePlaces(count: number): number[] {
  const size = Math.min(count, sampleSize)
  return Array.from({ length: size }, (_, index) => Math.floor((index * count) / size))
}

/**
 * Looks for fields that the change of `field` is a multiple of, in a sample of the rows.
 * @param sentLater whether a field's own column will be written after this one, so that its new value cannot be used
 * @returns candidates with their factors in units of the field, best guess first; empty for nothing found
 */
export function findPredictions(all: ColumnRows, field: number, sentLater: (field: number) => boolean): Prediction[] {
  const { shape, bases, rows } = all
  if (bases === undefined) return []
  const name = shape[field]!
  const places = samplePlaces(rows.length)
  const found: Prediction[] = []
  for (let other = 0; other < shape.length; other++) {
    if (other === field) continue
    const otherName = shape[other]!
    if (typeof rows[places[0]!]![otherName] !== 'number') continue
    for (const from of [source.baseField, source.nextField]) {
      if (from === source.nextField && sentLater(other)) continue
      const factors: number[] = []
      for (const place of places) {
        const by = (from === source.baseField ? bases : rows)[place]![otherName]
        const change = (rows[place]![name] as number) - (bases[place]![name] as number)
        if (typeof by === 'number' && by !== 0 && Number.isFinite(change / by)) factors.push(change / by)
      }
      const factor = agreedFactor(factors)
      if (factor !== undefined) found.push({ source: from, field: other, factor })
    }
  }
  return found
}

/** The factor that half of the sample agrees on, as the shortest number that is as near as they are to each other. */
function agreedFactor(factors: number[]): number | undefined {
  if (factors.length < 2) return undefined
  const sorted = factors.toSorted((a, b) => a - b)
  const median = sorted[sorted.length >>> 1]!
  if (median === 0) return undefined
  const tolerance = Math.abs(median) * 1e-6
  if (sorted.filter((factor) => Math.abs(factor - median) <= tolerance).length * 2 < sorted.length) return undefined
  return shorten(median)
}

/** 0.049999999998 is 0.05, 0.016666666661 is 1/60: factors are steps of time, most often. */
export function shorten(factor: number): number {
  const reciprocal = 1 / Math.round(1 / factor)
  for (const candidate of [Number(factor.toPrecision(7)), reciprocal]) {
    if (Math.abs(candidate - factor) <= Math.abs(factor) * 1e-8) return candidate
  }
  return factor
}

/** The values of the other field that a prediction goes by, as the reader has them. @returns false where one is no number */
export function readSource(all: ColumnRows, prediction: Prediction, into: Float64Array): boolean {
  const rows = prediction.source === source.baseField ? all.bases! : all.rows
  if (!all.access.readNumbers[prediction.field]!(rows, into)) return false
  const precision = all.precisions[prediction.field]
  if (typeof precision === 'number') {
    for (let index = 0; index < rows.length; index++) into[index] = roundTo(into[index]!, precision)
  }
  return true
}

export function writePrediction(bytes: ByteWriter, prediction: Prediction): void {
  bytes.writeByte(prediction.source)
  if (prediction.source < source.baseField) return
  bytes.writeVarUint(prediction.field)
  writeNumber(bytes, prediction.factor)
}

/** @throws GameStateError `invalid_delta` where the rows have nothing that it could go by */
export function readPrediction(bytes: ByteReader, all: ColumnRows): Prediction {
  const from = bytes.readByte()
  if (from > source.nextField || from >= source.base !== (all.bases !== undefined && from !== source.none)) {
    throw new GameStateError('invalid_delta', `no prediction has the number ${from} here`)
  }
  if (from < source.baseField) return { source: from, field: 0, factor: 0 }
  const field = bytes.readVarUint()
  if (field >= all.shape.length) throw new GameStateError('invalid_delta', `there is no field ${field}`)
  const factor = readNumber(bytes, bytes.readByte())
  if (factor === undefined || !Number.isFinite(factor)) {
    throw new GameStateError('invalid_delta', 'a prediction has a finite factor')
  }
  return { source: from, field, factor }
}
