import { lowestBit, type Page, pageSize, type Row } from '../entity-map/page.js'
import type { Shape } from '../entity-map/shape.js'
import type { Table } from '../entity-map/table.js'
import { type PrecisionNode, precisionOf } from './precision.js'
import { isSame } from './same.js'

/** Rows of one shape, by their slots, rising. */
export interface RowGroup {
  /** Index of the shape in the table's list; 0 for rows without one. */
  readonly shape: number
  /** Bit i for field i of the shape: those that differ; of new rows all. */
  readonly fields: number
  readonly slots: number[]
}

/** What differs between two tables, slot by slot. */
export interface TableDiff {
  /** Slots that hold a row in the base and none in the next. */
  readonly removed: number[]
  /** Slots that hold a row with another id than before, or of another shape. */
  readonly added: readonly RowGroup[]
  readonly changed: readonly RowGroup[]
}

/** More than all fields that a shape can have: groups are told apart by shape * this + fields. */
const fieldSets = 2 ** 30

/**
 * Compares two tables page by page; pages and rows that both share cost one comparison each.
 * @param base its list of shapes has to be the beginning of the next one's
 */
export function diffTables(base: Table | undefined, next: Table, precision: PrecisionNode): TableDiff {
  const removed: number[] = []
  const added = new Map<number, RowGroup>()
  const changed = new Map<number, RowGroup>()
  const basePages = base?.pages ?? []
  const pages = Math.max(basePages.length, next.pages.length)
  for (let number = 0; number < pages; number++) {
    const basePage = basePages[number]
    const page = next.pages[number]
    if (page === basePage) continue
    const all = (basePage?.used ?? 0) | (page?.used ?? 0)
    for (let bits = all; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      const slot = number * pageSize + index
      const row = page?.rows[index]
      if (row === undefined) {
        removed.push(slot)
        continue
      }
      const shape = page!.shapes[index]!
      if (!isSameRow(basePage, page!, index)) addTo(added, shape, allFields(next.shapes[shape]!), slot)
      else if (row !== basePage!.rows[index]) {
        const fields = changedFields(basePage!.rows[index]!, row, shape, next.shapes[shape]!, precision)
        if (fields !== 0) addTo(changed, shape, fields, slot)
      }
    }
  }
  return { removed, added: [...added.values()], changed: [...changed.values()] }
}

/** Bit i for each field i. */
export function allFields(shape: Shape): number {
  return 2 ** shape.length - 1
}

function isSameRow(basePage: Page | undefined, page: Page, index: number): boolean {
  return (
    basePage !== undefined &&
    (basePage.used & (1 << index)) !== 0 &&
    basePage.ids[index] === page.ids[index] &&
    basePage.shapes[index] === page.shapes[index]
  )
}

/** For a row without a shape the only bit there is stands for the whole row. */
function changedFields(base: Row, next: Row, shapeIndex: number, shape: Shape, precision: PrecisionNode): number {
  if (shapeIndex === 0) return isSame(base, next, precision) ? 0 : 1
  let fields = 0
  for (let index = 0; index < shape.length; index++) {
    const field = shape[index]!
    const was = base[field]
    const is = next[field]
    if (was !== is || (is === 0 && !Object.is(was, is))) {
      if (!isSame(was, is, precisionOf(precision, field))) fields |= 1 << index
    }
  }
  return fields
}

function addTo(groups: Map<number, RowGroup>, shape: number, fields: number, slot: number): void {
  const key = shape * fieldSets + fields
  const group = groups.get(key)
  if (group === undefined) groups.set(key, { shape, fields, slots: [slot] })
  else group.slots.push(slot)
}
