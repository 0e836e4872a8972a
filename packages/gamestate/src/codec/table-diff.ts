import { countBits, isStepFrom, lowestBit, type Page, pageSize, type Row } from '../entity-map/page.js'
import type { Table } from '../entity-map/table.js'
import type { PrecisionNode } from './precision.js'
import { isSame } from './same.js'

/** Rows of one shape that are new, or that have changed. */
export interface RowGroup {
  /** How many rows there are so far. */
  count: number
  /** Index of the shape in the table's list; 0 for rows without one. */
  readonly shape: number
  /** Rising. */
  readonly slots: number[]
  readonly rows: Row[]
  /** As they were; empty for rows that are new. */
  readonly bases: Row[]
  /** For each row bit i for each field i that is not identical; empty for rows that are new. */
  readonly differences: number[]
  /** Fields that differ in at least one row, as bits. */
  fields: number
  /** Fields that differ in all rows. */
  commonFields: number
}

/** What differs between two tables, slot by slot. */
export interface TableDiff {
  /** Slots that hold a row in the base and none in the next. */
  readonly removed: number[]
  /** Slots that hold a row with another id than before, or of another shape. */
  readonly added: readonly RowGroup[]
  readonly changed: readonly RowGroup[]
}

/**
 * Compares two tables page by page; pages and rows that both share cost one comparison each.
 * @param base its list of shapes has to be the beginning of the next one's
 */
export function diffTables(base: Table | undefined, next: Table, precision: PrecisionNode): TableDiff {
  const removed: number[] = []
  const added: RowGroup[] = []
  const changed: RowGroup[] = []
  const basePages = base?.pages ?? []
  const pages = Math.max(basePages.length, next.pages.length)
  const room = Math.min(maxRoom, countCandidates(basePages, next.pages))
  let group: RowGroup | undefined
  for (let number = 0; number < pages; number++) {
    const basePage = basePages[number]
    const page = next.pages[number]
    if (page === basePage) continue
    // pages that share their ids share the shapes
    const haveSameIds = page !== undefined && page.ids === basePage?.ids && page.used === basePage.used
    // the transaction that made the one page of the other has found out what differs
    const isKnown = haveSameIds && isStepFrom(page, basePage!)
    const all = isKnown ? page.changed : (basePage?.used ?? 0) | (page?.used ?? 0)
    let known = 0
    for (let bits = all; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      const slot = number * pageSize + index
      const row = page?.rows[index]
      if (row === undefined) {
        removed.push(slot)
        continue
      }
      const shape = page!.shapes[index]!
      if (!haveSameIds && !isSameRow(basePage, page!, index)) {
        addRow(groupOf(added, shape, room), slot, row)
        continue
      }
      const baseRow = basePage!.rows[index]!
      let differences = isKnown ? page!.differences[known++]! : -1
      if (differences < 0) {
        if (row === baseRow) continue
        differences =
          shape > 0
            ? next.shapes[shape]!.access.differences(baseRow, row)
            : // the only bit there is stands for the whole row
              Number(!isSame(baseRow, row, precision))
      }
      if (differences === 0) continue
      if (group?.shape !== shape) group = groupOf(changed, shape, room)
      group.bases[group.count] = baseRow
      group.differences[group.count] = differences
      addRow(group, slot, row)
      group.fields |= differences
      group.commonFields &= differences
    }
  }
  for (const group of added) trim(group, 0)
  for (const group of changed) trim(group, group.count)
  return { removed, added, changed }
}

/** Room that a group gets at once: lists that grow are copied several times on the way. */
const maxRoom = 1024

/** At least as many as there are slots that differ. */
function countCandidates(basePages: readonly Page[], pages: readonly Page[]): number {
  let count = 0
  for (let number = 0; number < pages.length; number++) {
    const page = pages[number]!
    const base = basePages[number]
    if (page !== base) count += base !== undefined && isStepFrom(page, base) ? countBits(page.changed) : pageSize
  }
  return count
}

function trim(group: RowGroup, bases: number): void {
  group.slots.length = group.count
  group.rows.length = group.count
  group.bases.length = bases
  group.differences.length = bases
}

function isSameRow(basePage: Page | undefined, page: Page, index: number): boolean {
  return (
    basePage !== undefined &&
    (basePage.used & (1 << index)) !== 0 &&
    basePage.ids[index] === page.ids[index] &&
    basePage.shapes[index] === page.shapes[index]
  )
}

function groupOf(groups: RowGroup[], shape: number, room: number): RowGroup {
  let group = groups.find((candidate) => candidate.shape === shape)
  if (group === undefined) {
    group = {
      count: 0,
      shape,
      slots: new Array(room),
      rows: new Array(room),
      bases: new Array(room),
      differences: new Array(room),
      fields: 0,
      commonFields: -1,
    }
    groups.push(group)
  }
  return group
}

function addRow(group: RowGroup, slot: number, row: Row): void {
  group.slots[group.count] = slot
  group.rows[group.count] = row
  group.count++
}
