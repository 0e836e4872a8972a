import { atOnce } from '../callbacks.js'
import { countBits, type EntityId, indexOf, lowestBit, pageOf, type Row } from './page.js'
import { type Subset, Table } from './table.js'

/** A sealed table with the rows of a sealed one for which `keep` returns true, in the same slots. */
export function filterTable(table: Table, keep: (row: Row, id: EntityId) => boolean): Table {
  const { pages } = table
  const kept = new Int32Array(pages.length)
  for (let number = 0; number < pages.length; number++) {
    const page = pages[number]!
    let bitsKept = 0
    for (let bits = page.used; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      if (atOnce('keep', keep(page.rows[index]!, page.ids[index]!))) bitsKept |= bits & -bits
    }
    kept[number] = bitsKept
  }
  return subsetOfTable(table, kept, countAll(kept))
}

/**
 * A sealed table with the rows of these ids, in the same slots. The slots of a frozen list are remembered, and searched again
 * only after rows have come or gone.
 */
export function pickFromTable(table: Table, ids: Iterable<EntityId>): Table {
  if (!Array.isArray(ids) || !Object.isFrozen(ids)) {
    const kept = findSlots(table, ids)
    return subsetOfTable(table, kept, countAll(kept))
  }
  const { index, layout } = table
  let known = index.picks.get(ids)
  if (known?.layout !== layout) {
    const kept = findSlots(table, ids)
    known = { layout, kept, size: countAll(kept) }
    index.picks.set(ids, known)
  }
  return subsetOfTable(table, known.kept, known.size)
}

function findSlots(table: Table, ids: Iterable<EntityId>): Int32Array {
  const kept = new Int32Array(table.pages.length)
  for (const id of ids) {
    const slot = table.slotOf(id)
    if (slot >= 0) kept[pageOf(slot)]! |= 1 << indexOf(slot)
  }
  return kept
}

function countAll(kept: Int32Array): number {
  let count = 0
  for (const bits of kept) count += countBits(bits)
  return count
}

/** @returns the table itself if all rows are kept, and every shape has a row */
function subsetOfTable(table: Table, kept: Int32Array, size: number): Table {
  if (size === table.size && hasRowsOfAllShapes(table)) return table
  return Table.subsetOf(ofWhole(table, kept), size)
}

/** A subset of a subset is a subset of the whole table. */
function ofWhole(table: Table, kept: Int32Array): Subset {
  const { subset } = table
  if (subset === undefined) return { whole: table, kept }
  const all = new Int32Array(subset.kept.length)
  all.set(kept)
  return { whole: subset.whole, kept: all }
}

function hasRowsOfAllShapes(table: Table): boolean {
  for (let shape = table.shapes.length - 1; shape > 0; shape--) if (!table.hasRowOf(shape)) return false
  return true
}
