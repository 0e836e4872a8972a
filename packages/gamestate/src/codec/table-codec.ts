import { maxSlots } from '../entity-map/page.js'
import { Table } from '../entity-map/table.js'
import { readIds, writeIds } from './id-column.js'
import { malformed } from './malformed.js'
import { diffParts, type PartDiff } from './part-diff.js'
import type { PrecisionNode } from './precision.js'
import { readChangedRows, readNewRows, writeChangedRows, writeNewRows } from './row-group-codec.js'
import { readShapeNumber, readShapes, shapesToTell, writeShapes } from './shape-list.js'
import { readSlots, writeSlots } from './slot-set.js'
import { readStepRows, writeStepRows } from './step-rows.js'
import { diffTables, type RowGroup } from './table-diff.js'
import type { ValueReader, ValueWriter } from './value-io.js'

/** Bits of the first byte: which sections follow, in this order. */
const section = { shapes: 1, removed: 2, added: 4, changed: 8, stepped: 16 } as const
const allSections = 31

/**
 * Writes how one table becomes another; `isContinuation` has to hold.
 * @param base undefined: all of the next one
 * @returns false, and writes nothing, where the wire would carry the same for both
 */
export function writeTable(out: ValueWriter, base: Table | undefined, next: Table, precision: PrecisionNode): boolean {
  const { bytes } = out
  const start = bytes.length
  const mark = out.pool.mark()
  const isPart = base !== undefined && (base.part !== undefined || next.part !== undefined)
  const parts = isPart ? diffParts(base, next, precision) : undefined
  const diff = parts ?? diffTables(base, next, precision)
  const shapes = shapesToTell(base, next, diff.added, out.isView)
  const sections =
    (shapes.length > 0 ? section.shapes : 0) |
    (diff.removed.length > 0 ? section.removed : 0) |
    (diff.added.length > 0 ? section.added : 0)
  bytes.writeByte(sections)
  if (shapes.length > 0) writeShapes(out, next.shapes, shapes)
  if (diff.removed.length > 0) writeSlots(bytes, diff.removed)
  if (diff.added.length > 0) {
    bytes.writeVarUint(diff.added.length)
    for (const group of diff.added) writeAdded(out, next, group, precision)
  }
  const changed = writeChanged(out, next, diff.changed, precision) ? section.changed : 0
  const stepped = parts !== undefined && writeStepped(out, parts) ? section.stepped : 0
  out.pool.release(mark)
  if ((changed | stepped) > 0) bytes.patchByte(start, sections | changed | stepped)
  if ((sections | changed | stepped) > 0 || base === undefined) return true
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
  if ((sections & section.shapes) !== 0) readShapes(input, table)
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
  const told = new ToldSlots(added)
  if ((sections & section.changed) !== 0) {
    const shapes = new Set<number>()
    for (let group = bytes.readCount(3); group > 0; group--) readChanged(input, table, shapes, told)
  }
  if ((sections & section.stepped) !== 0) {
    for (let group = bytes.readCount(4); group > 0; group--) {
      told.add(readStepRows(input, table, readShapeNumber(input, table)))
    }
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
  const shape = readShapeNumber(input, table)
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

/** Changed rows that are told by steps: how many groups, then they. @returns false for none */
function writeStepped(out: ValueWriter, { step, stepped }: PartDiff): boolean {
  if (stepped.length === 0) return false
  out.bytes.writeVarUint(stepped.length)
  for (const group of stepped) writeStepRows(out, step, group)
  return true
}

/** A row is told once, and does not change in the delta that brings it: what is called its base is the row before all of it. */
class ToldSlots {
  readonly #lists: (readonly number[])[] = []
  #slots: Set<number> | undefined

  constructor(added: readonly number[] | undefined) {
    if (added !== undefined) this.#lists.push(added)
  }

  add(slots: readonly number[]): void {
    if (this.#lists.length > 0) {
      this.#slots ??= new Set(this.#lists[0])
      for (const slot of slots) if (this.#slots.has(slot)) throw malformed('a row is told twice')
      for (const slot of slots) this.#slots.add(slot)
    }
    this.#lists.push(slots)
  }
}

/** @param seen the shapes of the groups before */
function readChanged(input: ValueReader, table: Table, seen: Set<number>, told: ToldSlots): void {
  const shape = readShapeNumber(input, table)
  if (seen.has(shape)) throw malformed(`two groups of changed rows have the shape ${shape}`)
  seen.add(shape)
  const slots = readSlots(input.bytes, table.size, maxSlots)
  told.add(slots)
  const bases = table.rowsAt(slots, shape)
  if (bases === undefined) throw malformed('a row is to change that is not there')
  const rows = readChangedRows(input, table, shape, bases)
  for (const row of rows) Object.freeze(row)
  table.replaceRows(slots, rows)
}
