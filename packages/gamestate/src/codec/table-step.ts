import { indexOf, isStepFrom, lowestBit, type Page, pageOf, pageSize, type Row } from '../entity-map/page.js'
import type { Shape } from '../entity-map/shape.js'
import type { Table } from '../entity-map/table.js'
import { maxFoundSteps } from './column/column-numbers.js'
import { type PrecisionNode, precisionOf, stepsOf } from './precision.js'
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
      const take = (name: string): RawCells => ({
        bases: this.#numbersOf(this.#basePages, name),
        values: this.#numbersOf(this.#pages, name),
      })
      raws = this.#shapes[shape]!.fields.map(take)
      this.#raws[shape] = raws
    }
    return raws
  }

  #numbersOf(pages: readonly Page[], name: string): Float64Array {
    const numbers = new Float64Array(this.masks.length)
    for (let number = 0; number < this.changed.length; number++) {
      const first = this.firstCells[number]!
      for (let bits = this.changed[number]!; bits !== 0; bits &= bits - 1) {
        const index = lowestBit(bits)
        const value = pages[pageOf(first)]!.rows[index]![name]
        numbers[first + index] = typeof value === 'number' ? value : Number.NaN
      }
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
      this.masks[cell] = shape === 0 ? otherwise : this.#takeChanges(cell, baseRow, row, shape, differences)
    }
    this.changed[number] = changed
    this.replaced[number] = replaced
    this.#groupAlike(page.shapes, first, changed)
  }

  #groupAlike(shapes: readonly number[], first: number, changed: number): void {
    for (let rest = changed; rest !== 0; ) {
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

  /** @returns the row's mask */
  #takeChanges(cell: number, base: Row, row: Row, shape: number, differences: number): number {
    const { fields } = this.#shapes[shape]!
    const precisions = this.precisionsOf(shape)
    let mask = 0
    for (let bits = differences; bits !== 0; bits &= bits - 1) {
      const field = lowestBit(bits)
      const name = fields[field]!
      const change = changeOf(base[name], row[name], precisions[field])
      if (!(Math.abs(change) <= maxChange)) return otherwise
      if (change === 0) continue
      mask |= bits & -bits
      let changes = this.#changes[field]
      if (changes === undefined) {
        changes = new Int32Array(this.masks.length)
        this.#changes[field] = changes
      }
      changes[cell] = change
    }
    return mask
  }
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
