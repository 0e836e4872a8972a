import type { Row } from '../entity-map/page.js'
import { freeform, maxShapeFields, type Shape } from '../entity-map/shape.js'
import { Table } from '../entity-map/table.js'
import { GameStateError } from '../errors.js'
import { isPlainObject } from '../values/plain.js'
import { readColumn, writeColumn } from './column.js'
import { readIds, writeIds } from './id-column.js'
import { checkKey } from './key.js'
import { type PrecisionNode, precisionOf } from './precision.js'
import { readSlots, writeSlots } from './slot-set.js'
import { allFields, diffTables, type RowGroup } from './table-diff.js'
import type { ValueReader, ValueWriter } from './value-io.js'

/** Bits of the first byte: which sections follow, in this order. */
const section = { shapes: 1, removed: 2, added: 4, changed: 8 } as const

/** Whether the one can be told as a change of the other: both number their shapes alike. */
export function isContinuation(base: Table, next: Table): boolean {
  if (base.shapes === next.shapes) return true
  return (
    base.shapes.length <= next.shapes.length &&
    base.shapes.every((shape, index) => isSameShape(shape, next.shapes[index]!))
  )
}

/**
 * Writes how one table becomes another; `isContinuation` has to hold.
 * @param base undefined: all of the next one
 * @returns false, and writes nothing, where the wire would carry the same for both
 */
export function writeTable(out: ValueWriter, base: Table | undefined, next: Table, precision: PrecisionNode): boolean {
  const { bytes } = out
  const diff = diffTables(base, next, precision)
  const shapes = next.shapes.slice(base?.shapes.length ?? 1)
  const sections =
    (shapes.length > 0 ? section.shapes : 0) |
    (diff.removed.length > 0 ? section.removed : 0) |
    (diff.added.length > 0 ? section.added : 0) |
    (diff.changed.length > 0 ? section.changed : 0)
  if (sections === 0 && base !== undefined) return false
  bytes.writeByte(sections)
  if (shapes.length > 0) writeShapes(out, shapes)
  if (diff.removed.length > 0) writeSlots(bytes, diff.removed)
  if (diff.added.length > 0) {
    bytes.writeVarUint(diff.added.length)
    for (const group of diff.added) writeAdded(out, next, group, precision)
  }
  if (diff.changed.length > 0) {
    bytes.writeVarUint(diff.changed.length)
    for (const group of diff.changed) writeChanged(out, base!, next, group, precision)
  }
  return true
}

/** Reads what `writeTable` wrote. @returns a sealed table; `base` itself stays as it is */
export function readTable(input: ValueReader, base: Table | undefined): Table {
  if (input.insideRow) throw malformed('there is no map inside a row')
  input.insideRow = true
  const { bytes } = input
  const table = new Table(base)
  const sections = bytes.readByte()
  if (sections > 15) throw malformed('a map has unknown sections')
  if ((sections & section.shapes) !== 0) table.addShapes(readShapes(input))
  if ((sections & section.removed) !== 0) {
    for (const slot of readSlots(bytes, table.size)) {
      if (table.rowAt(slot) === undefined) throw malformed(`slot ${slot} is emptied and was empty`)
      table.deleteAt(slot)
    }
  }
  if ((sections & section.added) !== 0) {
    const added: number[] = []
    readGroups(input, () => readAdded(input, table, added))
    // only now: an id may move to a slot before its old one is given to another
    for (const slot of added) if (!table.isOnlyAt(table.idAt(slot)!, slot)) throw malformed('two rows have the same id')
  }
  if ((sections & section.changed) !== 0) readGroups(input, () => readChanged(input, table))
  input.insideRow = false
  return table.seal(undefined)
}

function readGroups(input: ValueReader, readGroup: () => void): void {
  const count = input.bytes.readCount(3)
  for (let group = 0; group < count; group++) readGroup()
}

/** New rows: shape, slots, ids, then a column for each field. */
function writeAdded(out: ValueWriter, next: Table, group: RowGroup, precision: PrecisionNode): void {
  const { bytes } = out
  bytes.writeVarUint(group.shape)
  writeSlots(bytes, group.slots)
  writeIds(
    bytes,
    group.slots.map((slot) => next.idAt(slot)!),
  )
  const rows = group.slots.map((slot) => next.rowAt(slot)!)
  if (group.shape === 0) return writeColumn(out, undefined, rows, precision)
  for (const field of next.shapes[group.shape]!) {
    writeColumn(
      out,
      undefined,
      rows.map((row) => row[field]),
      precisionOf(precision, field),
    )
  }
}

