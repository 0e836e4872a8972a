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

/** The rows of a page that have one shape and have changed. */
interface ChangedRows {
  readonly cells: number[]
  readonly bases: Row[]
  readonly rows: Row[]
  /** For each row bit i for each field i that is not identical. */
  readonly differences: number[]
}

/** A field of such rows. */
const scratchBases = new Float64Array(pageSize)
const scratchValues = new Float64Array(pageSize)

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
  /** Of the page that is being looked at, by index. */
  readonly #differences = new Int32Array(pageSize)
  readonly #shapes: readonly Shape[]
  /** The pages that have changed, as they are and as they were. Pages know of no others, so this holds no more of the versions. */
  readonly #pages: Page[] = []
  readonly #basePages: Page[] = []
  readonly #precision: PrecisionNode
  readonly #precisions: (readonly PrecisionNode[])[] = []
  /** For each page whether it has been compared. */
  readonly #isLooked: Uint8Array
  /** By shape and field. */
  readonly #raws: (RawCells | undefined)[][] = []
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
    this.#isLooked = new Uint8Array(count)
  }

  /** Finds out about a page. To be called before anything is asked about its rows: of a large table most see a few pages alone. */
  look(number: number): void {
    if (this.#isLooked[number] === 1) return
    this.#isLooked[number] = 1
    const first = this.firstCells[number]!
    if (first < 0) return
    const page = this.#pages[pageOf(first)]!
    this.#compare(this.#basePages[pageOf(first)]!, page, number)
    let rest = this.changed[number]!
    while (rest !== 0) rest &= ~this.#takeKind(page, first, rest)
    if (this.changed[number] !== 0) this.#groupAlike(page.shapes, number)
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

  /** The fields of a shape; undefined for one that has been a number in no row so far. */
  rawsOf(shape: number): readonly (RawCells | undefined)[] {
    this.#raws[shape] ??= new Array<RawCells | undefined>(this.#shapes[shape]!.fields.length).fill(undefined)
    return this.#raws[shape]
  }

  #rawOf(shape: number, field: number): RawCells {
    const raws = this.rawsOf(shape) as (RawCells | undefined)[]
    let raw = raws[field]
    if (raw === undefined) {
      const noNumbers = (): Float64Array => new Float64Array(this.masks.length).fill(Number.NaN)
      raw = { bases: noNumbers(), values: noNumbers() }
      raws[field] = raw
    }
    return raw
  }

  #compare(basePage: Page, page: Page, number: number): void {
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
      if (differences < 0) differences = this.#differencesOf(baseRow, row, shape)
      if (differences === 0) continue
      changed |= bits & -bits
      this.#differences[index] = differences
    }
    this.changed[number] = changed
    this.replaced[number] = replaced
  }

  /** Takes down the changes of the rows that have the shape of the first one. @returns the bits of these rows */
  #takeKind(page: Page, first: number, changed: number): number {
    const shape = page.shapes[lowestBit(changed)]!
    const kind: ChangedRows = { cells: [], bases: [], rows: [], differences: [] }
    let taken = 0
    let fields = 0
    for (let bits = changed; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      if (page.shapes[index] !== shape) continue
      const cell = first + index
      taken |= bits & -bits
      if (shape === 0) {
        this.masks[cell] = otherwise
        continue
      }
      fields |= this.#differences[index]!
      kind.cells.push(cell)
      kind.bases.push(this.baseAt(cell))
      kind.rows.push(page.rows[index]!)
      kind.differences.push(this.#differences[index]!)
    }
    const count = this.#shapes[shape]!.fields.length
    for (let field = 0; field < count; field++) {
      const areNumbers = this.#takeRaw(kind, shape, field)
      if ((fields & (1 << field)) !== 0) this.#takeChanges(kind, shape, field, areNumbers)
    }
    return taken
  }

  /** @returns whether the field is a number in all of the rows; then the scratch has them */
  #takeRaw({ cells, bases, rows }: ChangedRows, shape: number, field: number): boolean {
    const { access, fields } = this.#shapes[shape]!
    const read = access.readNumbers[field]!
    const count = rows.length
    if (read(bases, scratchBases, 0, count) && read(rows, scratchValues, 0, count)) {
      const raw = this.#rawOf(shape, field)
      for (let place = 0; place < count; place++) {
        raw.bases[cells[place]!] = scratchBases[place]!
        raw.values[cells[place]!] = scratchValues[place]!
      }
      return true
    }
    const name = fields[field]!
    for (let place = 0; place < count; place++) {
      const base = bases[place]![name]
      const value = rows[place]![name]
      if (typeof base === 'number') this.#rawOf(shape, field).bases[cells[place]!] = base
      if (typeof value === 'number') this.#rawOf(shape, field).values[cells[place]!] = value
    }
    return false
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

  #differencesOf(base: Row, row: Row, shape: number): number {
    if (row === base) return 0
    // of a row without a shape the only bit there is stands for the whole row
    return shape > 0 ? this.#shapes[shape]!.access.differences(base, row) : Number(!isSame(base, row, this.#precision))
  }

  /** Takes down by how many steps a field has changed in each row. @param areNumbers what `#takeRaw` says; useless afterwards */
  #takeChanges(
    { cells, bases, rows, differences }: ChangedRows,
    shape: number,
    field: number,
    areNumbers: boolean,
  ): void {
    const count = rows.length
    const precision = this.precisionsOf(shape)[field]
    let changes = this.#changes[field]
    if (changes === undefined) {
      changes = new Int32Array(this.masks.length)
      this.#changes[field] = changes
    }
    const areSteps =
      areNumbers &&
      typeof precision === 'number' &&
      toSteps(scratchBases, count, precision) &&
      toSteps(scratchValues, count, precision)
    const name = this.#shapes[shape]!.fields[field]!
    for (let place = 0; place < count; place++) {
      if ((differences[place]! & (1 << field)) === 0) continue
      const cell = cells[place]!
      if (this.masks[cell] === otherwise) continue
      const change = areSteps
        ? scratchValues[place]! - scratchBases[place]!
        : changeOf(bases[place]![name], rows[place]![name], precision)
      if (!(Math.abs(change) <= maxChange)) this.masks[cell] = otherwise
      else if (change !== 0) {
        this.masks[cell]! |= 1 << field
        changes[cell] = change
      }
    }
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
