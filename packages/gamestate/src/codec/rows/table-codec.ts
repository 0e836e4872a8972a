import { patchByte, peek, truncate } from '../../bytes/bytes.js'
import { Newest } from '../../rows/id-index.js'
import { type EntityId, indexOf, maxSlots, ownIds, type Page, pageOf, pageSize } from '../../rows/page.js'
import { Table } from '../../rows/table.js'
import { malformed } from '../../values/plain.js'
import { readSlots, releaseSlots, type SlotList, type Slots, writeSlots } from '../bits/slot-set.js'
import type { DeltaReader, DeltaWriter } from '../context.js'
import type { PrecisionNode } from '../values/number.js'
import { beginRows } from './column-cells.js'
import { readingPool } from './column-data.js'
import { readIds, writeIds } from './ids.js'
import type { RowGroup } from './page-diff.js'
import { toSlots } from './ranks.js'
import { spendAll } from './read-column.js'
import {
  elementsOfColumns,
  elementsOfRow,
  readChangedRows,
  readFreeRows,
  readNewRows,
  readShapeNumber,
  readShapes,
  shapesToSend,
  writeChangedRows,
  writeNewRows,
  writeShapes,
} from './row-groups.js'
import { diffSubsets, diffTables, type TableDiff } from './table-diff.js'

/** Bits of the first byte. They say which sections follow, in this order. */
export const section = { shapes: 1, removed: 2, added: 4, changed: 8 } as const
/** Another bit of the first byte: removed and changed rows are named by their ranks in the base. */
export const ranked = 16
const allBits = 31

/**
 * Writes how one table becomes another. `isContinuation` must be true of them.
 * @param base undefined: writes the whole of `next`
 * @returns false, and writes nothing, if the wire would carry no change
 */
function writeTable(out: DeltaWriter, base: Table | undefined, next: Table, precision: PrecisionNode): boolean {
  const { bytes } = out
  const start = bytes.length
  const mark = out.pool.mark()
  releaseSlots()
  const isSubset = base?.subset !== undefined || next.subset !== undefined
  const diff = isSubset ? diffSubsets(base, next, precision) : diffTables(base, next, precision)
  const shapes = shapesToSend(base, next, diff.added, out.isView)
  const sections =
    (shapes.length > 0 ? section.shapes : 0) |
    (diff.removed.count > 0 ? section.removed : 0) |
    (diff.added.length > 0 ? section.added : 0)
  bytes.writeByte(sections)
  if (shapes.length > 0) writeShapes(out, next.shapes, shapes)
  if (diff.removed.count > 0) writeSlots(bytes, diff.removed)
  if (diff.added.length > 0) {
    bytes.writeVarUint(diff.added.length)
    for (const group of diff.added) writeAdded(out, next, diff.pages, group, precision)
  }
  const changed = writeChanged(out, next, diff, diff.changed, isSubset, precision) ? section.changed : 0
  out.pool.release(mark)
  const namesBase = ((sections & section.removed) | changed) !== 0
  const all = sections | changed | (namesBase && isSubset ? ranked : 0)
  if (all > 0) patchByte(bytes, start, all)
  if (all > 0 || base === undefined) return true
  truncate(bytes, start)
  return false
}

