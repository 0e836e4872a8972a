import { hasSameIds, lowestBit, type Page, pageSize, placeOfDraft, type Row, uniformShapes } from './page.js'
import { type Column, type Layout, makeCode, mayMakeCode, type RowReader, type Shape } from './shape.js'

/** The kinds of columns. */
export const columnKind = { numbers: 0, bits: 1, values: 2 } as const

/** A shape has at most so many layouts with code of their own. Then all of its columns hold values, whatever they are. */
const maxLayouts = 16

/** The kind of column that holds a value best. */
export function kindOfValue(value: unknown): number {
  return typeof value === 'number'
    ? columnKind.numbers
    : typeof value === 'boolean'
      ? columnKind.bits
      : columnKind.values
}

/** True if a column of this kind can hold the value. */
export function canHold(kind: number, value: unknown): boolean {
  return kind === columnKind.values || kind === kindOfValue(value)
}

/** The layout for columns of these kinds. It may hold values in more columns. */
export function layoutOf(shape: Shape, kinds: readonly number[]): Layout {
  const key = kinds.join('')
  let layout = shape.layouts.get(key)
  if (layout !== undefined) return layout
  if (shape.layouts.size >= maxLayouts) {
    const all = kinds.map((): number => columnKind.values)
    if (kinds.some((kind) => kind !== columnKind.values)) return layoutOf(shape, all)
  }
  layout = {
    shape,
    kinds,
    read: (mayMakeCode() ? compileReader : interpretReader)(shape.fields, kinds),
  }
  shape.layouts.set(key, layout)
  return layout
}

/**
 * A copy of it is an array of unboxed numbers. An array that begins as `[]` takes the kind of whatever such arrays have
 * held before.
 */
const numbers: number[] = /* @__PURE__ */ filled(0.5)
const values: unknown[] = /* @__PURE__ */ filled<unknown>(null)

function filled<Value>(value: Value): Value[] {
  const list = [value]
  while (list.length < pageSize) list.push(value)
  return list
}

/** A column in which no slot has been set. */
export function blankColumn(kind: number): Column {
  return kind === columnKind.numbers ? numbers.slice() : kind === columnKind.bits ? 0 : values.slice()
}

// Functions of their own: where engines have met arrays of numbers and arrays of values in one place of the code, they turn
// arrays of numbers that come there into arrays of values, even to read from them.

function loadNumber(column: readonly number[], index: number): number {
  return column[index]!
}

function loadValue(column: readonly unknown[], index: number): unknown {
  return column[index]
}

export function storeNumber(column: number[], index: number, value: number): void {
  column[index] = value
}

export function storeValue(column: unknown[], index: number, value: unknown): void {
  column[index] = value
}

/** The value of a slot in a column of this kind. */
export function valueIn(column: Column, kind: number, index: number): unknown {
  if (typeof column === 'number') return ((column >>> index) & 1) === 1
  return kind === columnKind.numbers ? loadNumber(column as number[], index) : loadValue(column, index)
}

/** Looked up by a bit, since a choice would be a branch that goes either way. */
export const booleans = [false, true] as const

/** Code for the shape. Names of fields come into it as JSON, which is also JavaScript. */
export function compileReader(fields: readonly string[], kinds: readonly number[]): RowReader {
  const cells = kinds.map((kind, field) => (kind === columnKind.bits ? `B[c[${field}] >>> i & 1]` : `c[${field}][i]`))
  return makeCode<(booleans: readonly boolean[]) => RowReader>(
    'B',
    // engines share what they have learned between functions with the same text, so the text has to say the kinds
    `// ${kinds}
    return (c, i) => ({${fields.map((field, place) => `${JSON.stringify(field)}: ${cells[place]}`)}})`,
  )(booleans)
}

/** The same without made code. */
export function interpretReader(fields: readonly string[], kinds: readonly number[]): RowReader {
  return (columns, index) => {
    const row: Row = {}
    for (let field = 0; field < fields.length; field++) {
      row[fields[field]!] = valueIn(columns[field]!, kinds[field]!, index)
    }
    return row
  }
}

