import { checkKeys, invalidInRule, isDraft, isPlainObject, type Path } from '../values/plain.js'
import { sealValue, thaw } from '../values/sealing.js'
import {
  beginColumns,
  cellOf,
  columnKind,
  glanceAt,
  kindOfValue,
  putCell,
  rowIn,
  settleColumns,
  toRowPage,
} from './columns.js'
import { type EntityId, hasSameIds, lowestBit, noDrafts, ownIds, type Page, placeOfDraft, type Row } from './page.js'
import { rowCodeOf } from './row-code.js'
import { type Layout, type Shape, shapeOf } from './shape.js'
import { findShape } from './shape-comparison.js'
import type { Table } from './table.js'

/**
 * Seals a page of an open table: checks its changed rows, and writes back into copies those columns that differ.
 * @param basePage the page in the same place of the base; undefined for none
 * @returns true if the two pages differ
 * @throws GameStateError `invalid_value` with the path
 */
export function sealPage(table: Table, page: Page, basePage: Page | undefined, path: Path | undefined): boolean {
  const isEdit = !page.restored && basePage !== undefined && page.ids === basePage.ids && page.used === basePage.used
  if (isEdit && page.touched === 0) return false
  const found = page.restored ? undefined : (page.found ?? compareDrafts(page, page.fresh === 0, table.nested))
  const isChanged =
    found === undefined || basePage === undefined
      ? sealSlowly(table, page, basePage, path)
      : writeBack(table, page, basePage, found)
  if (isChanged) {
    if (isEdit && page.ids === basePage.ids) page.from = basePage.serial
    else page.differences = []
    if (page.layout !== undefined) settleColumns(page, basePage)
  }
  page.source = undefined
  page.touched = 0
  page.fresh = 0
  page.drafts = noDrafts
  page.found = undefined
  page.areMade = false
  page.areLoose = false
  page.restored = false
  return isChanged
}

/**
 * Compares the drafts with the columns, and freezes them, or sees to it that they are frozen before another rule reads them.
 * @param isChecked whether all of them have passed `checkDrafts`
 * @param nested true if rows may hold objects and arrays
 * @returns undefined if one of them has to be looked at more closely
 */
function compareDrafts(page: Page, isChecked: boolean, nested: boolean): readonly number[] | undefined {
  const { layout, columns, touched, drafts, fresh } = page
  if (layout === undefined) return undefined
  const found = rowCodeOf(layout).compare(columns, touched, drafts, isChecked)
  if (found === undefined) return undefined
  if (page.areMade && !nested && fresh === touched && !isSample(layout)) page.areLoose = true
  else if (fresh === touched) for (let place = 0; place < drafts.length; place++) Object.freeze(drafts[place])
  else {
    for (let bits = fresh; bits !== 0; bits &= bits - 1) Object.freeze(drafts[placeOfDraft(page, lowestBit(bits))])
  }
  page.fresh = 0
  page.found = found
  return found
}

/** Pages of a layout that are frozen before only samples are. */
const firstFrozen = 512
/** Of each so many pages one is frozen then. A prime, so that it is not the same one of every tick. */
const sampleOf = 17

/**
 * Whether the drafts of a page are frozen that `editEach` has made. It serves one purpose: a rule that keeps a row and writes
 * to it later gets an error. Such a rule does so in every tick, and to freeze all rows took a fifth of a tick's time.
 */
function isSample(layout: Layout): boolean {
  const edits = (layout.edits ?? 0) + 1
  layout.edits = edits
  return edits <= firstFrozen || edits % sampleOf === 0
}

/** Copies what `compareDrafts` has found to differ into new columns. @returns false if the page is as before */
function writeBack(table: Table, page: Page, basePage: Page, found: readonly number[]): boolean {
  let changed = page.ids === basePage.ids ? page.touched & ~basePage.used : noteAdded(table, page, basePage)
  for (let field = 0; field < found.length; field++) changed |= found[field]!
  if (changed === 0 && hasSameIds(page, basePage)) return false
  const { put } = rowCodeOf(page.layout!)
  const columns = page.columns.slice()
  for (let field = 0; field < columns.length; field++) {
    const differing = found[field]!
    if (differing === 0) continue
    const column = columns[field]!
    if (typeof column === 'number') columns[field] = column ^ differing
    else {
      const own = column.slice()
      page.owned |= 1 << field
      put[field]!(own, page.touched, page.drafts, differing)
      columns[field] = own
    }
  }
  page.columns = columns
  page.changed = changed
  page.differences = found
  return true
}

