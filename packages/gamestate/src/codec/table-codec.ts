import { maxSlots } from '../entity-map/page.js'
import { createShape, isSameShape, maxShapeFields, type Shape } from '../entity-map/shape.js'
import { Table } from '../entity-map/table.js'
import { readIds, writeIds } from './id-column.js'
import { checkKey } from './key.js'
import { malformed } from './malformed.js'
import type { PrecisionNode } from './precision.js'
import { readChangedRows, readNewRows, writeChangedRows, writeNewRows } from './row-group-codec.js'
import { readSlots, writeSlots } from './slot-set.js'
import { diffTables, type RowGroup } from './table-diff.js'
import type { ValueReader, ValueWriter } from './value-io.js'

/** Bits of the first byte: which sections follow, in this order. */
const section = { shapes: 1, removed: 2, added: 4, changed: 8 } as const
const allSections = 15

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
  const start = bytes.length
  const mark = out.pool.mark()
  const diff = diffTables(base, next, precision)
  const shapes = next.shapes.slice(base?.shapes.length ?? 1)
  const sections =
    (shapes.length > 0 ? section.shapes : 0) |
    (diff.removed.length > 0 ? section.removed : 0) |
    (diff.added.length > 0 ? section.added : 0)
  bytes.writeByte(sections)
  if (shapes.length > 0) writeShapes(out, shapes)
  if (diff.removed.length > 0) writeSlots(bytes, diff.removed)
  if (diff.added.length > 0) {
    bytes.writeVarUint(diff.added.length)
    for (const group of diff.added) writeAdded(out, next, group, precision)
  }
  const hasChanged = writeChanged(out, next, diff.changed, precision)
  out.pool.release(mark)
  if (hasChanged) bytes.patchByte(start, sections | section.changed)
  if (sections > 0 || hasChanged || base === undefined) return true
  bytes.truncate(start)
  return false
}

/** Reads what `writeTable` wrote. @returns a sealed table; `base` itself stays as it is */
export function readTable(input: ValueReader, base: Table | undefined): Table {
  if (input.insideRow) throw malformed('there is no map inside a row')
  input.insideRow = true
  const { bytes } = input
  const table = new Table(base)
  const sections = bytes.readByte()
  if (sections > allSections) throw malformed('a map has unknown sections')
  if ((sections & section.shapes) !== 0) table.addShapes(readShapes(input))
  if ((sections & section.removed) !== 0) {
    for (const slot of readSlots(bytes, table.size, maxSlots)) {
      if (table.rowAt(slot) === undefined) throw malformed(`slot ${slot} is emptied and was empty`)
      table.deleteAt(slot)
    }
  }
  let added: number[] | undefined
  if ((sections & section.added) !== 0) {
    added = []
    for (let group = bytes.readCount(3); group > 0; group--) readAdded(input, table, added)
    // only now: an id may move to a slot before its old one is given to another
    for (const slot of added) if (!table.isOnlyAt(table.idAt(slot)!, slot)) throw malformed('two rows have the same id')
  }
  if ((sections & section.changed) !== 0) {
    const shapes = new Set<number>()
    const isNew = added === undefined ? undefined : new Set(added)
    for (let group = bytes.readCount(3); group > 0; group--) readChanged(input, table, shapes, isNew)
  }
  input.insideRow = false
  return table.seal(undefined)
}

/** New rows: shape, slots, ids, then the rows. */
function writeAdded(out: ValueWriter, next: Table, group: RowGroup, precision: PrecisionNode): void {
  out.bytes.writeVarUint(group.shape)
  writeSlots(out.bytes, group.slots)
  writeIds(
    out.bytes,
    group.slots.map((slot) => next.idAt(slot)!),
  )
  writeNewRows(out, next, group, precision)
}

/** @param added gets the slots */
function readAdded(input: ValueReader, table: Table, added: number[]): void {
  const { bytes } = input
  const shape = readShapeIndex(input, table)
  const slots = readSlots(bytes, bytes.remaining, maxSlots)
  const ids = readIds(bytes, slots.length)
  const rows = readNewRows(input, table, shape, slots.length)
  for (const row of rows) Object.freeze(row)
  for (let place = 0; place < slots.length; place++) {
    table.restoreAt(slots[place]!, ids[place]!, rows[place]!, shape)
    added.push(slots[place]!)
  }
}

/** Changed rows: how many groups, then of each shape, slots, and what has changed. @returns false for none */
function writeChanged(out: ValueWriter, next: Table, groups: readonly RowGroup[], precision: PrecisionNode): boolean {
  const { bytes } = out
  const start = bytes.length
  // there are as many groups as there are shapes, so nearly always their number takes one byte
  bytes.writeVarUint(groups.length)
  let written = 0
  for (const group of groups) {
    const before = bytes.length
    bytes.writeVarUint(group.shape)
    writeSlots(bytes, group.slots)
    if (writeChangedRows(out, next, group, precision)) written++
    else bytes.truncate(before)
  }
  if (written === groups.length && written > 0) return true
  bytes.truncate(start)
  if (written === 0) return false
  // some groups were rounded away: once more without them
  return writeChanged(
    out,
    next,
    groups.filter((group) => isVisible(out, next, group, precision)),
    precision,
  )
}

function isVisible(out: ValueWriter, next: Table, group: RowGroup, precision: PrecisionNode): boolean {
  const start = out.bytes.length
  const visible = writeChangedRows(out, next, group, precision)
  out.bytes.truncate(start)
  return visible
}

/**
 * A row changes once, and not in the delta that brings it: what its columns call base is the row before all of it.
 * @param seen the shapes of the groups before
 */
function readChanged(
  input: ValueReader,
  table: Table,
  seen: Set<number>,
  isNew: ReadonlySet<number> | undefined,
): void {
  const shape = readShapeIndex(input, table)
  if (seen.has(shape)) throw malformed(`two groups of changed rows have the shape ${shape}`)
  seen.add(shape)
  const slots = readSlots(input.bytes, table.size, maxSlots)
  if (isNew !== undefined && slots.some((slot) => isNew.has(slot))) throw malformed('a new row changes at once')
  const bases = table.rowsAt(slots, shape)
  if (bases === undefined) throw malformed('a row is to change that is not there')
  const rows = readChangedRows(input, table, shape, bases)
  for (const row of rows) Object.freeze(row)
  table.replaceRows(slots, rows)
}

function writeShapes(out: ValueWriter, shapes: readonly Shape[]): void {
  out.bytes.writeVarUint(shapes.length)
  for (const shape of shapes) {
    out.bytes.writeVarUint(shape.fields.length)
    for (const field of shape.fields) out.bytes.writeString(field)
  }
}

function readShapes(input: ValueReader): Shape[] {
  const { bytes } = input
  const shapeCount = bytes.readCount(2)
  const shapes: Shape[] = []
  for (let index = 0; index < shapeCount; index++) {
    const count = bytes.readCount(1)
    if (count === 0 || count > maxShapeFields) throw malformed(`a shape has 1 to ${maxShapeFields} fields`)
    const fields: string[] = []
    for (let field = 0; field < count; field++) fields.push(checkKey(bytes.readString()))
    if (new Set(fields).size < count) throw malformed('a shape has a field twice')
    shapes.push(createShape(fields))
  }
  return shapes
}

function readShapeIndex(input: ValueReader, table: Table): number {
  const index = input.bytes.readVarUint()
  if (index >= table.shapes.length) throw malformed(`there is no shape ${index}`)
  return index
}
