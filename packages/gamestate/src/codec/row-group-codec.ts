import { lowestBit, type Row } from '../entity-map/page.js'
import type { Table } from '../entity-map/table.js'
import { isPlainObject } from '../values/plain.js'
import { readColumn, writeColumn } from './column/column.js'
import { type ColumnNumbers, pickNumbers, takeColumns } from './column/column-numbers.js'
import { type ColumnRows, columnRows, subset } from './column/column-rows.js'
import { findPredictions, type Prediction, source, takeSample } from './column/prediction.js'
import { malformed } from './malformed.js'
import type { NumberPool } from './number-pool.js'
import type { PrecisionNode } from './precision.js'
import { isSame } from './same.js'
import { readSlots, writeSlots } from './slot-set.js'
import type { RowGroup } from './table-diff.js'
import { tag } from './tags.js'
import { deleted, type ValueReader, type ValueWriter } from './value-io.js'

/** A field that fewer than this share of a group's rows have changed names its own rows; else it is written for all of them. */
const minShareOfAll = 0.6

/** Writes the rows of a new group: a column for each field of the shape; whole rows where there is no shape. */
export function writeNewRows(out: ValueWriter, next: Table, group: RowGroup, precision: PrecisionNode): void {
  if (group.shape === 0) {
    group.rows.forEach((row, index) => {
      out.writeValue(row, group.rows[index - 1], precision)
    })
    return
  }
  const shape = next.shapes[group.shape]!
  const all = columnRows(shape, undefined, group.rows, precision)
  const columns = takeColumns(
    out.pool,
    all,
    all.fields.map((_, field) => field),
  )
  columns.forEach((numbers, field) => {
    writeColumn(out, all, field, numbers)
  })
}

/** Reads what `writeNewRows` wrote. */
export function readNewRows(input: ValueReader, table: Table, shapeIndex: number, count: number): Row[] {
  const rows: Row[] = []
  if (shapeIndex === 0) {
    for (let index = 0; index < count; index++) rows.push(checkRow(input.readValue(rows[index - 1], 0)))
    // rules that run on a replica have to copy nested rows at depth; of rows without a shape nothing is known
    table.nested = true
    return rows
  }
  const shape = table.shapes[shapeIndex]!
  // all fields from the start, in order: each row then has its final form, whichever column comes first
  const blank = blankRow(shape.fields)
  for (let index = 0; index < count; index++) rows.push(shape.access.copy(blank))
  const all = columnRows(shape, undefined, rows, undefined)
  for (let field = 0; field < all.fields.length; field++) if (readColumn(input, all, field)) table.nested = true
  return rows
}

/**
 * Writes what has changed in the rows of a group: how many fields, then for each its number, which rows (all, or those at
 * certain places in the group), and a column.
 * @returns false, and writes nothing, where the wire would carry the same
 */
export function writeChangedRows(out: ValueWriter, next: Table, group: RowGroup, precision: PrecisionNode): boolean {
  if (group.shape === 0) {
    group.rows.forEach((row, index) => {
      if (!out.writeChange(group.bases[index], row, precision)) out.bytes.writeByte(tag.same)
    })
    return true
  }
  const all = columnRows(next.shapes[group.shape]!, group.bases, group.rows, precision)
  const columns = inOrder(changedFields(out.pool, all, group))
  if (columns.length === 0) return false
  out.bytes.writeVarUint(columns.length)
  columns.forEach(({ field, places, numbers, found }, index) => {
    out.bytes.writeVarUint(field * 2 + Number(places !== undefined))
    if (places !== undefined) writeSlots(out.bytes, places)
    const isLater = (other: number): boolean => columns.some((column, at) => at > index && column.field === other)
    const usable = found.filter((prediction) => prediction.source !== source.nextField || !isLater(prediction.field))
    writeColumn(out, places === undefined ? all : subset(all, places), field, numbers, usable)
  })
  return true
}

/** Reads what `writeChangedRows` wrote. @returns the rows as they are now */
export function readChangedRows(input: ValueReader, table: Table, shapeIndex: number, bases: readonly Row[]): Row[] {
  if (shapeIndex === 0) {
    table.nested = true
    return bases.map((base) => checkRow(input.readChange(base, 0)))
  }
  const shape = table.shapes[shapeIndex]!
  const all = columnRows(shape, bases, [], undefined)
  const rows = bases.map((base) => all.access.copy(base))
  const complete: ColumnRows = { ...all, rows }
  const count = input.bytes.readCount(2)
  let seen = 0
  for (let column = 0; column < count; column++) {
    const header = input.bytes.readVarUint()
    const field = Math.floor(header / 2)
    if (field >= all.fields.length) throw malformed(`there is no field ${field}`)
    if ((seen & (1 << field)) !== 0) throw malformed(`field ${field} comes twice`)
    seen |= 1 << field
    const isSubset = header % 2 === 1
    const part = isSubset ? subset(complete, readSlots(input.bytes, rows.length, rows.length)) : complete
    if (readColumn(input, part, field)) table.nested = true
  }
  return rows
}