/** Sets the shapes of rows that have been set, also of those that went and came again. @returns bits of the rows that are new */
function noteAdded(table: Table, page: Page, basePage: Page): number {
  const shape = table.shapes.indexOf(page.layout!.shape)
  let added = 0
  for (let bits = page.touched; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    if ((basePage.used & bits & -bits) === 0 || basePage.ids[index] !== page.ids[index]) added |= bits & -bits
    if (page.shapes[index] === shape) continue
    ownIds(page)
    page.shapes[index] = shape
  }
  return added
}

/** Seals a page of any rows, also one in which rows have come or gone. @returns false if it is as before */
function sealSlowly(table: Table, page: Page, basePage: Page | undefined, path: Path | undefined): boolean {
  let changed = 0
  let place = 0
  for (let bits = page.touched; bits !== 0; bits &= bits - 1, place++) {
    const index = lowestBit(bits)
    const id = page.ids[index]!
    const row = page.drafts[place]!
    const isOld = basePage !== undefined && (basePage.used & bits & -bits) !== 0 && basePage.ids[index] === id
    const baseRow = isOld ? glanceAt(basePage, index) : undefined
    const sealed = sealRow(baseRow, row, table, path, id)
    if (sealed === baseRow) {
      // in case that the page becomes one of row objects
      page.drafts[place] = rowIn(basePage!, index)!
      continue
    }
    changed |= bits & -bits
    page.drafts[place] = sealed
    const shape = findShape(sealed, table.shapes, page.shapes[index]!)
    if (shape === table.shapes.length) table.setShape(shape, shapeOf(Object.keys(sealed)))
    if (shape === page.shapes[index]) continue
    ownIds(page)
    page.shapes[index] = shape
  }
  if (changed === 0 && !page.restored && basePage !== undefined && hasSameIds(page, basePage)) return false
  page.changed = changed
  const common = commonShape(page)
  if (common === 0) keepAsRows(page)
  else putIntoColumns(page, table.shapes[common]!, basePage)
  return true
}

/** The number of the shape that all rows have; 0 if there is none. */
function commonShape({ used, shapes }: Page): number {
  if (used === 0) return 0
  const first = shapes[lowestBit(used)]!
  for (let bits = used; bits !== 0; bits &= bits - 1) if (shapes[lowestBit(bits)] !== first) return 0
  return first
}

function keepAsRows(page: Page): void {
  const { touched, drafts } = page
  toRowPage(page)
  let place = 0
  for (let bits = touched; bits !== 0; bits &= bits - 1) page.rows![lowestBit(bits)] = drafts[place++]
}

/** Writes the changed rows into columns, and notes in which fields they differ. */
function putIntoColumns(page: Page, shape: Shape, basePage: Page | undefined): void {
  const { fields } = shape
  const { drafts, touched } = page
  let written = page.changed
  if (page.layout?.shape !== shape) {
    // all rows are written: first those without a draft
    const old: Row[] = []
    const rest = page.used & ~touched
    for (let bits = rest; bits !== 0; bits &= bits - 1) old.push(glanceAt(page, lowestBit(bits)))
    beginColumns(
      page,
      shape,
      fields.map((name) => commonKind([...old, ...drafts], name)),
    )
    putRows(page, fields, rest, old, rest)
    written = touched
  }
  page.differences = []
  if (basePage?.layout?.shape === shape) {
    const differences = fields.map(() => 0)
    let place = 0
    for (let bits = touched; bits !== 0; bits &= bits - 1, place++) {
      const bit = bits & -bits
      if ((page.changed & bit) === 0 || (basePage.used & bit) === 0) continue
      for (let field = 0; field < fields.length; field++) {
        const before = cellOf(basePage, shape, field, lowestBit(bit))
        if (!Object.is(before, drafts[place]![fields[field]!])) differences[field]! |= bit
      }
    }
    page.differences = differences
  }
  putRows(page, fields, touched, drafts, written)
}

