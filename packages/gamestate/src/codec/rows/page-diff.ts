import { cellOf, columnKind, rowIn } from '../../rows/columns.js'
import { countBits, isDirectChange, lowestBit, type Page, pageSize } from '../../rows/page.js'
import type { Shape } from '../../rows/shape.js'
import { comparisonOf } from '../../rows/shape-comparison.js'
import type { ShownSlots } from '../../rows/shown-rows.js'
import { isSame } from '../../values/equality.js'
import { type SlotList, type Slots, takeSlots } from '../bits/slot-set.js'
import type { PrecisionNode } from '../values/number.js'

/** Rows of one page that have changed, all of one shape. */
export interface PageRun {
  readonly base: Page
  readonly page: Page
  readonly shape: number
  /** The slots of the rows. */
  readonly bits: number
  /** For each field, bits of the slots that differ in it. For rows without a shape one entry, for the whole rows. */
  readonly differences: readonly number[]
  /** Set for a run that subsets share. */
  readonly shared: SharedRun | undefined
}

/** The changes of a run's cells. See `shared-changes.ts`. */
export interface SharedRun {
  readonly store: ChangeStore
  /** Where the run's block begins in the store. */
  readonly start: number
  /** For each field, bits of the slots whose change is in the store. */
  readonly known: number[]
  /** For each field, bits of the slots whose change the store cannot hold. */
  readonly others: number[]
}

/** Changes in quanta, within ±`maxSmallInt`. A run has a block with 32 cells for each field. */
export class ChangeStore {
  cells = noCells
  /** For each field the number of runs of which the store lacks a change. */
  readonly lacking: number[] = []
  #end = 0

  addRun(fields: number): SharedRun {
    while (this.lacking.length < fields) this.lacking.push(0)
    for (let field = 0; field < fields; field++) this.lacking[field]!++
    const start = this.#end
    this.#end += fields * pageSize
    if (this.#end > this.cells.length) {
      const cells = new Int32Array(2 * this.#end)
      cells.set(this.cells)
      this.cells = cells
    }
    return { store: this, start, known: new Array(fields).fill(0), others: new Array(fields).fill(0) }
  }
}

const noCells = /* @__PURE__ */ new Int32Array(0)

/**
 * Finds the rows of a page that have changed.
 * @param bits slots that hold rows of the same ids and shapes on both pages
 * @param shapes of the table
 * @param store set if subsets will share what is found
 * @param visit is called for each shape with changed rows, in the order of the first of these
 */
export function findChanges(
  base: Page,
  page: Page,
  bits: number,
  shapes: readonly Shape[],
  precision: PrecisionNode,
  store: ChangeStore | undefined,
  visit: (run: PageRun) => void,
): void {
  const isDirect = isDirectChange(page, base)
  if (page.layout !== undefined) {
    const shape = page.shapes[lowestBit(bits)]!
    // the transaction that made this page of the other one knows what differs
    const isKnown = isDirect && page.differences.length > 0
    const differences = isKnown ? page.differences : differencesBetween(base, page, shapes[shape]!, bits)
    const changed = isKnown ? page.changed : union(differences)
    if (changed !== 0) {
      visit({ base, page, shape, bits: changed, differences, shared: store?.addRun(differences.length) })
    }
    return
  }
  const runs: PageRun[] = []
  for (let rest = isDirect ? bits & page.changed : bits; rest !== 0; ) {
    const shape = page.shapes[lowestBit(rest)]!
    let alike = 0
    for (let others = rest; others !== 0; others &= others - 1) {
      if (page.shapes[lowestBit(others)] === shape) alike |= others & -others
    }
    rest &= ~alike
    const differences =
      shape === 0 ? [changedRows(base, page, alike, precision)] : differencesBetween(base, page, shapes[shape]!, alike)
    const changed = union(differences)
    if (changed !== 0) {
      runs.push({ base, page, shape, bits: changed, differences, shared: store?.addRun(differences.length) })
    }
  }
  runs.sort((a, b) => lowestBit(a.bits) - lowestBit(b.bits))
  for (const run of runs) visit(run)
}

function union(differences: readonly number[]): number {
  let bits = 0
  for (let field = 0; field < differences.length; field++) bits |= differences[field]!
  return bits
}

/** Bits of the rows that the wire would carry. */
function changedRows(base: Page, page: Page, bits: number, precision: PrecisionNode): number {
  let changed = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const index = lowestBit(rest)
    const row = rowIn(page, index)
    const before = rowIn(base, index)
    if (row !== before && !isSame(before, row, precision)) changed |= rest & -rest
  }
  return changed
}

function differencesBetween(base: Page, page: Page, shape: Shape, bits: number): number[] {
  const differences: number[] = []
  const areRows = base.layout === undefined && page.layout === undefined
  for (let field = 0; field < shape.fields.length; field++) {
    differences.push(areRows ? 0 : differingCells(base, page, shape, field, bits))
  }
  if (areRows) compareRows(base, page, shape, bits, differences)
  return differences
}

function compareRows(base: Page, page: Page, shape: Shape, bits: number, differences: number[]): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const row = rowIn(page, lowestBit(rest))!
    const before = rowIn(base, lowestBit(rest))!
    if (row === before) continue
    for (let fields = comparisonOf(shape).differences(before, row); fields !== 0; fields &= fields - 1) {
      differences[lowestBit(fields)]! |= rest & -rest
    }
  }
}

