import { cellOf } from '../../rows/columns.js'
import { lowestBit, pageSize } from '../../rows/page.js'
import type { Shape } from '../../rows/shape.js'
import { maxSmallInt } from '../bits/ints.js'
import { type SlotList, type Slots, takeSlots } from '../bits/slot-set.js'
import type { PrecisionNode } from '../values/number.js'
import { quantaOf } from '../values/quanta.js'
import { type ColumnRows, maxFoundQuanta } from './column-data.js'
import type { PageRun, RowGroup } from './page-diff.js'

// Subsets of a map show the same changed rows again and again. The change of a cell is computed when the first of them shows
// it. It depends on that cell alone, so a delta of a subset says nothing of hidden rows.

/** The changes of one field of some rows. */
export interface SharedChanges {
  /** In quanta, within ±`maxSmallInt`. */
  readonly changes: SlotList
  /** The number of those that are not zero. */
  readonly visible: number
}

/**
 * Takes the changes of a field of a group's rows, which subsets share.
 * @param few the places of the rows that differ in the field, to take only these
 * @returns undefined if one of them has too many quanta, or is none of numbers
 */
export function takeChanges(
  { shape, precisions }: ColumnRows,
  { runs, bits, cells }: RowGroup,
  field: number,
  few: Slots | undefined,
): SharedChanges | undefined {
  const { store } = runs[0]!.shared!
  for (let place = 0; place < runs.length && store.lacking[field]! > 0; place++) {
    const run = runs[place]!
    const { known, others } = run.shared!
    const shown = few === undefined ? bits[place]! : bits[place]! & run.differences[field]!
    if ((shown & ~known[field]!) !== 0) fill(run, shape, field, precisions[field], shown & ~known[field]!)
    if ((shown & others[field]!) !== 0) return undefined
  }
  const changes = takeSlots()
  const count = few === undefined ? cells.count : few.count
  changes.reserve(count)
  changes.count = count
  const first = field * pageSize
  const visible =
    few === undefined
      ? gather(store.cells, cells.list, first, count, changes.list)
      : gatherFew(store.cells, cells.list, first, few, changes.list)
  return { changes, visible }
}

/** @returns how many are not zero */
function gather(from: Int32Array, cells: Int32Array, first: number, count: number, into: Int32Array): number {
  let visible = 0
  for (let place = 0; place < count; place++) {
    const change = from[cells[place]! + first]!
    into[place] = change
    // one for all but zero, without a branch
    visible += (change | -change) >>> 31
  }
  return visible
}

function gatherFew(
  from: Int32Array,
  cells: Int32Array,
  first: number,
  { list, count }: Slots,
  into: Int32Array,
): number {
  let visible = 0
  for (let place = 0; place < count; place++) {
    const change = from[cells[list[place]!]! + first]!
    into[place] = change
    visible += (change | -change) >>> 31
  }
  return visible
}

/** The quantum of the changes of a field. */
export function quantumOf(precision: PrecisionNode): number {
  return typeof precision === 'number' ? precision : 1
}

/** Computes the changes of these slots. */
function fill(
  { base, page, shared, bits: all }: PageRun,
  shape: Shape,
  field: number,
  precision: PrecisionNode,
  slots: number,
): void {
  const { store, start, known, others } = shared!
  known[field]! |= slots
  for (let bits = slots; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    const change = changeOf(cellOf(base, shape, field, index), cellOf(page, shape, field, index), precision)
    if (Math.abs(change) <= maxSmallInt) store.cells[start + field * pageSize + index] = change
    else others[field]! |= bits & -bits
  }
  if (known[field] === all && others[field] === 0) store.lacking[field]!--
}

/** In quanta; NaN if quanta cannot express it. */
function changeOf(base: unknown, next: unknown, precision: PrecisionNode): number {
  if (typeof base !== 'number' || typeof next !== 'number') return Number.NaN
  if (typeof precision === 'number') return quantaOf(next, precision) - quantaOf(base, precision)
  return isCount(base) && isCount(next) ? next - base : Number.NaN
}

/** Without a declared precision, integers have the quantum 1. */
function isCount(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= maxFoundQuanta && !Object.is(value, -0)
}