/** The kind of column that holds a field of all these rows. */
function commonKind(rows: readonly Row[], name: string): number {
  const kind = kindOfValue(rows[0]![name])
  return rows.every((row) => kindOfValue(row[name]) === kind) ? kind : columnKind.values
}

/** Writes the rows of those bits that are in `some`. @param rows in the order of `bits` */
function putRows(page: Page, fields: readonly string[], bits: number, rows: readonly Row[], some: number): void {
  let place = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1, place++) {
    if ((some & rest & -rest) === 0) continue
    const row = rows[place]!
    for (let field = 0; field < fields.length; field++) putCell(page, field, lowestBit(rest), row[fields[field]!])
  }
}

/**
 * Checks the drafts that a rule has set or was given, and freezes them.
 * @param isLast false if more rules are likely to edit rows of the page before it is sealed
 * @throws GameStateError `invalid_value` with the path
 */
export function checkDrafts(table: Table, page: Page, path: Path | undefined, isLast: boolean): void {
  const { fresh } = page
  // if the page is sealed next, it need not be compared again
  const isWorthIt = fresh === page.touched && page.source !== undefined && (isLast || (fresh & (fresh - 1)) !== 0)
  if (isWorthIt && compareDrafts(page, false, table.nested) !== undefined) return
  for (let bits = page.fresh; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    const place = placeOfDraft(page, index)
    const row = page.drafts[place]!
    if (page.layout !== undefined && rowCodeOf(page.layout).isValid(row)) Object.freeze(row)
    else {
      const { source } = page
      const isOld = source !== undefined && (source.used & bits & -bits) !== 0 && source.ids[index] === page.ids[index]
      const baseRow = isOld ? glanceAt(source, index) : undefined
      const sealed = sealRow(baseRow, row, table, path, page.ids[index]!)
      if (sealed !== baseRow) page.drafts[place] = sealed
    }
  }
  page.fresh = 0
}

/** A writable copy of a sealed row. @param nested true if the row may hold objects and arrays */
export function thawRow(row: Row, nested: boolean): Row {
  const copy = { ...row }
  if (!nested) return copy
  for (const key in copy) {
    const value = copy[key]
    if (typeof value === 'object' && value !== null) copy[key] = thaw(value)
  }
  return copy
}

/** Freezes a row that does not become a part of a version: a later write to it throws, and is not lost in silence. */
export function freezeRow(row: Row, nested: boolean): void {
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
 * @returns `base` if nothing has changed, else the row with all unchanged parts taken from `base`
 */
function sealRow(
  base: Row | undefined,
  row: Row,
  table: { nested: boolean },
  path: Path | undefined,
  id: EntityId,
): Row {
  if (!isPlainObject(row)) throw invalidInRule(row, { parent: path, key: id })
  let own = row
  let same = base !== undefined
  let fields = 0
  for (const key in row) {
    let value = row[key]
    const before = base?.[key]
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean' && value !== null) {
      if (value === undefined) {
        delete own[key]
        continue
      }
      const rowPath = { parent: path, key: id }
      if (typeof value !== 'object') throw invalidInRule(value, { parent: rowPath, key })
      table.nested = true
      value = sealValue(before, value, { parent: rowPath, key }, 'rows', 1)
      if (value !== row[key]) {
        // a rule before has been checked, and its rows are frozen
        if (Object.isFrozen(own)) own = { ...own }
        own[key] = value
      }
    }
    fields++
    if (same && !Object.is(value, before)) same = false
  }
  if (same && hasSameFields(base!, own, fields)) {
    freezeRow(row, table.nested)
    return base!
  }
  checkKeys(own, { parent: path, key: id })
  return Object.freeze(own)
}

/** Whether `base` has the same fields in the same order. @param fields the number of fields of `row`, all in `base` */
function hasSameFields(base: Row, row: Row, fields: number): boolean {
  const baseKeys = Object.keys(base)
  if (baseKeys.length !== fields) return false
  let field = 0
  for (const key in row) if (key !== baseKeys[field++]) return false
  return true
}
