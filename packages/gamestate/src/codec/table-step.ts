import { indexOf, isStepFrom, lowestBit, type Page, pageOf, pageSize, type Row } from '../entity-map/page.js'
import type { Shape } from '../entity-map/shape.js'
import type { Table } from '../entity-map/table.js'
import { maxFoundSteps } from './column/column-numbers.js'
import { type PrecisionNode, precisionOf, stepsOf, toSteps } from './precision.js'
import { isSame } from './same.js'

/** Larger changes are not told row by row. */
const maxChange = 2 ** 28

/** The mask of a row that has changed in something that is not a number of steps. */
export const otherwise = -1

/** Above all sets of fields. */
const unknown = 2 ** 30

/** A field of all rows that have changed, as numbers, cell by cell; NaN where it is none. Cells of other rows mean nothing. */
export interface RawCells {
  readonly bases: Float64Array
  readonly values: Float64Array
}

/** The rows of one shape that have changed. */
interface ChangedRows {
  readonly cells: number[]
  readonly bases: Row[]
  readonly rows: Row[]
  /** For each row bit i for each field i that is not identical. */
  readonly differences: number[]
  /** Those that differ in any of them. */
  fields: number
}

const scratch: [Float64Array, Float64Array] = [new Float64Array(256), new Float64Array(256)]

/**
 * What has become of the rows of a table from one version to another, found out once for all who see a part of it. What is said of a row
 * depends on this row alone, so that nobody learns of rows that he does not see.
 *
 * A cell is a slot of a page that has changed: those pages in a row, `pageSize` cells each.
 */
export class TableStep {
  /** What others have made of it, by names of theirs. */
  readonly made = new Map<string | number, object>()
  /** For each page the bits of the rows that have changed. */
  readonly changed: Int32Array
  /** For each page the bits of the slots that hold a row before and after, but another one, or one of another shape. */
  readonly replaced: Int32Array
  /** For each page the cell of its first slot; -1 for one that has not changed. */
  readonly firstCells: Int32Array
  /** For each cell the fields, as bits, that have changed by steps; 0 where nothing has that the wire carries, or `otherwise`. */
  readonly masks: Int32Array
  /** For each cell the bits of its page's rows that have the same shape and mask. */
  readonly #alike: Int32Array
  /** By field and cell, by how many steps the field has changed. */
  readonly #changes: Int32Array[] = []
  #tellable: Int32Array | undefined
  readonly #shapes: readonly Shape[]
  /** The pages that have changed, as they are and as they were. Pages know of no others, so this holds no more of the versions. */
  readonly #pages: Page[] = []
  readonly #basePages: Page[] = []
  readonly #precision: PrecisionNode
  readonly #precisions: (readonly PrecisionNode[])[] = []
  /** By shape. */
  readonly #kinds: ChangedRows[] = []
  /** By shape, the fields of all rows. */
  readonly #raws: (readonly RawCells[])[] = []
  readonly #fieldLists = new Map<number, readonly number[]>()

