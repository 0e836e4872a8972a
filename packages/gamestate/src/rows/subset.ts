import { atOnce } from '../values/plain.js'
import { rowIn } from './columns.js'
import { countBits, type EntityId, indexOf, lowestBit, pageOf, type Row } from './page.js'
import type { ShownRows } from './shown-rows.js'
import { Table } from './table.js'

/** A sealed table with the rows of a sealed one for which `keep` returns true, in the same slots. */
export function filterTable(table: Table, keep: (row: Row, id: EntityId) => boolean): Table {
  const { pages } = table.subset?.whole ?? table
  const { numbers, bits } = table.shown
  const kept = { numbers: [] as number[], bits: [] as number[] }
  for (let place = 0; place < numbers.length; place++) {
    const page = pages[numbers[place]!]!
    let bitsKept = 0
    for (let rest = bits[place]!; rest !== 0; rest &= rest - 1) {
      const index = lowestBit(rest)
      if (atOnce('keep', keep(rowIn(page, index)!, page.ids[index]!))) bitsKept |= rest & -rest
    }
    if (bitsKept === 0) continue
    kept.numbers.push(numbers[place]!)
    kept.bits.push(bitsKept)
  }
  return subsetOfTable(table, kept, countAll(kept))
}

/**
 * A sealed table with the rows of these ids, in the same slots. The slots of a frozen list are remembered, and searched again
 * only after rows have come or gone.
 */
export function pickFromTable(table: Table, ids: Iterable<EntityId>): Table {
  if (!Array.isArray(ids) || !Object.isFrozen(ids)) {
    const shown = findRows(table, [...ids])
    return subsetOfTable(table, shown, countAll(shown))
  }
  const { index, layout } = table
  let known = index.picks.get(ids)
  if (known?.layout !== layout) {
    const shown = findRows(table, ids)
    known = { layout, shown, size: countAll(shown) }
    index.picks.set(ids, known)
  }
  return subsetOfTable(table, known.shown, known.size)
}

/** For each page, bits of the rows that were found. All zeros between calls. */
let found = /* @__PURE__ */ new Int32Array(64)
/** A larger list is released after use. */
const maxKeptPages = 1 << 12

function findRows(table: Table, ids: readonly EntityId[]): ShownRows {
  if (found.length < table.pages.length) found = new Int32Array(table.pages.length)
  const numbers: number[] = []
  for (const id of ids) {
    const slot = table.slotOf(id)
    if (slot < 0) continue
    const number = pageOf(slot)
    if (found[number] === 0) numbers.push(number)
    found[number]! |= 1 << indexOf(slot)
  }
  numbers.sort((a, b) => a - b)
  const bits = numbers.map((number) => found[number]!)
  for (const number of numbers) found[number] = 0
  if (found.length > maxKeptPages) found = new Int32Array(64)
  return { numbers, bits }
}

function countAll({ bits }: ShownRows): number {
  let count = 0
  for (const page of bits) count += countBits(page)
  return count
}

/** @returns the table itself if all rows are kept, and every shape has a row */
function subsetOfTable(table: Table, shown: ShownRows, size: number): Table {
  if (size === table.size && hasRowsOfAllShapes(table)) return table
  // a subset of a subset is a subset of the whole table
  return Table.subsetOf({ whole: table.subset?.whole ?? table, shown }, size)
}

function hasRowsOfAllShapes(table: Table): boolean {
  for (let shape = table.shapes.length - 1; shape > 0; shape--) if (!table.hasRowOf(shape)) return false
  return true
}
