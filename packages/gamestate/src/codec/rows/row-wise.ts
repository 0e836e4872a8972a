import type { ByteWriter } from '../../bytes/byte-writer.js'
import { lowestBit, maxSlots, pageSize } from '../../rows/page.js'
import type { Table } from '../../rows/table.js'
import { malformed } from '../../values/plain.js'
import { BitReader } from '../bits/bits.js'
import { readSlots, writeSlotBits, writeSlots } from '../bits/slot-set.js'
import type { DeltaReader, DeltaWriter } from '../context.js'
import { maxQuanta } from '../values/number.js'
import { readQuantum } from './column.js'
import { columnRows, readForecast, source } from './column-data.js'
import type { DiffGroup } from './diff-groups.js'
import { fromQuanta, toQuanta } from './quanta.js'
import { bitsFor, readChangeBits } from './row-bits.js'
import { findRowForecasts } from './row-forecasts.js'
import { elementsOfRow } from './row-groups.js'
import type { SharedDiff } from './shared-diff.js'

/** Slots are written as bits for at least so many rows, if there are at most so many slots for each row. */
const minBitRows = 8
const maxSpread = 8

/**
 * Writes changed rows row by row instead of column by column. That is longer, but a row's bytes are the same in every
 * subset, so they are made once. Forecasts are found in the rows of the group only.
 */
export function writeRowWise({ bytes, pool }: DeltaWriter, diff: SharedDiff, group: DiffGroup): void {
  const { fields, by } = findRowForecasts(pool, diff, group)
  const bits = bitsFor(diff, group, fields, by)
  bytes.writeVarUint(group.shape)
  bytes.writeRaw(bits.head)
  writeSlotsOf(bytes, group)
  bits.write(bytes, group)
}

/** Writes slots that are near each other as bits, since the bits are at hand. */
function writeSlotsOf(bytes: ByteWriter, { count, runs }: DiffGroup): void {
  const first = runs[0]! * pageSize + lowestBit(runs[1]!)
  const last = runs[runs.length - 2]! * pageSize + 31 - Math.clz32(runs[runs.length - 1]!)
  const span = last - first + 1
  if (count < minBitRows || span > count * maxSpread || span === count) writeSlots(bytes, slotsOf(runs))
  else writeSlotBits(bytes, runs, first, last)
}

function slotsOf(runs: readonly number[]): number[] {
  const slots: number[] = []
  for (let place = 0; place < runs.length; place += 2) {
    const first = runs[place]! * pageSize
    for (let bits = runs[place + 1]!; bits !== 0; bits &= bits - 1) slots.push(first + lowestBit(bits))
  }
  return slots
}

/** A field as a reader knows it. */
interface ReadField {
  readonly field: number
  readonly quantum: number
  readonly forecast: ReturnType<typeof readForecast>
  /** For each row the change in quanta; NaN for a field that is as forecast. */
  readonly changes: Float64Array
}

/**
 * Reads what `writeRowWise` wrote, into an open table.
 * @param shapeIndex the number of the shape, which the caller has read
 * @returns the slots
 */
export function readRowWise(input: DeltaReader, table: Table, shapeIndex: number): readonly number[] {
  const { bytes, pool } = input
  const mark = pool.mark()
  const shape = table.shapes[shapeIndex]!
  const count = bytes.readCount(3)
  if (count === 0 || count > shape.fields.length) throw malformed()
  const heads = readHeads(input, table, shapeIndex, count)
  const slots = readSlots(bytes, table.size, maxSlots)
  const bases = table.rowsAt(slots, shapeIndex)
  if (bases === undefined) throw malformed()
  if (slots.length * heads.length > bytes.remaining * 8) throw malformed()
  input.spend(slots.length * elementsOfRow(shape))
  const read = heads.map((head): ReadField => ({ ...head, changes: pool.take(slots.length) }))
  const bits = new BitReader(bytes)
  for (let place = 0; place < slots.length; place++) {
    for (const { forecast, changes } of read) {
      changes[place] = readChangeBits(bits, forecast.source !== source.base)
    }
  }
  bits.expectZeros()
  const rows = bases.map((base) => shape.access.copy(base))
  for (const { field, quantum, forecast, changes } of read) {
    const values = pool.take(slots.length)
    if (!shape.access.readNumbers[field]!(bases, values, 0, slots.length) || !toQuanta(values, slots.length, quantum)) {
      throw malformed()
    }
    const by = forecast.source === source.baseField ? bases : rows
    const byName = shape.fields[forecast.field]!
    for (let place = 0; place < slots.length; place++) {
      let change = changes[place]!
      if (Number.isNaN(change)) change = forecastChange(forecast.factor, by[place]![byName])
      const quanta = values[place]! + change
      if (!(Math.abs(quanta) <= maxQuanta)) throw malformed()
      values[place] = quanta
    }
    fromQuanta(values, slots.length, quantum)
    shape.access.writeNumbers[field]!(rows, values)
  }
  for (const row of rows) Object.freeze(row)
  table.replaceRows(slots, rows)
  pool.release(mark)
  return slots
}

function forecastChange(factor: number, by: unknown): number {
  if (typeof by === 'number' && Number.isFinite(by)) return Math.round(factor * by)
  throw malformed()
}

function readHeads(
  { bytes }: DeltaReader,
  table: Table,
  shapeIndex: number,
  count: number,
): Omit<ReadField, 'changes'>[] {
  const all = columnRows(table.shapes[shapeIndex]!, [], [], undefined)
  const heads: Omit<ReadField, 'changes'>[] = []
  let seen = 0
  for (let index = 0; index < count; index++) {
    const field = bytes.readVarUint()
    if (field >= all.fields.length) throw malformed()
    if ((seen & (1 << field)) !== 0) throw malformed()
    seen |= 1 << field
    const quantum = readQuantum(bytes)
    const forecast = readForecast(bytes, all, field)
    if (forecast.source === source.none) throw malformed()
    heads.push({ field, quantum, forecast })
  }
  return heads
}