  constructor(base: Table, next: Table, precision: PrecisionNode) {
    const count = Math.max(base.pages.length, next.pages.length)
    this.changed = new Int32Array(count)
    this.replaced = new Int32Array(count)
    this.firstCells = new Int32Array(count).fill(-1)
    this.#shapes = next.shapes
    this.#precision = precision
    let cells = 0
    for (let number = 0; number < count; number++) {
      const page = next.pages[number]
      const basePage = base.pages[number]
      if (page === undefined || basePage === undefined || page === basePage) continue
      this.firstCells[number] = cells
      cells += pageSize
      this.#pages.push(page)
      this.#basePages.push(basePage)
    }
    this.masks = new Int32Array(cells)
    this.#alike = new Int32Array(cells)
    for (let number = 0; number < count; number++) {
      if (this.firstCells[number]! >= 0) this.#compare(base.pages[number]!, next.pages[number]!, number)
    }
    this.#kinds.forEach((rows, shape) => {
      for (let bits = rows.fields; bits !== 0; bits &= bits - 1) this.#takeChanges(rows, shape, lowestBit(bits))
    })
    for (let number = 0; number < count; number++) {
      if (this.changed[number] !== 0) this.#groupAlike(next.pages[number]!.shapes, number)
    }
  }

  get cells(): number {
    return this.masks.length
  }

  shape(shape: number): Shape {
    return this.#shapes[shape]!
  }

  /** The bits of the rows on the cell's page that have its shape and its mask. */
  alike(cell: number): number {
    return this.#alike[cell]!
  }

  /** The fields of a mask, rising. */
  fieldsOf(mask: number): readonly number[] {
    let fields = this.#fieldLists.get(mask)
    if (fields === undefined) {
      const list: number[] = []
      for (let bits = mask; bits !== 0; bits &= bits - 1) list.push(lowestBit(bits))
      fields = list
      this.#fieldLists.set(mask, fields)
    }
    return fields
  }

  /** The row of a cell whose row has changed, as it is and as it was. */
  rowAt(cell: number): Row {
    return this.#pages[pageOf(cell)]!.rows[indexOf(cell)]!
  }

  baseAt(cell: number): Row {
    return this.#basePages[pageOf(cell)]!.rows[indexOf(cell)]!
  }

  /** What the fields of a shape are rounded to, if they are rounded. */
  precisionsOf(shape: number): readonly PrecisionNode[] {
    let precisions = this.#precisions[shape]
    if (precisions === undefined) {
      precisions = this.#shapes[shape]!.fields.map((field) => precisionOf(this.#precision, field))
      this.#precisions[shape] = precisions
    }
    return precisions
  }

  /** What a field is told in. */
  stepOf(shape: number, field: number): number {
    const precision = this.precisionsOf(shape)[field]
    return typeof precision === 'number' ? precision : 1
  }

  /** The fields of a row, as bits, that are numbers of steps now. */
  tellable(cell: number, shape: number): number {
    this.#tellable ??= new Int32Array(this.masks.length).fill(unknown)
    let fields = this.#tellable[cell]!
    if (fields === unknown) {
      fields = 0
      const row = this.rowAt(cell)
      const names = this.#shapes[shape]!.fields
      const precisions = this.precisionsOf(shape)
      for (let field = 0; field < names.length; field++) {
        const value = row[names[field]!]
        if (changeOf(value, value, precisions[field]) === 0) fields |= 1 << field
      }
      this.#tellable[cell] = fields
    }
    return fields
  }

  /** By how many steps a field has changed; 0 for one that steps can tell and that is not in the row's mask. */
  changeAt(cell: number, field: number): number {
    return this.#changes[field]![cell]!
  }

  /** The fields of a shape, of all rows that have changed. */
  rawsOf(shape: number): readonly RawCells[] {
    let raws = this.#raws[shape]
    if (raws === undefined) {
      const { rows, bases, cells } = this.#kinds[shape]!
      raws = this.#shapes[shape]!.fields.map((_, field) => ({
        bases: this.#numbersOf(bases, cells, shape, field),
        values: this.#numbersOf(rows, cells, shape, field),
      }))
      this.#raws[shape] = raws
    }
    return raws
  }

  #numbersOf(rows: readonly Row[], cells: readonly number[], shape: number, field: number): Float64Array {
    const { access, fields } = this.#shapes[shape]!
    const numbers = new Float64Array(this.masks.length).fill(Number.NaN)
    const dense = takeScratch(0, rows.length)
    if (access.readNumbers[field]!(rows, dense, 0, rows.length)) {
      for (let place = 0; place < rows.length; place++) numbers[cells[place]!] = dense[place]!
      return numbers
    }
    for (let place = 0; place < rows.length; place++) {
      const value = rows[place]![fields[field]!]
      if (typeof value === 'number') numbers[cells[place]!] = value
    }
    return numbers
  }

  #compare(basePage: Page, page: Page, number: number): void {
    const first = this.firstCells[number]!
    const isKnown = isStepFrom(page, basePage)
    const haveSameIds = page.ids === basePage.ids
    let known = 0
    let changed = 0
    let replaced = 0
    for (let bits = isKnown ? page.changed : page.used & basePage.used; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      const shape = page.shapes[index]!
      if (!haveSameIds && (page.ids[index] !== basePage.ids[index] || shape !== basePage.shapes[index])) {
        replaced |= bits & -bits
        continue
      }
      const row = page.rows[index]!
      const baseRow = basePage.rows[index]!
      let differences = isKnown ? page.differences[known++]! : -1
      if (differences < 0) differences = this.#differences(baseRow, row, shape)
      if (differences === 0) continue
      changed |= bits & -bits
      const cell = first + index
      if (shape === 0) this.masks[cell] = otherwise
      else this.#addRow(shape, cell, baseRow, row, differences)
    }
    this.changed[number] = changed
    this.replaced[number] = replaced
  }

  #addRow(shape: number, cell: number, base: Row, row: Row, differences: number): void {
    let rows = this.#kinds[shape]
    if (rows === undefined) {
      rows = { cells: [], bases: [], rows: [], differences: [], fields: 0 }
      this.#kinds[shape] = rows
    }
    rows.cells.push(cell)
    rows.bases.push(base)
    rows.rows.push(row)
    rows.differences.push(differences)
    rows.fields |= differences
  }

  #groupAlike(shapes: readonly number[], number: number): void {
    const first = this.firstCells[number]!
    for (let rest = this.changed[number]!; rest !== 0; ) {
      const leader = lowestBit(rest)
      let alike = 0
      for (let bits = rest; bits !== 0; bits &= bits - 1) {
        const index = lowestBit(bits)
        if (this.masks[first + index] === this.masks[first + leader] && shapes[index] === shapes[leader])
          alike |= bits & -bits
      }
      for (let bits = alike; bits !== 0; bits &= bits - 1) this.#alike[first + lowestBit(bits)] = alike
      rest &= ~alike
    }
  }

  #differences(base: Row, row: Row, shape: number): number {
    if (row === base) return 0
    // of a row without a shape the only bit there is stands for the whole row
    return shape > 0 ? this.#shapes[shape]!.access.differences(base, row) : Number(!isSame(base, row, this.#precision))
  }

  /** Takes down by how many steps a field has changed in each row. */
  #takeChanges({ cells, bases, rows, differences }: ChangedRows, shape: number, field: number): void {
    const count = rows.length
    const { access, fields } = this.#shapes[shape]!
    const precision = this.precisionsOf(shape)[field]
    let changes = this.#changes[field]
    if (changes === undefined) {
      changes = new Int32Array(this.masks.length)
      this.#changes[field] = changes
    }
    const from = takeScratch(0, count)
    const to = takeScratch(1, count)
    const read = access.readNumbers[field]!
    const areSteps =
      typeof precision === 'number' &&
      read(bases, from, 0, count) &&
      read(rows, to, 0, count) &&
      toSteps(from, count, precision) &&
      toSteps(to, count, precision)
    const name = fields[field]!
    for (let place = 0; place < count; place++) {
      if ((differences[place]! & (1 << field)) === 0) continue
      const cell = cells[place]!
      if (this.masks[cell] === otherwise) continue
      const change = areSteps ? to[place]! - from[place]! : changeOf(bases[place]![name], rows[place]![name], precision)
      if (!(Math.abs(change) <= maxChange)) this.masks[cell] = otherwise
      else if (change !== 0) {
        this.masks[cell]! |= 1 << field
        changes[cell] = change
      }
    }
  }
}

/** Numbers of as many rows as there are. @param which of two */
function takeScratch(which: 0 | 1, count: number): Float64Array {
  if (scratch[which].length < count) scratch[which] = new Float64Array(2 * count)
  return scratch[which]
}

/** In steps; NaN where the field is not told in steps. */
function changeOf(base: unknown, next: unknown, precision: PrecisionNode): number {
  if (typeof base !== 'number' || typeof next !== 'number') return Number.NaN
  if (typeof precision === 'number') return stepsOf(next, precision) - stepsOf(base, precision)
  return isCount(base) && isCount(next) ? next - base : Number.NaN
}

/** Integers are told in steps of 1 where no precision is declared. */
function isCount(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= maxFoundSteps && !Object.is(value, -0)
}
