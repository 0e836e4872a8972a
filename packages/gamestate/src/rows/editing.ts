import { atOnce } from '../callbacks.js'
import { checkKeys, invalidInRule, isDraft, isPlainObject, type Path } from '../values/plain.js'
import { sealValue, thaw } from '../values/sealing.js'
import { type EntityId, hasSameIds, indexOf, lowestBit, ownIds, type Page, pageOf, pageSize, type Row } from './page.js'
import { createShape } from './shape.js'
import { comparisonOf, findShape } from './shape-comparison.js'
import type { Table } from './table.js'

/** A copy of the row in a slot, which may be changed until the table is sealed. The slot must hold a row. Open tables only. */
export function editAt(table: Table, slot: number): Row {
  const page = table.pageForWrite(pageOf(slot))
  const index = indexOf(slot)
  const bit = 1 << index
  if ((page.touched & bit) === 0) touch(table, page, index, bit)
  return page.rows[index]!
}

/** Calls `change` with each row as `editAt` returns it. A row that is deleted before its turn is left out. Open tables only. */
export function editEach(table: Table, change: (row: Row, id: EntityId) => void): void {
  for (let number = 0; number < table.pages.length; number++) {
    let bits = table.pages[number]!.used
    if (bits === 0) continue
    const page = table.pageForWrite(number)
    for (; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      const bit = bits & -bits
      if ((page.used & bit) === 0) continue
      if ((page.touched & bit) === 0) touch(table, page, index, bit)
      atOnce('change', change(page.rows[index]!, page.ids[index]!))
    }
  }
}

function touch({ shapes, nested }: Table, page: Page, index: number, bit: number): void {
  const row = page.rows[index]!
  const shape = page.shapes[index]!
  page.rows[index] = shape > 0 && !nested ? shapes[shape]!.access.copy(row) : thawRow(row, nested)
  page.touched |= bit
}

/** The slot for a new id: the lowest free one, so that the same rule makes the same slots everywhere. Open tables only. */
export function freeSlot(table: Table): number {
  const { pages } = table
  let page = table.firstFree
  while (page < pages.length && pages[page]!.used === -1) page++
  table.firstFree = page
  const used = pages[page]?.used ?? 0
  return page * pageSize + lowestBit(~used)
}

/**
 * Ends the changes of an open table: checks every touched row, replaces equal parts by the old ones, freezes all that is new.
 * @param path of the map, for errors
 * @returns the table, or its base if nothing has changed
 * @throws GameStateError `invalid_value` with the path. The table cannot be used afterwards.
 */
export function sealTable(table: Table, path: Path | undefined): Table {
  return table.seal((page, basePage) => sealPage(table, page, basePage, path))
}

/** Ends the changes of a failed transaction: freezes the rows of an open table, so that later writes to them throw. */
export function discardTable(table: Table): void {
  for (const number of table.touchedPages) {
    const page = table.pages[number]
    for (let bits = page?.touched ?? 0; bits !== 0; bits &= bits - 1) {
      freezeRow(page!.rows[lowestBit(bits)]!, table.nested)
    }
  }
}

/** Scratch: the differences of a page's rows. */
const found: number[] = new Array(pageSize).fill(0)

/**
 * Seals a page of an open table: checks its changed rows and freezes them.
 * @param basePage the page in the same place of the base; undefined for none
 * @returns true if the two pages differ
 * @throws GameStateError `invalid_value` with the path
 */
