import type { ByteWriter } from '../bytes/byte-writer.js'
import { lowestBit, maxSlots, pageSize } from '../entity-map/page.js'
import type { Table } from '../entity-map/table.js'
import { BitReader } from './bits.js'
import { columnRows } from './column/column-rows.js'
import { readPrediction, source } from './column/prediction.js'
import { readStep } from './column/step-column.js'
import { foretell } from './foretell.js'
import { malformed } from './malformed.js'
import { maxSteps, toNumbers, toSteps } from './precision.js'
import { bitsFor, readChangeBits } from './row-bits.js'
import { readSlots, writeSlotBits, writeSlots } from './slot-set.js'
import type { StepGroup } from './step-group.js'
import type { TableStep } from './table-step.js'
import type { ValueReader, ValueWriter } from './value-io.js'

/** From so many rows on, and up to so many slots for each, the slots are written as bits. */
const minBitRows = 8
const maxSpread = 8

/**
 * Rows that change by steps, told row by row instead of column by column: that is longer, but what is said of a row is the same for all who
 * see it. What foretells them is found in the rows of the group alone.
 */
export function writeStepRows({ bytes, pool }: ValueWriter, step: TableStep, group: StepGroup): void {
  const { fields, by } = foretell(pool, step, group)
  const bits = bitsFor(step, group, fields, by)
  bytes.writeVarUint(group.shape)
  bytes.writeRaw(bits.head)
  writeSlotsOf(bytes, group)
  bits.write(bytes, group)
}

/** As bits where they are near enough to each other: those are at hand. */
function writeSlotsOf(bytes: ByteWriter, { count, runs }: StepGroup): void {
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

/** What a reader has been told of a field. */
interface ToldField {
  readonly field: number
  readonly step: number
  readonly prediction: ReturnType<typeof readPrediction>
  /** By how many steps it changes in each row; NaN for as foretold. */
  readonly changes: Float64Array
}

/**
 * Reads what `writeStepRows` wrote, into an open table.
 * @param shapeIndex has been read already
 * @returns the slots
 */
export function readStepRows(input: ValueReader, table: Table, shapeIndex: number): readonly number[] {
  const { bytes, pool } = input
  const mark = pool.mark()
  const shape = table.shapes[shapeIndex]!
  const count = bytes.readCount(3)
  if (count === 0 || count > shape.fields.length) throw malformed('rows change in none of their fields, or in too many')
  const heads = readHeads(input, table, shapeIndex, count)
  const slots = readSlots(bytes, table.size, maxSlots)
  const bases = table.rowsAt(slots, shapeIndex)
  if (bases === undefined) throw malformed('a row is to change that is not there')
  if (slots.length * heads.length > bytes.remaining * 8) throw malformed('more changes than bits')
  const told = heads.map((head): ToldField => ({ ...head, changes: pool.take(slots.length) }))
  const bits = new BitReader(bytes)
  for (let place = 0; place < slots.length; place++) {
    for (const { prediction, changes } of told) {
      changes[place] = readChangeBits(bits, prediction.source !== source.base)
    }
  }
  bits.expectZeros()
  const rows = bases.map((base) => shape.access.copy(base))
  for (const { field, step, prediction, changes } of told) {
    const values = pool.take(slots.length)
    if (!shape.access.readNumbers[field]!(bases, values, 0, slots.length) || !toSteps(values, slots.length, step)) {
      throw malformed('a field that is no number of steps')
    }
    const by = prediction.source === source.baseField ? bases : rows
    const byName = shape.fields[prediction.field]!
    for (let place = 0; place < slots.length; place++) {
      let change = changes[place]!
      if (Number.isNaN(change)) change = foretoldChange(prediction.factor, by[place]![byName])
      const steps = values[place]! + change
      if (!(Math.abs(steps) <= maxSteps)) throw malformed('a number of steps is out of range')
      values[place] = steps
    }
    toNumbers(values, slots.length, step)
    shape.access.writeNumbers[field]!(rows, values)
  }
  for (const row of rows) Object.freeze(row)
  table.replaceRows(slots, rows)
  pool.release(mark)
  return slots
}

function foretoldChange(factor: number, by: unknown): number {
  if (typeof by === 'number' && Number.isFinite(by)) return Math.round(factor * by)
  throw malformed('a prediction goes by what is no number')
}

function readHeads(
  { bytes }: ValueReader,
  table: Table,
  shapeIndex: number,
  count: number,
): Omit<ToldField, 'changes'>[] {
  const all = columnRows(table.shapes[shapeIndex]!, [], [], undefined)
  const heads: Omit<ToldField, 'changes'>[] = []
  let seen = 0
  for (let index = 0; index < count; index++) {
    const field = bytes.readVarUint()
    if (field >= all.fields.length) throw malformed(`there is no field ${field}`)
    if ((seen & (1 << field)) !== 0) throw malformed(`field ${field} comes twice`)
    seen |= 1 << field
    const step = readStep(bytes)
    const prediction = readPrediction(bytes, all, field)
    if (prediction.source === source.none) throw malformed('a row that changes is compared with what it was')
    heads.push({ field, step, prediction })
  }
  return heads
}