/** True if a row of the page's shape has the values of a slot, each by `Object.is`. */
function isRow(row: Row, { layout, columns }: Page, index: number): boolean {
  const { shape, kinds } = layout!
  for (let field = 0; field < kinds.length; field++) {
    if (!Object.is(row[shape.fields[field]!], valueIn(columns[field]!, kinds[field]!, index))) return false
  }
  return true
}

// The rows of a page as objects, and its cells: the fields of a slot.

/**
 * The row in a slot; undefined if there is none. Rows are frozen, drafts are not. A row that was read stays the
 * same object in all later versions until it changes.
 */
export function rowIn(page: Page, index: number): Row | undefined {
  const bit = 1 << index
  if ((page.used & bit) === 0) return undefined
  if ((page.touched & bit) !== 0) {
    if (page.areLoose) freezeLoose(page)
    return page.drafts[placeOfDraft(page, index)]
  }
  const { rows, source, layout, family } = page
  const known = rows?.[index]
  if (known !== undefined) return known
  if (source !== undefined) return rowIn(source, index)
  family.rows ??= new Array(pageSize).fill(undefined)
  let row = family.rows[index]
  if (row === undefined || !isRow(row, page, index)) row = Object.freeze(layout!.read(page.columns, index))
  family.rows[index] = row
  page.rows ??= new Array(pageSize).fill(undefined)
  page.rows[index] = row
  return row
}

/** Freezes the drafts of rules that have returned. */
function freezeLoose(page: Page): void {
  page.areLoose = false
  for (let bits = page.touched & ~page.fresh; bits !== 0; bits &= bits - 1) {
    Object.freeze(page.drafts[placeOfDraft(page, lowestBit(bits))])
  }
}

/** The row of a slot without a draft, only to look at: not frozen, and another object each time, unless it was read. */
export function glanceAt(page: Page, index: number): Row {
  const { rows, source, layout } = page
  return rows?.[index] ?? (source === undefined ? layout!.read(page.columns, index) : glanceAt(source, index))
}

/** A field of the row in a slot without a draft. */
export function cellOf(page: Page, { fields }: Shape, field: number, index: number): unknown {
  return page.layout === undefined
    ? rowIn(page, index)![fields[field]!]
    : valueIn(page.columns[field]!, page.layout.kinds[field]!, index)
}

/** Turns a page into one of row objects, which may have any shapes. */
export function toRowPage(page: Page): void {
  if (page.layout === undefined && page.source === undefined) return
  const rows: (Row | undefined)[] = new Array(pageSize).fill(undefined)
  for (let bits = page.used & ~page.touched; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    rows[index] = rowIn(page, index)
  }
  page.rows = rows
  page.layout = undefined
  page.columns = []
  page.owned = 0
  page.source = undefined
}

/** Begins the columns of a page in which all rows will have this shape. All cells have to be set. */
export function beginColumns(page: Page, shape: Shape, kinds: readonly number[]): void {
  begin(page, layoutOf(shape, kinds))
}

/** The same if the kinds show only when the columns are written. `settleLayout` follows. */
export function beginOpenColumns(page: Page, shape: Shape): void {
  const kinds = shape.fields.map((): number => columnKind.values)
  begin(page, openLayout(shape, kinds))
}

/** Not kept with the shape: on the way to the kinds of twenty columns there would be twenty layouts, each with code. */
function openLayout(shape: Shape, kinds: readonly number[]): Layout {
  return { shape, kinds, read: interpretReader(shape.fields, kinds), isOpen: true }
}

/** All columns of a page that was begun with open ones are written. */
function settleLayout(page: Page): void {
  const { layout } = page
  if (layout?.isOpen) useLayout(page, layoutOf(layout.shape, layout.kinds))
}

function begin(page: Page, layout: Layout): void {
  page.layout = layout
  page.columns = page.layout.kinds.map(blankColumn)
  page.owned = -1
  page.rows = undefined
  page.source = undefined
  page.family = { rows: undefined }
}