function differingCells(base: Page, page: Page, shape: Shape, field: number, bits: number): number {
  if (base.layout !== undefined && page.layout !== undefined) {
    const before = base.columns[field]!
    const after = page.columns[field]!
    if (before === after) return 0
    if (typeof before === 'number' && typeof after === 'number') return (before ^ after) & bits
    if (base.layout.kinds[field] === columnKind.numbers && page.layout.kinds[field] === columnKind.numbers) {
      return differingNumbers(before as number[], after as number[], bits)
    }
  }
  let differing = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const index = lowestBit(rest)
    if (!Object.is(cellOf(base, shape, field, index), cellOf(page, shape, field, index))) differing |= rest & -rest
  }
  return differing
}

function differingNumbers(before: readonly number[], after: readonly number[], bits: number): number {
  let differing = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const index = lowestBit(rest)
    if (!Object.is(before[index], after[index])) differing |= rest & -rest
  }
  return differing
}

/** New or changed rows of one shape. */
export interface RowGroup {
  /** Number of the shape in the table's list; 0 for rows without a shape. */
  readonly shape: number
  readonly slots: Slots
  /** Of changed rows of a subset their ranks in the base. */
  readonly ranks: Slots
  /** Of changed rows of a subset, where the cells of their first field are in the store. */
  readonly cells: Slots
  /** The changed rows page by page; empty for new rows. */
  readonly runs: readonly PageRun[]
  /** For each run, bits of its rows that are in the group. */
  readonly bits: readonly number[]
  /** For each field the number of rows that differ in it; empty for new rows. */
  readonly counts: readonly number[]
}

/** A group that is being gathered. */
export interface OpenGroup extends RowGroup {
  readonly slots: SlotList
  readonly ranks: SlotList
  readonly cells: SlotList
  readonly runs: PageRun[]
  readonly bits: number[]
  readonly counts: number[]
}

/** The group of a shape, which is added if it is not there. */
export function groupOf(groups: OpenGroup[], shape: number): OpenGroup {
  for (let place = 0; place < groups.length; place++) if (groups[place]!.shape === shape) return groups[place]!
  const group = { shape, slots: takeSlots(), ranks: takeSlots(), cells: takeSlots(), runs: [], bits: [], counts: [] }
  groups.push(group)
  return group
}

/**
 * Adds rows of a run.
 * @param first the first slot of the page
 * @param shown bits of the rows
 */
export function addRun(group: OpenGroup, first: number, run: PageRun, shown: number): void {
  const { slots, runs, bits, counts } = group
  runs.push(run)
  bits.push(shown)
  slots.reserve(pageSize)
  const { list } = slots
  let end = slots.count
  if (run.shared === undefined) {
    for (let rest = shown; rest !== 0; rest &= rest - 1) list[end++] = first + lowestBit(rest)
  } else {
    const { start } = run.shared
    group.cells.reserve(pageSize)
    const cells = group.cells.list
    for (let rest = shown; rest !== 0; rest &= rest - 1) {
      const index = lowestBit(rest)
      list[end] = first + index
      cells[end++] = start + index
    }
    group.cells.count = end
  }
  slots.count = end
  const { differences } = run
  while (counts.length < differences.length) counts.push(0)
  for (let field = 0; field < differences.length; field++) {
    const differing = differences[field]! & shown
    if (differing !== 0) counts[field]! += countBits(differing)
  }
}

/** The group of all rows of a subset. @param runs one for each page */
export function groupOfAll(runs: readonly PageRun[], bits: readonly number[], rows: ShownSlots): RowGroup {
  const { slots, pages, starts, cells } = rows
  let isStale = false
  for (let place = 0; place < runs.length; place++) {
    const { start } = runs[place]!.shared!
    if (starts[place] === start) continue
    starts[place] = start
    isStale = true
  }
  // the pages are mostly compared in the order of the last tick
  if (isStale) {
    for (let place = 0; place < slots.count; place++) {
      cells.list[place] = starts[pages[place]!]! + (slots.list[place]! & (pageSize - 1))
    }
  }
  const { shape, differences } = runs[0]!
  const counts: number[] = []
  for (let field = 0; field < differences.length; field++) {
    let count = 0
    for (let place = 0; place < runs.length; place++) {
      const differing = runs[place]!.differences[field]! & bits[place]!
      if (differing !== 0) count += countBits(differing)
    }
    counts.push(count)
  }
  return { shape, slots, ranks: allRanks(slots.count), cells, runs, bits, counts }
}

/** 0, 1, 2, … One list for all subsets stays in the caches of a processor. */
let rising = /* @__PURE__ */ new Int32Array(0)

function allRanks(count: number): Slots {
  if (rising.length < count) {
    rising = new Int32Array(2 * count)
    for (let rank = 0; rank < rising.length; rank++) rising[rank] = rank
  }
  return { list: rising, count }
}

/** The places in a group of the rows that differ in a field. */
export function touchedPlaces({ runs, bits }: RowGroup, field: number): SlotList {
  const places = takeSlots()
  let first = 0
  for (let index = 0; index < runs.length; index++) {
    const shown = bits[index]!
    for (let rest = runs[index]!.differences[field]! & shown; rest !== 0; rest &= rest - 1) {
      places.push(first + countBits(shown & ((rest & -rest) - 1)))
    }
    first += countBits(shown)
  }
  return places
}
