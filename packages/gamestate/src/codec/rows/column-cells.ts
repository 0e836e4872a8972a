import {
  beginOpenColumns,
  cellOf,
  changeKind,
  columnKind,
  kindOfValue,
  ownColumn,
  putCell,
  rowIn,
  toRowPage,
} from '../../rows/columns.js'
import { indexOf, lowestBit, type Page, pageOf, pageSize, type Row } from '../../rows/page.js'
import type { Shape } from '../../rows/shape.js'
import type { Slots } from '../bits/slot-set.js'

// One field of many rows of one shape, read from the pages of a version and written into those of an open table.

/** Where the slots of the next page begin. */
function endOfPage(list: Int32Array, from: number, count: number): number {
  const number = pageOf(list[from]!)
  let to = from + 1
  while (to < count && pageOf(list[to]!) === number) to++
  return to
}

/** Reads the numbers of a field. @returns false if a value is no number */
export function readNumbers(
  pages: readonly Page[],
  shape: Shape,
  field: number,
  { list, count }: Slots,
  into: Float64Array,
): boolean {
  for (let from = 0; from < count; ) {
    const to = endOfPage(list, from, count)
    const page = pages[pageOf(list[from]!)]!
    const kind = page.layout?.kinds[field]
    if (kind === columnKind.numbers) takeNumbers(page.columns[field] as number[], list, from, to, into)
    else if (kind === columnKind.bits) return false
    else {
      for (let place = from; place < to; place++) {
        const value = cellOf(page, shape, field, indexOf(list[place]!))
        if (typeof value !== 'number') return false
        into[place] = value
      }
    }
    from = to
  }
  return true
}

/** A function of its own, so that it meets one kind of array only. */
function takeNumbers(column: number[], list: Int32Array, from: number, to: number, into: Float64Array): void {
  for (let place = from; place < to; place++) into[place] = column[list[place]! & (pageSize - 1)]!
}

/**
 * `readNumbers`, each number as its whole multiple of a quantum.
 * @param perUnit the number of quanta in 1, a whole number
 * @param most largest possible number of quanta
 * @returns false if a value is no number, or has more quanta
 */
export function readMultiples(
  pages: readonly Page[],
  field: number,
  { list, count }: Slots,
  perUnit: number,
  most: number,
  into: Float64Array,
): boolean {
  for (let from = 0; from < count; ) {
    const to = endOfPage(list, from, count)
    const page = pages[pageOf(list[from]!)]!
    if (page.layout?.kinds[field] !== columnKind.numbers) return false
    if (!takeMultiples(page.columns[field] as number[], list, from, to, perUnit, most, into)) return false
    from = to
  }
  return true
}

function takeMultiples(
  column: number[],
  list: Int32Array,
  from: number,
  to: number,
  perUnit: number,
  most: number,
  into: Float64Array,
): boolean {
  for (let place = from; place < to; place++) {
    const multiple = Math.floor(column[list[place]! & (pageSize - 1)]! * perUnit + 0.5) + 0
    if (!(Math.abs(multiple) <= most)) return false
    into[place] = multiple
  }
  return true
}

/** The values of a field. */
export function readValues(pages: readonly Page[], shape: Shape, field: number, { list, count }: Slots): unknown[] {
  const values: unknown[] = []
  for (let place = 0; place < count; place++) values.push(valueAt(pages, shape, field, list[place]!))
  return values
}

/** The value of a field in a slot. */
export function valueAt(pages: readonly Page[], shape: Shape, field: number, slot: number): unknown {
  return cellOf(pages[pageOf(slot)]!, shape, field, indexOf(slot))
}

/** The row in a slot, as an object. */
export function rowAt(pages: readonly Page[], slot: number): Row {
  return rowIn(pages[pageOf(slot)]!, indexOf(slot))!
}

/** Writes values into a field of rows of an open table, whose pages have been opened. */
export function writeValues(
  pages: readonly Page[],
  shape: Shape,
  field: number,
  { list, count }: Slots,
  values: readonly unknown[] | Float64Array,
): void {
  for (let from = 0; from < count; ) {
    const to = endOfPage(list, from, count)
    const page = pages[pageOf(list[from]!)]!
    if (page.layout === undefined) {
      for (let place = from; place < to; place++) {
        ownRow(page, indexOf(list[place]!))[shape.fields[field]!] = values[place]
      }
    } else if (values instanceof Float64Array && toKind(page, field, columnKind.numbers, list, from, to)) {
      putNumbers(ownColumn(page, field) as number[], list, from, to, values)
    } else putValues(page, field, list, from, to, values)
    from = to
  }
}

