import { lowestBit, type Row } from '../../rows/page.js'
import { createShape, hiddenShape, isSameShape, maxShapeFields, maxShapes, type Shape } from '../../rows/shape.js'
import type { Table } from '../../rows/table.js'
import { elementsWithoutParts } from '../../values/elements.js'
import { isSame } from '../../values/equality.js'
import { checkKey, isPlainObject, malformed } from '../../values/plain.js'
import { readSlots, writeSlots } from '../bits/slot-set.js'
import { type DeltaReader, type DeltaWriter, deleted, type NumberPool } from '../context.js'
import type { PrecisionNode } from '../values/number.js'
import * as tag from '../values/tags.js'
import { readColumn, writeColumn } from './column.js'
import {
  type ColumnNumbers,
  type ColumnRows,
  columnRows,
  type Forecast,
  findForecasts,
  pickNumbers,
  pickRows,
  source,
  takeColumns,
  takeSample,
} from './column-data.js'
import type { RowGroup } from './table-diff.js'

/** True if `next` can be written as a change of `base`: both number their shapes alike. */
export function isContinuation(base: Table, next: Table): boolean {
  if (base.shapes === next.shapes) return true
  return (
    base.shapes.length <= next.shapes.length &&
    base.shapes.every((shape, index) => isSameShape(shape, next.shapes[index]!))
  )
}

/**
 * The numbers of the shapes that a reader of `base` does not know. Of a subset, only shapes of rows in it are sent: other
 * field names may be secret.
 * @param added the rows that the reader does not have in the base
 * @param isView true if whole maps are treated like subsets
 */
export function shapesToSend(
  base: Table | undefined,
  next: Table,
  added: readonly RowGroup[],
  isView: boolean,
): number[] {
  const numbers: number[] = []
  const hidesShapes = isView || base?.isSubset === true
  const from = base === undefined || hidesShapes ? 1 : base.shapes.length
  for (let number = from; number < next.shapes.length; number++) {
    if (next.shapes[number] === hiddenShape) continue
    if ((isView || next.isSubset) && !added.some(({ shape }) => shape === number)) continue
    if (!(hidesShapes && base?.hasRowOf(number))) numbers.push(number)
  }
  return numbers
}

/** Writes the number of shapes; for each the numbers skipped since the one before (at first since shape 0), and its fields. */
export function writeShapes({ bytes }: DeltaWriter, shapes: readonly Shape[], numbers: readonly number[]): void {
  bytes.writeVarUint(numbers.length)
  let previous = 0
  for (const number of numbers) {
    bytes.writeVarUint(number - previous - 1)
    previous = number
    const { fields } = shapes[number]!
    bytes.writeVarUint(fields.length)
    for (const field of fields) bytes.writeString(field)
  }
}

/** A shape has functions of its own, for each field two. */
const shapeElements = 128
const fieldElements = 64

/** Reads what `writeShapes` wrote, into an open table. A known shape may be sent again, with the same fields. */
export function readShapes({ bytes, spend }: DeltaReader, table: Table): void {
  let number = 0
  for (let left = bytes.readCount(3); left > 0; left--) {
    number += bytes.readVarUint() + 1
    if (number >= maxShapes) throw malformed()
    const count = bytes.readCount(1)
    if (count === 0 || count > maxShapeFields) throw malformed()
    const fields: string[] = []
    spend(shapeElements + table.shapes.length + count * fieldElements)
    for (let field = 0; field < count; field++) fields.push(checkKey(bytes.readString()))
    if (new Set(fields).size < count) throw malformed()
    const known = table.shapes[number] ?? hiddenShape
    if (known === hiddenShape) table.setShape(number, createShape(fields))
    else if (!isSameShape(known, { ...known, fields })) throw malformed()
  }
}

/** Reads the number of a known shape. */
export function readShapeNumber({ bytes }: DeltaReader, table: Table): number {
  const number = bytes.readVarUint()
  if (number >= table.shapes.length || table.shapes[number] === hiddenShape) throw malformed()
  return number
}

/** If fewer than this share of a group's rows have changed in a field, the field names its rows; else it is written for all. */
const minShareOfAll = 0.6

/** Writes new rows: a column for each field of the shape, or whole rows if there is no shape. */
export function writeNewRows(out: DeltaWriter, next: Table, group: RowGroup, precision: PrecisionNode): void {
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
export function readNewRows(input: DeltaReader, table: Table, shapeIndex: number, count: number): Row[] {
  const rows: Row[] = []
  if (shapeIndex === 0) {
    for (let index = 0; index < count; index++) rows.push(checkRow(input.readValue(rows[index - 1], 0)))
    // a row without a shape may be nested
    table.nested = true
    return rows
  }
  const shape = table.shapes[shapeIndex]!
  input.spend(count * elementsOfRow(shape))
  // rows get all fields in order at once: their hidden class then does not depend on the order of the columns
  const blank = blankRow(shape.fields)
  for (let index = 0; index < count; index++) rows.push(shape.access.copy(blank))
  const all = columnRows(shape, undefined, rows, undefined)
  for (let field = 0; field < all.fields.length; field++) if (readColumn(input, all, field)) table.nested = true
  return rows
}

/**
 * Writes the changes of a group's rows: the number of fields; for each its number, its rows (all of the group, or some
 * by their places in it), and a column.
 * @returns false, and writes nothing, if the wire would carry no change
 */
export function writeChangedRows(out: DeltaWriter, next: Table, group: RowGroup, precision: PrecisionNode): boolean {
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
    const usable = found.filter((forecast) => forecast.source !== source.nextField || !isLater(forecast.field))
    writeColumn(out, places === undefined ? all : pickRows(all, places), field, numbers, usable)
  })
  return true
}

