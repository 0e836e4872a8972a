import { patchByte, peek, truncate } from '../../bytes/byte-writer.js'
import { Newest } from '../../rows/id-index.js'
import { maxSlots, pageSize } from '../../rows/page.js'
import { Table } from '../../rows/table.js'
import { malformed } from '../../values/plain.js'
import { readSlots, writeSlots } from '../bits/slot-set.js'
import type { DeltaReader, DeltaWriter } from '../context.js'
import type { PrecisionNode } from '../values/number.js'
import { spendAll } from './column.js'
import { readIds, writeIds } from './ids.js'
import {
  readChangedRows,
  readNewRows,
  readShapeNumber,
  readShapes,
  shapesToSend,
  writeChangedRows,
  writeNewRows,
  writeShapes,
} from './row-groups.js'
import { readRowWise, writeRowWise } from './row-wise.js'
import { diffSubsets, diffTables, type RowGroup, type SubsetDiff } from './table-diff.js'

/** Bits of the first byte. They say which sections follow, in this order. */
const section = { shapes: 1, removed: 2, added: 4, changed: 8, rowWise: 16 } as const
const allSections = 31

/**
 * Writes how one table becomes another. `isContinuation` must be true of them.
 * @param base undefined: writes the whole of `next`
 * @returns false, and writes nothing, if the wire would carry no change
 */
function writeTable(out: DeltaWriter, base: Table | undefined, next: Table, precision: PrecisionNode): boolean {
  const { bytes } = out
  const start = bytes.length
  const mark = out.pool.mark()
  const isSubset = base !== undefined && (base.subset !== undefined || next.subset !== undefined)
  const ofSubsets = isSubset ? diffSubsets(base, next, precision) : undefined
  const diff = ofSubsets ?? diffTables(base, next, precision)
  const shapes = shapesToSend(base, next, diff.added, out.isView)
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
  const rowWise = ofSubsets !== undefined && writeRowWiseGroups(out, ofSubsets) ? section.rowWise : 0
  out.pool.release(mark)
  if ((changed | rowWise) > 0) patchByte(bytes, start, sections | changed | rowWise)
  if ((sections | changed | rowWise) > 0 || base === undefined) return true
  truncate(bytes, start)
  return false
}

/** Reads what `writeTable` wrote. @returns a sealed table. `base` is not changed */
export function readTable(input: DeltaReader, base: Table | undefined): Table {
  if (input.insideRow) throw malformed()
  input.insideRow = true
  const { bytes } = input
  const table = new Table(base)
  const sections = bytes.readByte()
  if (sections > allSections) throw malformed()
  if ((sections & section.shapes) !== 0) readShapes(input, table)
  if ((sections & section.removed) !== 0) {
    for (const slot of readSlots(bytes, table.size, maxSlots)) {
      if (table.rowAt(slot) === undefined) throw malformed()
      table.deleteAt(slot)
    }
  }
  let added: number[] | undefined
  if ((sections & section.added) !== 0) {
    added = []
    for (let group = bytes.readCount(3); group > 0; group--) readAdded(input, table, added)
    // checked after all groups: an id may move to a new slot before its old slot gets another id
    for (const slot of added) if (!table.isOnlyAt(table.idAt(slot)!, slot)) throw malformed()
  }
  const named = new NamedSlots(added)
  if ((sections & section.changed) !== 0) {
    const shapes = new Set<number>()
    for (let group = bytes.readCount(3); group > 0; group--) readChanged(input, table, shapes, named)
  }
  if ((sections & section.rowWise) !== 0) {
    for (let group = bytes.readCount(4); group > 0; group--) {
      named.add(readRowWise(input, table, readShapeNumber(input, table)))
    }
  }
  input.insideRow = false
  input.spend(elementsOfPages(table))
  return table.seal()
}

/** Of an open table: the list of all pages is its own, and so are the pages that it has touched. */
function elementsOfPages({ pages, touchedPages }: Table): number {
  return pages.length + touchedPages.length * pageElements
}

/** Three lists of 32 slots and the page itself. */
const pageElements = 3 * (pageSize + 6) + 16

/** New rows: shape, slots, ids, rows. */
function writeAdded(out: DeltaWriter, next: Table, group: RowGroup, precision: PrecisionNode): void {
  out.bytes.writeVarUint(group.shape)
  writeSlots(out.bytes, group.slots)
  writeIds(
    out.bytes,
    group.slots.map((slot) => next.idAt(slot)!),
  )
  writeNewRows(out, next, group, precision)
}