function putNumbers(column: number[], list: Int32Array, from: number, to: number, numbers: Float64Array): void {
  for (let place = from; place < to; place++) column[list[place]! & (pageSize - 1)] = numbers[place]!
}

function putValues(
  page: Page,
  field: number,
  list: Int32Array,
  from: number,
  to: number,
  values: ArrayLike<unknown>,
): void {
  let kind = kindOfValue(values[from])
  for (let place = from + 1; place < to; place++) if (kindOfValue(values[place]) !== kind) kind = columnKind.values
  toKind(page, field, kind, list, from, to)
  for (let place = from; place < to; place++) putCell(page, field, indexOf(list[place]!), values[place])
}

/**
 * Writes into each row the opposite of the boolean that it had, for all rows of a page at once.
 * @returns false if there is a page that does not hold the field as bits: then all rows have to be written
 */
export function writeOpposites(
  bases: readonly Page[],
  pages: readonly Page[],
  field: number,
  { list, count }: Slots,
): boolean {
  for (let from = 0; from < count; ) {
    const to = endOfPage(list, from, count)
    const number = pageOf(list[from]!)
    const base = bases[number]!
    const page = pages[number]!
    if (base.layout?.kinds[field] !== columnKind.bits || page.layout?.kinds[field] !== columnKind.bits) return false
    let bits = 0
    for (let place = from; place < to; place++) bits |= 1 << indexOf(list[place]!)
    const column = ownColumn(page, field) as number
    page.columns[field] = (column & ~bits) | (~(base.columns[field] as number) & bits)
    from = to
  }
  return true
}

/**
 * Gives a column the kind of the values that are written to these slots, if it has another one and these are all rows of
 * the page; else makes it a column of values.
 * @returns false for a column of values
 */
function toKind(page: Page, field: number, kind: number, list: Int32Array, from: number, to: number): boolean {
  const old = page.layout!.kinds[field]!
  if (old !== kind) {
    let written = 0
    for (let place = from; place < to; place++) written |= 1 << indexOf(list[place]!)
    const wanted = written === page.used ? kind : columnKind.values
    if (old !== wanted) changeKind(page, field, wanted)
  }
  return page.layout!.kinds[field] === kind && kind !== columnKind.values
}

/** A row object that may be written to until the table is sealed. */
function ownRow(page: Page, index: number): Row {
  const bit = 1 << index
  toRowPage(page)
  const rows = page.rows!
  if ((page.fresh & bit) === 0) {
    page.fresh |= bit
    rows[index] = { ...rows[index] }
  }
  return rows[index]!
}

/** Prepares pages for new rows of a shape, in slots that have been claimed. All of their fields have to be written. */
export function beginRows(pages: readonly Page[], shape: Shape, { list, count }: Slots): void {
  for (let from = 0; from < count; ) {
    const to = endOfPage(list, from, count)
    let added = 0
    for (let place = from; place < to; place++) added |= 1 << indexOf(list[place]!)
    beginRowsIn(pages[pageOf(list[from]!)]!, shape, added)
    from = to
  }
}

function beginRowsIn(page: Page, shape: Shape, added: number): void {
  page.restored = true
  page.changed |= added
  const rest = page.used & ~added
  if (rest === 0) beginOpenColumns(page, shape)
  else if (page.layout?.shape !== shape) {
    // as long as the new rows are not there, it has the others only
    page.used = rest
    toRowPage(page)
    page.used |= added
    for (let bits = added; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      page.rows![index] = blankRow(shape.fields)
      page.fresh |= bits & -bits
    }
  }
}

/** Rows get all fields in order at once: their hidden class then does not depend on the order of the columns. */
function blankRow(fields: readonly string[]): Row {
  const row: Row = {}
  for (const field of fields) row[field] = null
  return row
}

/** Prepares the pages of rows that will be changed. The slots hold rows. */
export function beginChanges(pageFor: (number: number) => Page, { list, count }: Slots): void {
  for (let from = 0; from < count; ) {
    const to = endOfPage(list, from, count)
    const page = pageFor(pageOf(list[from]!))
    page.restored = true
    for (let place = from; place < to; place++) page.changed |= 1 << indexOf(list[place]!)
    from = to
  }
}

/** The number of pages in which the slots are. */
export function countPages({ list, count }: Slots): number {
  let pages = 0
  for (let from = 0; from < count; from = endOfPage(list, from, count)) pages++
  return pages
}
