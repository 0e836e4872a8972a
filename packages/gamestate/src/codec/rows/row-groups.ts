import type { Page, Row } from '../../rows/page.js'
import { hiddenShape, isSameShape, maxShapeFields, maxShapes, type Shape, shapeOf } from '../../rows/shape.js'
import type { Table } from '../../rows/table.js'
import { elementsWithoutParts } from '../../values/elements.js'
import { checkKey, isPlainObject, malformed } from '../../values/plain.js'
import { readSlots, type Slots, writeSlots } from '../bits/slot-set.js'
import { type DeltaReader, type DeltaWriter, deleted } from '../context.js'
import type { PrecisionNode } from '../values/number.js'
import * as tag from '../values/tags.js'
import { type ChangedField, changedFields } from './changed-fields.js'
import { beginChanges, countPages, rowAt } from './column-cells.js'
import { columnForm, columnRows, pickRows, takeColumn } from './column-data.js'
import { type Forecast, source } from './forecast.js'
import type { RowGroup } from './page-diff.js'
import { readColumn } from './read-column.js'
import { quantumOf } from './shared-changes.js'
import type { TableDiff } from './table-diff.js'
import { writeChanges, writeColumn } from './write-column.js'

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
    if (known === hiddenShape) table.setShape(number, shapeOf(fields))
    else if (!isSameShape(known, { ...known, fields })) throw malformed()
  }
}

/** Reads the number of a known shape. */
export function readShapeNumber({ bytes }: DeltaReader, table: Table): number {
  const number = bytes.readVarUint()
  if (number >= table.shapes.length || table.shapes[number] === hiddenShape) throw malformed()
  return number
}

/** Writes new rows: a column for each field of the shape, or whole rows if there is no shape. */
export function writeNewRows(
  out: DeltaWriter,
  next: Table,
  pages: readonly Page[],
  { shape, slots }: RowGroup,
  precision: PrecisionNode,
): void {
  if (shape === 0) {
    let before: Row | undefined
    for (let place = 0; place < slots.count; place++) {
      const row = rowAt(pages, slots.list[place]!)
      out.writeValue(row, before, precision)
      before = row
    }
    return
  }
  const all = columnRows(next.shapes[shape]!, undefined, pages, slots, precision)
  for (let field = 0; field < all.shape.fields.length; field++) {
    writeColumn(out, all, field, takeColumn(out.pool, all, field))
  }
}

/** Reads new rows without a shape. */
export function readFreeRows(input: DeltaReader, table: Table, count: number): Row[] {
  const rows: Row[] = []
  for (let index = 0; index < count; index++) rows.push(Object.freeze(checkRow(input.readValue(rows[index - 1], 0))))
  // a row without a shape may be nested
  table.nested = true
  return rows
}

/** Reads what `writeNewRows` wrote for rows of a shape, into slots that have been claimed. */
export function readNewRows(input: DeltaReader, table: Table, shapeIndex: number, slots: Slots): void {
  const shape = table.shapes[shapeIndex]!
  const all = columnRows(shape, undefined, table.pages, slots, undefined)
  for (let field = 0; field < shape.fields.length; field++) if (readColumn(input, all, field)) table.nested = true
}

/**
 * Writes the changes of a group's rows: the number of fields; for each its number, its rows (all of the group, or some
 * by their places in it), and a column.
 * @returns false, and writes nothing, if the wire would carry no change
 */
export function writeChangedRows(
  out: DeltaWriter,
  next: Table,
  { basePages, pages }: TableDiff,
  group: RowGroup,
  precision: PrecisionNode,
): boolean {
  const { shape, slots } = group
  if (shape === 0) {
    for (let place = 0; place < slots.count; place++) {
      const slot = slots.list[place]!
      if (!out.writeChange(rowAt(basePages, slot), rowAt(pages, slot), precision)) out.bytes.writeByte(tag.same)
    }
    return true
  }
  const all = columnRows(next.shapes[shape]!, basePages, pages, slots, precision)
  const columns = changedFields(out.pool, all, group)
  if (columns.length === 0) return false
  out.bytes.writeVarUint(columns.length)
  for (let index = 0; index < columns.length; index++) {
    const { field, places, numbers, changes, found, flipped } = columns[index]!
    out.bytes.writeVarUint(field * 2 + Number(places !== undefined))
    if (places !== undefined) writeSlots(out.bytes, places)
    if (flipped === 'each') out.bytes.writeByte(columnForm.flipped)
    else {
      const usable = found.length === 0 ? found : usableOf(found, columns.slice(index + 1))
      const some = places === undefined ? all : pickRows(all, places)
      if (changes === undefined) writeColumn(out, some, field, numbers, usable)
      else writeChanges(out, some, field, changes, quantumOf(all.precisions[field]), usable)
    }
  }
  return true
}

/** The forecasts that use no new value of a later column. */
function usableOf(found: readonly Forecast[], later: readonly ChangedField[]): readonly Forecast[] {
  return found.filter(
    (forecast) => forecast.source !== source.nextField || !later.some(({ field }) => field === forecast.field),
  )
}

/** A column that is copied. */
const columnElements = 40

/**
 * Reads what `writeChangedRows` wrote, into an open table.
 * @param basePages of the table from which the change was taken
 * @param slots of rows of this shape
 */
export function readChangedRows(
  input: DeltaReader,
  table: Table,
  basePages: readonly Page[],
  shapeIndex: number,
  slots: Slots,
): void {
  if (shapeIndex === 0) {
    table.nested = true
    const rows: Row[] = []
    for (let place = 0; place < slots.count; place++) {
      rows.push(Object.freeze(checkRow(input.readChange(rowAt(basePages, slots.list[place]!), 0))))
    }
    table.replaceRows(slots.list, rows)
    return
  }
  const shape = table.shapes[shapeIndex]!
  const count = input.bytes.readCount(2)
  input.spend(slots.count * elementsOfRow(shape))
  input.spend(countPages(slots) * Math.min(count, shape.fields.length) * columnElements)
  beginChanges((number) => table.pageForWrite(number), slots)
  const all = columnRows(shape, basePages, table.pages, slots, undefined)
  let seen = 0
  for (let column = 0; column < count; column++) {
    const header = input.bytes.readVarUint()
    const field = Math.floor(header / 2)
    if (field >= shape.fields.length) throw malformed()
    if ((seen & (1 << field)) !== 0) throw malformed()
    seen |= 1 << field
    const namesRows = header % 2 === 1
    const some = namesRows ? pickRows(all, readSlots(input.bytes, slots.count, slots.count)) : all
    if (readColumn(input, some, field)) table.nested = true
  }
}

/** The elements of the columns of these slots, if none of their pages has them yet. */
export function elementsOfColumns(shape: Shape, slots: Slots): number {
  return countPages(slots) * shape.fields.length * columnElements
}

/** The elements of a row with a number in each field. Texts and nested values count besides. */
export function elementsOfRow({ fields }: Shape): number {
  return elementsWithoutParts(fields) + fields.length * elementsWithoutParts(0.5)
}

function checkRow(value: unknown): Row {
  if (value === deleted || !isPlainObject(value)) throw malformed()
  return value
}
