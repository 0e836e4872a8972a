import type { Row } from '../entity-map/page.js'
import type { Table } from '../entity-map/table.js'
import { GameStateError } from '../errors.js'
import { isPlainObject } from '../values/plain.js'
import { readColumn, writeColumn } from './column/column.js'
import { type ColumnRows, columnRows, subset } from './column/column-rows.js'
import { findPredictions, source } from './column/prediction.js'
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
  for (let field = 0; field < shape.length; field++) writeColumn(out, all, field)
}

/** Reads what `writeNewRows` wrote. */
export function readNewRows(input: ValueReader, table: Table, shapeIndex: number, count: number): Row[] {
  const rows: Row[] = []
  if (shapeIndex === 0) {
    for (let index = 0; index < count; index++) rows.push(checkRow(input.readValue(rows[index - 1], 0)))
    return rows
  }
  const shape = table.shapes[shapeIndex]!
  // all fields from the start, in order: each row then has its final form, whichever column comes first
  for (let index = 0; index < count; index++) rows.push(blankRow(shape))
  const all = columnRows(shape, undefined, rows, undefined)
  for (let field = 0; field < shape.length; field++) readColumn(input, all, field)
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
  const fields = changedFields(all, group)
  if (fields.length === 0) return false
  const order = inOrder(all, fields)
  out.bytes.writeVarUint(order.length)
  order.forEach(({ field, places }, index) => {
    const isSubset = places.length < group.rows.length
    out.bytes.writeVarUint(field * 2 + Number(isSubset))
    if (isSubset) writeSlots(out.bytes, places)
    const sentLater = (other: number): boolean => order.some((column, at) => at > index && column.field === other)
    writeColumn(out, isSubset ? subset(all, places) : all, field, sentLater)
  })
  return true
}

/** Reads what `writeChangedRows` wrote. @returns the rows as they are now */
export function readChangedRows(input: ValueReader, table: Table, shapeIndex: number, bases: readonly Row[]): Row[] {
  if (shapeIndex === 0) return bases.map((base) => checkRow(input.readChange(base, 0)))
  const shape = table.shapes[shapeIndex]!
  const all = columnRows(shape, bases, [], undefined)
  const rows = bases.map((base) => all.access.copy(base))
  const complete: ColumnRows = { ...all, rows }
  const count = input.bytes.readCount(2)
  let seen = 0
  for (let column = 0; column < count; column++) {
    const header = input.bytes.readVarUint()
    const field = Math.floor(header / 2)
    if (field >= shape.length) throw malformed(`there is no field ${field}`)
    if ((seen & (1 << field)) !== 0) throw malformed(`field ${field} comes twice`)
    seen |= 1 << field
    const isSubset = header % 2 === 1
    const part = isSubset ? subset(complete, readSlots(input.bytes, rows.length, rows.length)) : complete
    readColumn(input, part, field)
  }
  return rows
}

interface ChangedField {
  readonly field: number
  /** Places in the group. */
  readonly places: readonly number[]
}

/** The fields that the wire would carry, and in which rows. */
function changedFields(all: ColumnRows, group: RowGroup): ChangedField[] {
  const fields: ChangedField[] = []
  const count = group.rows.length
  for (let field = 0; field < all.shape.length; field++) {
    if ((group.fields & (1 << field)) === 0) continue
    const places: number[] = []
    const name = all.shape[field]!
    const precision = all.precisions[field]
    for (let place = 0; place < count; place++) {
      if ((group.differences[place]! & (1 << field)) === 0) continue
      if (precision === undefined || !isSame(group.bases[place]![name], group.rows[place]![name], precision))
        places.push(place)
    }
    if (places.length === 0) continue
    const forAll = places.length >= count * minShareOfAll
    fields.push({ field, places: forAll ? group.rows.map((_, place) => place) : places })
  }
  return fields
}

/** Columns in an order in which a field comes after the ones whose new values foretell it. */
function inOrder(all: ColumnRows, fields: readonly ChangedField[]): readonly ChangedField[] {
  if (fields.length < 2) return fields
  const never = (): boolean => false
  const waiting = fields.map((changed) => ({
    changed,
    needs:
      typeof all.rows[0]![all.shape[changed.field]!] === 'number'
        ? findPredictions(all, changed.field, never)
            .filter((found) => found.source === source.nextField)
            .map((found) => found.field)
        : [],
  }))
  const order: ChangedField[] = []
  while (waiting.length > 0) {
    const isWaiting = (field: number): boolean => waiting.some(({ changed }) => changed.field === field)
    const ready = waiting.findIndex(({ needs }) => !needs.some(isWaiting))
    // fields that foretell each other: any of them may go first
    order.push(waiting.splice(Math.max(0, ready), 1)[0]!.changed)
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

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