/** Reads what `writeChangedRows` wrote. @returns the new rows */
export function readChangedRows(input: DeltaReader, table: Table, shapeIndex: number, bases: readonly Row[]): Row[] {
  if (shapeIndex === 0) {
    table.nested = true
    return bases.map((base) => checkRow(input.readChange(base, 0)))
  }
  const shape = table.shapes[shapeIndex]!
  const all = columnRows(shape, bases, [], undefined)
  input.spend(bases.length * elementsOfRow(shape))
  const rows = bases.map((base) => all.access.copy(base))
  const complete: ColumnRows = { ...all, rows }
  const count = input.bytes.readCount(2)
  let seen = 0
  for (let column = 0; column < count; column++) {
    const header = input.bytes.readVarUint()
    const field = Math.floor(header / 2)
    if (field >= all.fields.length) throw malformed()
    if ((seen & (1 << field)) !== 0) throw malformed()
    seen |= 1 << field
    const namesRows = header % 2 === 1
    const some = namesRows ? pickRows(complete, readSlots(input.bytes, rows.length, rows.length)) : complete
    if (readColumn(input, some, field)) table.nested = true
  }
  return rows
}

/** A field with changes that the wire carries. */
interface ChangedField {
  readonly field: number
  /** Places of the changed rows in the group; undefined for all rows. */
  readonly places: readonly number[] | undefined
  readonly numbers: ColumnNumbers | undefined
  readonly found: readonly Forecast[]
}

function changedFields(pool: NumberPool, all: ColumnRows, group: RowGroup): ChangedField[] {
  const changed: ChangedField[] = []
  const enough = group.rows.length * minShareOfAll
  const fields = fieldsIn(group.fields)
  // for each field the places of the rows in which it differs; undefined for all or nearly all rows
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
    const some = few === undefined ? all : pickRows(all, few)
    const numbers = few === undefined ? wide[next++] : takeColumns(pool, some, [field])[0]
    const isNumeric = numbers?.bases !== undefined
    if (few === undefined && isNumeric && countChanges(numbers) >= enough) {
      changed.push({ field, places: undefined, numbers, found: findForecasts(sample, field) })
      return
    }
    const visible = visiblePlaces(some, field, numbers)
    if (visible.length === 0) return
    const found = numbers === undefined ? [] : findForecasts(few === undefined ? sample : takeSample(pool, some), field)
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

/** Places in the group of the rows in which a field is not identical to the old one. */
function touchedPlaces({ differences }: RowGroup, field: number): number[] {
  const places: number[] = []
  for (let place = 0; place < differences.length; place++) {
    if ((differences[place]! & (1 << field)) !== 0) places.push(place)
  }
  return places
}

/** Places of the rows for which the wire would carry another value than before. */
function visiblePlaces(some: ColumnRows, field: number, numbers: ColumnNumbers | undefined): number[] {
  const places: number[] = []
  if (numbers?.bases !== undefined) {
    const { values, bases, count } = numbers
    for (let place = 0; place < count; place++) if (!Object.is(values[place], bases[place])) places.push(place)
    return places
  }
  const name = some.fields[field]!
  const precision = some.precisions[field]
  for (let place = 0; place < some.rows.length; place++) {
    if (!isSame(some.bases![place]![name], some.rows[place]![name], precision)) places.push(place)
  }
  return places
}

/** Puts a column after those whose new values its forecasts may use. */
function inOrder(columns: readonly ChangedField[]): readonly ChangedField[] {
  if (columns.every(({ found }) => found.every((forecast) => forecast.source !== source.nextField))) return columns
  const waiting = [...columns]
  const order: ChangedField[] = []
  while (waiting.length > 0) {
    const isWaiting = (field: number): boolean => waiting.some((column) => column.field === field)
    const ready = waiting.findIndex(
      ({ field, found }) =>
        !found.some(
          (forecast) => forecast.source === source.nextField && forecast.field !== field && isWaiting(forecast.field),
        ),
    )
    // in a cycle any column may be first
    order.push(...waiting.splice(Math.max(0, ready), 1))
  }
  return order
}

/** The elements of a row with a number in each field. Texts and nested values count besides. */
export function elementsOfRow({ fields }: Shape): number {
  return elementsWithoutParts(fields) + fields.length * elementsWithoutParts(0.5)
}

function blankRow(shape: readonly string[]): Row {
  const row: Row = {}
  for (const field of shape) row[field] = null
  return row
}

function checkRow(value: unknown): Row {
  if (value === deleted || !isPlainObject(value)) throw malformed()
  return value
}