/** @param added gets the slots */
function readAdded(input: ValueReader, table: Table, added: number[]): void {
  const { bytes } = input
  const shapeIndex = readShapeIndex(input, table)
  const slots = readSlots(bytes, bytes.remaining)
  const ids = readIds(bytes, slots.length)
  const rows = shapeIndex === 0 ? readRows(input, undefined, slots.length) : slots.map((): Row => ({}))
  if (shapeIndex !== 0) {
    for (const field of table.shapes[shapeIndex]!) {
      const values = readColumn(input, undefined, slots.length)
      for (let index = 0; index < rows.length; index++) rows[index]![field] = values[index]
    }
  }
  noteNested(table, rows)
  slots.forEach((slot, index) => {
    table.restoreAt(slot, ids[index]!, Object.freeze(rows[index]!), shapeIndex)
    added.push(slot)
  })
}

/** Changed rows: shape, slots, which fields, then a column for each of them. */
function writeChanged(out: ValueWriter, base: Table, next: Table, group: RowGroup, precision: PrecisionNode): void {
  const { bytes } = out
  bytes.writeVarUint(group.shape)
  writeSlots(bytes, group.slots)
  const rows = group.slots.map((slot) => next.rowAt(slot)!)
  const baseRows = group.slots.map((slot) => base.rowAt(slot)!)
  if (group.shape === 0) return writeColumn(out, baseRows, rows, precision)
  bytes.writeVarUint(group.fields)
  next.shapes[group.shape]!.forEach((field, index) => {
    if ((group.fields & (1 << index)) === 0) return
    writeColumn(
      out,
      baseRows.map((row) => row[field]),
      rows.map((row) => row[field]),
      precisionOf(precision, field),
    )
  })
}

function readChanged(input: ValueReader, table: Table): void {
  const { bytes } = input
  const shapeIndex = readShapeIndex(input, table)
  const slots = readSlots(bytes, table.size)
  const baseRows = slots.map((slot) => {
    const row = table.rowAt(slot)
    if (row === undefined || table.shapeAt(slot) !== shapeIndex) throw malformed(`slot ${slot} has no such row`)
    return row
  })
  const rows = shapeIndex === 0 ? readRows(input, baseRows, slots.length) : baseRows.map((row) => ({ ...row }))
  if (shapeIndex !== 0) {
    const shape = table.shapes[shapeIndex]!
    const fields = bytes.readVarUint()
    if (fields === 0 || fields > allFields(shape)) throw malformed('a change of fields that there are not')
    shape.forEach((field, index) => {
      if ((fields & (1 << index)) === 0) return
      const bases = baseRows.map((row) => row[field])
      const values = readColumn(input, bases, slots.length)
      for (let place = 0; place < rows.length; place++) rows[place]![field] = values[place]
    })
  }
  noteNested(table, rows)
  slots.forEach((slot, index) => {
    table.restoreAt(slot, table.idAt(slot)!, Object.freeze(rows[index]!), shapeIndex)
  })
}

/** Tells the table that rows are nested, as rules that run on a replica have to copy them at depth. */
function noteNested(table: Table, rows: readonly Row[]): void {
  if (table.nested) return
  table.nested = rows.some((row) => Object.values(row).some((value) => typeof value === 'object' && value !== null))
}

/** Rows without a shape: a column of whole rows. */
function readRows(input: ValueReader, bases: readonly Row[] | undefined, count: number): Row[] {
  const rows = readColumn(input, bases, count)
  for (const row of rows) if (!isPlainObject(row)) throw malformed('a row is not an object')
  return rows as Row[]
}

function writeShapes(out: ValueWriter, shapes: readonly Shape[]): void {
  out.bytes.writeVarUint(shapes.length)
  for (const shape of shapes) {
    out.bytes.writeVarUint(shape.length)
    for (const field of shape) out.bytes.writeString(field)
  }
}

function readShapes(input: ValueReader): Shape[] {
  const { bytes } = input
  const count = bytes.readCount(2)
  const shapes: Shape[] = []
  for (let index = 0; index < count; index++) {
    const fields = bytes.readCount(1)
    if (fields === 0 || fields > maxShapeFields) throw malformed(`a shape has 1 to ${maxShapeFields} fields`)
    const shape: string[] = []
    for (let field = 0; field < fields; field++) shape.push(checkKey(bytes.readString()))
    if (new Set(shape).size < fields) throw malformed('a shape has a field twice')
    shapes.push(shape)
  }
  return shapes
}

function readShapeIndex(input: ValueReader, table: Table): number {
  const index = input.bytes.readVarUint()
  if (index >= table.shapes.length) throw malformed(`there is no shape ${index}`)
  return index
}

function isSameShape(a: Shape, b: Shape): boolean {
  return a === b || a === freeform || (a.length === b.length && a.every((field, index) => field === b[index]))
}

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
