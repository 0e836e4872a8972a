import { Newest } from '../../rows/id-index.js'
import { countBits, isDirectChange, lowestBit, type Page, pageSize, type Row } from '../../rows/page.js'
import { comparisonOf } from '../../rows/shape-comparison.js'
import type { Table } from '../../rows/table.js'
import { isSame } from '../../values/equality.js'
import type { PrecisionNode } from '../values/number.js'
import { beginGroups, type DiffGroup, endGroups, gather } from './diff-groups.js'
import { otherwise, SharedDiff } from './shared-diff.js'

/** New or changed rows of one shape. */
export interface RowGroup {
  count: number
  /** Number of the shape in the table's list; 0 for rows without a shape. */
  readonly shape: number
  /** Rising. */
  readonly slots: number[]
  readonly rows: Row[]
  /** The old rows; empty for new rows. */
  readonly bases: Row[]
  /** For each row, bit i for each field i that is not identical; empty for new rows. */
  readonly differences: number[]
  /** Bits of the fields that differ in at least one row. */
  fields: number
  /** Bits of the fields that differ in all rows. */
  commonFields: number
}

/** The difference of two tables, slot by slot. */
export interface TableDiff {
  /** Slots that hold a row in the base only. */
  readonly removed: number[]
  /** Slots whose row is new, or has another id or shape than before. */
  readonly added: readonly RowGroup[]
  readonly changed: readonly RowGroup[]
}

/**
 * Compares two tables page by page. Shared pages and rows cost one comparison each.
 * @param base its list of shapes must be the beginning of that of `next`
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
    // the transaction that made this page of the other one knows what differs
    const isKnown = haveSameIds && isDirectChange(page, basePage!)
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
            ? comparisonOf(next.shapes[shape]!).differences(baseRow, row)
            : // the one bit stands for the whole row
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

/** Most rows for which a group gets room at once. Growing lists would be copied several times. */
const maxRoom = 1024

/** At least the number of slots that differ. */
function countCandidates(basePages: readonly Page[], pages: readonly Page[]): number {
  let count = 0
  for (let number = 0; number < pages.length; number++) {
    const page = pages[number]!
    const base = basePages[number]
    if (page !== base) count += base !== undefined && isDirectChange(page, base) ? countBits(page.changed) : pageSize
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

/** The difference of two tables of which at least one is a subset. */
export interface SubsetDiff extends TableDiff {
  readonly diff: SharedDiff
  /** Changed rows that are written row by row. `changed` has those that quanta cannot express. */
  readonly rowWise: readonly DiffGroup[]
}

/** The shared diff from one version. */
interface Known {
  /** `Table.serial` of that version. A reference to it would keep old versions in memory. */
  readonly from: number
  readonly precision: PrecisionNode
  readonly diff: SharedDiff
}

const knownDiffs = /* @__PURE__ */ new Newest<Known>()

/** Compares two subsets by the diff of their whole tables. */
export function diffSubsets(base: Table, next: Table, precision: PrecisionNode): SubsetDiff {
  const wholeBase = base.subset?.whole ?? base
  const whole = next.subset?.whole ?? next
  const diff = sharedDiffBetween(wholeBase, whole, precision)
  const removed: number[] = []
  const added: RowGroup[] = []
  const changed: RowGroup[] = []
  beginGroups()
  const count = Math.max(wholeBase.pages.length, whole.pages.length)
  for (let number = 0; number < count; number++) {
    const before = shownBits(base, number)
    const now = shownBits(next, number)
    const page = whole.pages[number]
    const first = number * pageSize
    if ((before & now) !== 0) diff.look(number)
    for (let bits = before & ~now; bits !== 0; bits &= bits - 1) removed.push(first + lowestBit(bits))
    for (let bits = now & (~before | diff.replaced[number]!); bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      addRow(groupOf(added, page!.shapes[index]!, 0), first + index, page!.rows[index]!)
    }
    const firstCell = diff.firstCells[number]!
    for (let bits = before & now & diff.changed[number]!; bits !== 0; ) {
      const index = lowestBit(bits)
      const cell = firstCell + index
      const mask = diff.masks[cell]!
      const shape = page!.shapes[index]!
      const alike = bits & diff.alike(cell)
      if (mask === 0 || (mask !== otherwise && gather(number, alike, mask, shape))) bits &= ~alike
      else {
        // one by one, since the slots of a group have to rise
        bits &= bits - 1
        addChanged(groupOf(changed, shape, 0), whole, first + index, diff.baseAt(cell), diff.rowAt(cell))
      }
    }
  }
  return { removed, added, changed, diff, rowWise: endGroups(diff) }
}

function sharedDiffBetween(base: Table, next: Table, precision: PrecisionNode): SharedDiff {
  const known = knownDiffs.about(next)
  for (const one of known) if (one.from === base.serial && one.precision === precision) return one.diff
  const diff = new SharedDiff(base, next, precision)
  known.push({ from: base.serial, precision, diff })
  return diff
}

/** Bits of the rows of a page that a table has. */
function shownBits(table: Table, number: number): number {
  const { subset } = table
  return subset === undefined ? (table.pages[number]?.used ?? 0) : (subset.kept[number] ?? 0)
}

function addChanged(group: RowGroup, { shapes }: Table, slot: number, base: Row, row: Row): void {
  // a row without a shape has one bit, which stands for the whole row
  const differences = group.shape === 0 ? 1 : comparisonOf(shapes[group.shape]!).differences(base, row)
  group.bases[group.count] = base
  group.differences[group.count] = differences
  group.fields |= differences
  group.commonFields &= differences
  addRow(group, slot, row)
}