function sealPage(table: Table, page: Page, basePage: Page | undefined, path: Path | undefined): boolean {
  let changed = page.restored || basePage === undefined || !hasSameIds(page, basePage)
  let differences = 0
  // if rows were only edited, the page has the ids of the base
  const isEdit = !page.restored && !page.ownsIds && basePage !== undefined
  for (let bits = page.touched; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    const row = page.rows[index]!
    const id = page.ids[index]!
    const same = isEdit || (basePage !== undefined && basePage.ids[index] === id)
    const baseRow = same ? basePage.rows[index] : undefined
    if (baseRow !== undefined) {
      const difference = compare(table, page.shapes[index]!, baseRow, row)
      if (difference === 0) {
        Object.freeze(row)
        page.rows[index] = baseRow
        continue
      }
      if (difference > 0) {
        Object.freeze(row)
        page.changed |= bits & -bits
        found[differences++] = difference
        changed = true
        continue
      }
    }
    const sealed = sealRow(baseRow, row, table, path, id)
    page.rows[index] = sealed
    if (sealed === baseRow) continue
    changed = true
    page.changed |= bits & -bits
    found[differences++] = -1
    const shape = findShape(sealed, table.shapes, page.shapes[index]!)
    if (shape === table.shapes.length) table.setShape(shape, createShape(Object.keys(sealed)))
    if (shape !== page.shapes[index]) {
      ownIds(page)
      page.shapes[index] = shape
    }
    // engines are fastest if the same code has made all rows of a shape
    if (shape > 0 && baseRow === undefined && !table.nested) {
      page.rows[index] = Object.freeze(table.shapes[shape]!.access.copy(sealed))
    }
  }
  page.touched = 0
  page.restored = false
  if (isEdit && !page.ownsIds) {
    page.from = basePage.serial
    page.differences = found.slice(0, differences)
  }
  return changed
}

/**
 * A fast comparison for rows that keep their shape and hold no objects.
 * @returns bits of the fields that differ; -1 for other rows
 */
function compare({ nested, shapes }: Table, shape: number, base: Row, row: Row): number {
  if (shape === 0 || nested) return -1
  // does not look for symbols as keys or for another prototype: that is slow, and the next copy drops both
  return comparisonOf(shapes[shape]!).edited(base, row)
}

/** A writable copy of a sealed row. @param nested true if the row may hold objects and arrays */
function thawRow(row: Row, nested: boolean): Row {
  const copy = { ...row }
  if (!nested) return copy
  for (const key in copy) {
    const value = copy[key]
    if (typeof value === 'object' && value !== null) copy[key] = thaw(value)
  }
  return copy
}

/** Freezes a row that does not become a part of a version: a later write to it throws, and is not lost in silence. */
function freezeRow(row: Row, nested: boolean): void {
  Object.freeze(row)
  if (nested) for (const key in row) freezeParts(row[key])
}

function freezeParts(value: unknown): void {
  // the transaction ends drafts and maps itself
  if (typeof value !== 'object' || value === null || isDraft(value) || Object.isFrozen(value)) return
  if (!Array.isArray(value) && !isPlainObject(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeParts(part)
}

/**
 * Checks a changed row and freezes it.
 * @param base the sealed old row; undefined for a new row
 * @param table its `nested` is set if the row is nested
 * @returns `base` if nothing has changed, else `row` with all unchanged parts taken from `base`
 */
function sealRow(
  base: Row | undefined,
  row: Row,
  table: { nested: boolean },
  path: Path | undefined,
  id: EntityId,
): Row {
  if (!isPlainObject(row)) throw invalidInRule(row, { parent: path, key: id })
  let same = base !== undefined
  let fields = 0
  for (const key in row) {
    let value = row[key]
    const before = base?.[key]
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean' && value !== null) {
      if (value === undefined) {
        delete row[key]
        continue
      }
      const rowPath = { parent: path, key: id }
      if (typeof value !== 'object') throw invalidInRule(value, { parent: rowPath, key })
      table.nested = true
      value = sealValue(before, value, { parent: rowPath, key }, 'rows', 1)
      row[key] = value
    }
    fields++
    if (same && !Object.is(value, before)) same = false
  }
  if (same && hasSameFields(base!, row, fields)) {
    freezeRow(row, table.nested)
    return base!
  }
  checkKeys(row, { parent: path, key: id })
  return Object.freeze(row)
}

/** Whether `base` has the same fields in the same order. @param fields the number of fields of `row`, all in `base` */
function hasSameFields(base: Row, row: Row, fields: number): boolean {
  const baseKeys = Object.keys(base)
  if (baseKeys.length !== fields) return false
  let field = 0
  for (const key in row) if (key !== baseKeys[field++]) return false
  return true
}