/** A field that the wire carries. */
interface ChangedField {
  readonly field: number
  /** Places of its rows in the group; undefined for all. */
  readonly places: readonly number[] | undefined
  readonly numbers: ColumnNumbers | undefined
  readonly found: readonly Prediction[]
}

function changedFields(pool: NumberPool, all: ColumnRows, group: RowGroup): ChangedField[] {
  const changed: ChangedField[] = []
  const enough = group.rows.length * minShareOfAll
  const fields = fieldsIn(group.fields)
  // places of the rows where a field differs; undefined for all, or nearly all
  const touched = fields.map((field) => {
    if ((group.commonFields & (1 << field)) !== 0) return undefined
    const places = touchedPlaces(group, field)
    return places.length < enough ? places : undefined
  })
  const wide = takeColumns(
    pool,
    all,
    fields.filter((_, index) => touched[index] === undefined),
  )
  const sample = takeSample(pool, all)
  let next = 0
  fields.forEach((field, index) => {
    const few = touched[index]
    const part = few === undefined ? all : subset(all, few)
    const numbers = few === undefined ? wide[next++] : takeColumns(pool, part, [field])[0]
    const isNumeric = numbers?.bases !== undefined
    if (few === undefined && isNumeric && countChanges(numbers) >= enough) {
      changed.push({ field, places: undefined, numbers, found: findPredictions(sample, field) })
      return
    }
    const visible = visiblePlaces(part, field, numbers)
    if (visible.length === 0) return
    const found =
      numbers === undefined ? [] : findPredictions(few === undefined ? sample : takeSample(pool, part), field)
    if (few === undefined && visible.length >= enough) changed.push({ field, places: undefined, numbers, found })
    else {
      const places = few === undefined ? visible : visible.map((place) => few[place]!)
      changed.push({ field, places, numbers: numbers && pickNumbers(numbers, visible), found })
    }
  })
  return changed
}

function fieldsIn(bits: number): number[] {
  const fields: number[] = []
  for (let rest = bits; rest !== 0; rest &= rest - 1) fields.push(lowestBit(rest))
  return fields
}

function countChanges({ values, bases, count }: ColumnNumbers): number {
  let changes = 0
  for (let place = 0; place < count; place++) if (!Object.is(values[place], bases![place])) changes++
  return changes
}

/** The places in the group of the rows in which the field is not what it was. */
function touchedPlaces({ differences }: RowGroup, field: number): number[] {
  const places: number[] = []
  for (let place = 0; place < differences.length; place++) {
    if ((differences[place]! & (1 << field)) !== 0) places.push(place)
  }
  return places
}

/** The places among the rows where the wire would carry another value than before. */
function visiblePlaces(part: ColumnRows, field: number, numbers: ColumnNumbers | undefined): number[] {
  const places: number[] = []
  if (numbers?.bases !== undefined) {
    const { values, bases, count } = numbers
    for (let place = 0; place < count; place++) if (!Object.is(values[place], bases[place])) places.push(place)
    return places
  }
  const name = part.fields[field]!
  const precision = part.precisions[field]
  for (let place = 0; place < part.rows.length; place++) {
    if (!isSame(part.bases![place]![name], part.rows[place]![name], precision)) places.push(place)
  }
  return places
}

/** Columns in an order in which a field comes after those whose new values may foretell it. */
function inOrder(columns: readonly ChangedField[]): readonly ChangedField[] {
  if (columns.every(({ found }) => found.every((prediction) => prediction.source !== source.nextField))) return columns
  const waiting = [...columns]
  const order: ChangedField[] = []
  while (waiting.length > 0) {
    const isWaiting = (field: number): boolean => waiting.some((column) => column.field === field)
    const ready = waiting.findIndex(
      ({ field, found }) =>
        !found.some(
          (prediction) =>
            prediction.source === source.nextField && prediction.field !== field && isWaiting(prediction.field),
        ),
    )
    // fields that foretell each other: any of them may go first
    order.push(...waiting.splice(Math.max(0, ready), 1))
  }
  return order
}

function blankRow(shape: readonly string[]): Row {
  const row: Row = {}
  for (const field of shape) row[field] = null
  return row
}

function checkRow(value: unknown): Row {
  if (value === deleted || !isPlainObject(value)) throw malformed('a row is not an object')
  return value
}