/** @param added receives the slots */
function readAdded(input: DeltaReader, table: Table, added: number[]): void {
  const { bytes } = input
  const shape = readShapeNumber(input, table)
  const slots = readSlots(bytes, bytes.remaining, maxSlots)
  const ids = readIds(bytes, slots.length)
  spendAll(input, ids)
  const rows = readNewRows(input, table, shape, slots.length)
  for (const row of rows) Object.freeze(row)
  for (let place = 0; place < slots.length; place++) {
    table.restoreAt(slots[place]!, ids[place]!, rows[place]!, shape)
    added.push(slots[place]!)
  }
}

/** Changed rows: the number of groups; for each its shape, slots and changes. @returns false, and writes nothing, for none */
function writeChanged(out: DeltaWriter, next: Table, groups: readonly RowGroup[], precision: PrecisionNode): boolean {
  const { bytes } = out
  const start = bytes.length
  bytes.writeVarUint(groups.length)
  const written = groups.filter((group) => {
    const before = bytes.length
    bytes.writeVarUint(group.shape)
    writeSlots(bytes, group.slots)
    if (writeChangedRows(out, next, group, precision)) return true
    truncate(bytes, before)
    return false
  })
  if (written.length === groups.length && written.length > 0) return true
  // some groups have no change that the wire carries
  if (written.length > 0 && groups.length < 128) {
    // both numbers take one byte
    patchByte(bytes, start, written.length)
    return true
  }
  truncate(bytes, start)
  return written.length > 0 && writeChanged(out, next, written, precision)
}

/** Changed rows that are written row by row: the number of groups, then the groups. @returns false for none */
function writeRowWiseGroups(out: DeltaWriter, { diff, rowWise }: SubsetDiff): boolean {
  if (rowWise.length === 0) return false
  out.bytes.writeVarUint(rowWise.length)
  for (const group of rowWise) writeRowWise(out, diff, group)
  return true
}

/** The slots named in a delta. A delta names a row once at most: a change refers to the row before the whole delta. */
class NamedSlots {
  readonly #lists: (readonly number[])[] = []
  #slots: Set<number> | undefined

  constructor(added: readonly number[] | undefined) {
    if (added !== undefined) this.#lists.push(added)
  }

  add(slots: readonly number[]): void {
    if (this.#lists.length > 0) {
      this.#slots ??= new Set(this.#lists[0])
      for (const slot of slots) if (this.#slots.has(slot)) throw malformed()
      for (const slot of slots) this.#slots.add(slot)
    }
    this.#lists.push(slots)
  }
}

/** @param seen the shapes of earlier groups */
function readChanged(input: DeltaReader, table: Table, seen: Set<number>, named: NamedSlots): void {
  const shape = readShapeNumber(input, table)
  if (seen.has(shape)) throw malformed()
  seen.add(shape)
  const slots = readSlots(input.bytes, table.size, maxSlots)
  named.add(slots)
  const bases = table.rowsAt(slots, shape)
  if (bases === undefined) throw malformed()
  const rows = readChangedRows(input, table, shape, bases)
  for (const row of rows) Object.freeze(row)
  table.replaceRows(slots, rows)
}

/** The encoded change of a table, kept from the second request on. */
interface Memo {
  /** `Table.serial` of the base, 0 for none. A reference to the base would keep old versions in memory. */
  readonly from: number
  readonly precision: PrecisionNode
  readonly isView: boolean
  /** Empty for no change; undefined after the first request. */
  bytes: Uint8Array | undefined
}

const memos = /* @__PURE__ */ new Newest<Memo>()

/** `writeTable` with a memory: many views may show the same whole map. The bytes are the same. */
export function writeTableOnce(
  out: DeltaWriter,
  base: Table | undefined,
  next: Table,
  precision: PrecisionNode,
): boolean {
  // two views seldom show the same subset, and the rows of subsets are remembered one by one
  if (next.subset !== undefined || base?.subset !== undefined) return writeTable(out, base, next, precision)
  const known = memos.about(next)
  const from = base?.serial ?? 0
  const { isView } = out
  const memo = known.find(
    (candidate) => candidate.from === from && candidate.precision === precision && candidate.isView === isView,
  )
  if (memo?.bytes !== undefined) {
    out.bytes.writeRaw(memo.bytes)
    return memo.bytes.length > 0
  }
  const start = out.bytes.length
  const hasWritten = writeTable(out, base, next, precision)
  if (memo !== undefined) memo.bytes = peek(out.bytes).slice(start)
  else known.push({ from, precision, isView, bytes: undefined })
  return hasWritten
}