/** Sets a cell. A column that cannot hold the value becomes one of values. */
export function putCell(page: Page, field: number, index: number, value: unknown): void {
  if (!canHold(page.layout!.kinds[field]!, value)) changeKind(page, field, columnKind.values)
  const column = ownColumn(page, field)
  if (typeof column === 'number') page.columns[field] = value === true ? column | (1 << index) : column & ~(1 << index)
  else if (page.layout!.kinds[field] === columnKind.numbers) storeNumber(column as number[], index, value as number)
  else storeValue(column, index, value)
}

/** Empties the cells of a slot that holds no row any more: they would keep texts and objects in memory. */
function clearCells(page: Page, index: number): void {
  const { kinds } = page.layout!
  for (let field = 0; field < kinds.length; field++) {
    if (kinds[field] === columnKind.values) storeValue(ownColumn(page, field) as unknown[], index, null)
  }
}

/** A column that may be changed. */
export function ownColumn(page: Page, field: number): Column {
  const bit = 1 << field
  const known = page.columns[field]!
  if ((page.owned & bit) !== 0) return known
  ownList(page)
  page.owned |= bit
  const own = typeof known === 'number' ? known : known.slice()
  page.columns[field] = own
  return own
}

/** Gives a column another kind. What is no column of values then has to be set in all slots. */
export function changeKind(page: Page, field: number, kind: number): void {
  const { shape, kinds, isOpen } = page.layout!
  const wanted = kinds.map((old, other) => (other === field ? kind : old))
  useLayout(page, isOpen ? openLayout(shape, wanted) : layoutOf(shape, wanted))
}

/** There may be no layout for just the kinds that were wanted: any column may become one of values. */
function useLayout(page: Page, layout: Layout): void {
  const { kinds } = page.layout!
  ownList(page)
  for (let other = 0; other < kinds.length; other++) {
    const own = layout.kinds[other]!
    if (own === kinds[other]) continue
    page.columns[other] = own === columnKind.values ? asValues(page.columns[other]!, kinds[other]!) : blankColumn(own)
    page.owned |= 1 << other
  }
  page.layout = layout
}

function ownList(page: Page): void {
  if (page.owned === 0) page.columns = page.columns.slice()
  // the rows of the other page are others from now on
  page.source = undefined
}

function asValues(column: Column, kind: number): Column {
  const values = blankColumn(columnKind.values) as unknown[]
  for (let index = 0; index < pageSize; index++) storeValue(values, index, valueIn(column, kind, index))
  return values
}

/**
 * Ends the changes of a page with columns: empties the cells of rows that are gone, and takes over the row objects that
 * were read from the page before, and are still the rows.
 */
export function settleColumns(page: Page, basePage: Page | undefined): void {
  page.rows = undefined
  // one list for many pages: a version of 1,000 rows is 9 KB smaller
  if (page.ownsIds && page.used !== 0) page.shapes = uniformShapes(page.shapes[lowestBit(page.used)]!)
  if (basePage === undefined) return
  const gone = basePage.used & ~page.used
  for (let bits = gone; bits !== 0; bits &= bits - 1) clearCells(page, lowestBit(bits))
  if (basePage.rows === undefined) return
  page.rows = basePage.rows.slice()
  for (let bits = page.changed | gone; bits !== 0; bits &= bits - 1) page.rows[lowestBit(bits)] = undefined
}

/** Seals a page into which sealed rows only were put. @returns whether it differs from the page of the base */
export function sealRestored(page: Page, basePage: Page | undefined): boolean {
  const isChanged = page.restored || basePage === undefined || !hasSameIds(page, basePage)
  page.restored = false
  if (!isChanged) return false
  settleLayout(page)
  if (page.layout !== undefined) settleColumns(page, basePage)
  else {
    toRowPage(page)
    for (let bits = page.changed; bits !== 0; bits &= bits - 1) Object.freeze(page.rows![lowestBit(bits)])
  }
  page.source = undefined
  page.changed = 0
  return true
}