/** Reads what `writeTable` wrote. @returns a sealed table. `base` is not changed */
export function readTable(input: DeltaReader, base: Table | undefined): Table {
  if (input.insideRow) throw malformed()
  input.insideRow = true
  readingPool.release(0)
  releaseSlots()
  const { bytes } = input
  const table = new Table(base)
  const basePages = base?.pages ?? []
  const sections = bytes.readByte()
  const areRanked = (sections & ranked) !== 0
  if (sections > allBits || (areRanked && (sections & (section.removed | section.changed)) === 0)) throw malformed()
  const readBaseSlots = (): SlotList => {
    if (!areRanked) return readSlots(bytes, table.size, maxSlots)
    const slots = readSlots(bytes, table.size, base?.size ?? 0)
    toSlots(basePages, slots)
    return slots
  }
  if ((sections & section.shapes) !== 0) readShapes(input, table)
  if ((sections & section.removed) !== 0) {
    const { list, count } = readBaseSlots()
    for (let place = 0; place < count; place++) {
      if (table.idAt(list[place]!) === undefined) throw malformed()
      table.deleteAt(list[place]!)
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
    for (let group = bytes.readCount(3); group > 0; group--) {
      const shape = readShapeNumber(input, table)
      if (shapes.has(shape)) throw malformed()
      shapes.add(shape)
      const slots = readBaseSlots()
      named.add(slots)
      if (!table.hasRowsAt(slots.list, slots.count, shape)) throw malformed()
      readChangedRows(input, table, basePages, shape, slots)
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
function writeAdded(
  out: DeltaWriter,
  next: Table,
  pages: readonly Page[],
  group: RowGroup,
  precision: PrecisionNode,
): void {
  out.bytes.writeVarUint(group.shape)
  writeSlots(out.bytes, group.slots)
  const { list, count } = group.slots
  const ids: EntityId[] = []
  for (let place = 0; place < count; place++) ids.push(pages[pageOf(list[place]!)]!.ids[indexOf(list[place]!)]!)
  writeIds(out.bytes, ids)
  writeNewRows(out, next, pages, group, precision)
}

/** @param added receives the slots */
function readAdded(input: DeltaReader, table: Table, added: number[]): void {
  const { bytes } = input
  const shape = readShapeNumber(input, table)
  const slots = readSlots(bytes, bytes.remaining, maxSlots)
  const ids = readIds(bytes, slots.count)
  spendAll(input, ids)
  const { list, count } = slots
  for (let place = 0; place < count; place++) added.push(list[place]!)
  if (shape === 0) {
    const rows = readFreeRows(input, table, count)
    for (let place = 0; place < count; place++) table.restoreAt(list[place]!, ids[place]!, rows[place]!, shape)
    return
  }
  input.spend(count * elementsOfRow(table.shapes[shape]!) + elementsOfColumns(table.shapes[shape]!, slots))
  for (let place = 0; place < count; place++) {
    const page = table.claim(list[place]!, ids[place]!)
    const index = indexOf(list[place]!)
    if (page.shapes[index] === shape) continue
    ownIds(page)
    page.shapes[index] = shape
  }
  beginRows(table.pages, table.shapes[shape]!, slots)
  readNewRows(input, table, shape, slots)
}

/** Changed rows: the number of groups; for each its shape, slots and changes. @returns false, and writes nothing, for none */
function writeChanged(
  out: DeltaWriter,
  next: Table,
  diff: TableDiff,
  groups: readonly RowGroup[],
  areRanked: boolean,
  precision: PrecisionNode,
): boolean {
  const { bytes } = out
  const start = bytes.length
  bytes.writeVarUint(groups.length)
  const written = groups.filter((group) => {
    const before = bytes.length
    bytes.writeVarUint(group.shape)
    writeSlots(bytes, areRanked ? group.ranks : group.slots)
    if (writeChangedRows(out, next, diff, group, precision)) return true
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
  return written.length > 0 && writeChanged(out, next, diff, written, areRanked, precision)
}

/** The slots named in a delta. A delta names a row once at most: a change refers to the row before the whole delta. */
class NamedSlots {
  readonly #lists: ArrayLike<number>[] = []
  #slots: Set<number> | undefined

  constructor(added: readonly number[] | undefined) {
    if (added !== undefined) this.#lists.push(added)
  }

  add({ list, count }: Slots): void {
    const slots = list.subarray(0, count)
    if (this.#lists.length > 0) {
      this.#slots ??= new Set(Array.from(this.#lists[0]!))
      for (const slot of slots) if (this.#slots.has(slot)) throw malformed()
      for (const slot of slots) this.#slots.add(slot)
    }
    this.#lists.push(slots)
  }
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
