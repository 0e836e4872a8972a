import { indexOf, isDirectChange, lowestBit, type Page, pageOf, pageSize, type Row } from '../../rows/page.js'
import type { Shape } from '../../rows/shape.js'
import { comparisonOf } from '../../rows/shape-comparison.js'
import type { Table } from '../../rows/table.js'
import { isSame } from '../../values/equality.js'
import { type PrecisionNode, precisionOf, quantaOf } from '../values/number.js'
import { maxFoundQuanta } from './column-data.js'
import { toQuanta } from './quanta.js'

/** In quanta. Rows with a larger change are written in columns. */
const maxChange = 2 ** 28

/** The mask of a row with a change that quanta cannot express. */
export const otherwise = -1

/** Above every set of fields. */
const unknown = 2 ** 30

/** One field of the changed rows as numbers, by cell. NaN if the field is no number. Other cells have no meaning. */
export interface RawCells {
  readonly bases: Float64Array
  readonly values: Float64Array
}

/** The changed rows of one page and shape. */
interface ChangedRows {
  readonly cells: number[]
  readonly bases: Row[]
  readonly rows: Row[]
  /** For each row, bit i for each field i that is not identical. */
  readonly differences: number[]
}

/** One field of the changed rows of a page. */
const scratchBases = /* @__PURE__ */ new Float64Array(pageSize)
const scratchValues = /* @__PURE__ */ new Float64Array(pageSize)

/**
 * How the rows of a table change between two versions, computed once and shared by all subsets of the table. Each row's
 * entry depends on that row alone, so a delta of a subset says nothing about hidden rows.
 *
 * Changed pages are numbered in order. Each has `pageSize` cells, one for each slot.
 */
export class SharedDiff {
  /** Encodings that were made from this diff, by a key of their maker. */
  readonly made = new Map<string | number, object>()
  /** For each page, bits of the changed rows. */
  readonly changed: Int32Array
  /** For each page, bits of the slots whose row now has another id or shape. */
  readonly replaced: Int32Array
  /** For each page, the cell of its first slot; -1 for a page that has not changed. */
  readonly firstCells: Int32Array
  /** For each cell, bits of the fields that changed by quanta; 0 if the wire would carry no change; or `otherwise`. */
  readonly masks: Int32Array
  /** For each cell, bits of the rows on its page with the same shape and mask. */
  readonly #alike: Int32Array
  /** By field and cell: the change in quanta. */
  readonly #changes: Int32Array[] = []
  #quantized: Int32Array | undefined
  /** Scratch for the page that is being compared, by index. */
  readonly #differences = new Int32Array(pageSize)
  readonly #shapes: readonly Shape[]
  /** The changed pages, new and old. A page refers to no other page, so this keeps nothing else of the versions in memory. */
  readonly #pages: Page[] = []
  readonly #basePages: Page[] = []
  readonly #precision: PrecisionNode
  readonly #precisions: (readonly PrecisionNode[])[] = []
  /** For each page, 1 if it has been compared. */
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

  /** Compares a page, if that has not been done. Call it before any question about the page's rows: a subset needs few pages. */
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

  /** Bits of the rows on the cell's page with the same shape and mask. */
  alike(cell: number): number {
    return this.#alike[cell]!
  }

  /** The fields of a mask, in rising order. */
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

  /** The new row of a cell whose row has changed. */
  rowAt(cell: number): Row {
    return this.#pages[pageOf(cell)]!.rows[indexOf(cell)]!
  }

  /** The old row of such a cell. */
  baseAt(cell: number): Row {
    return this.#basePages[pageOf(cell)]!.rows[indexOf(cell)]!
  }

  /** The declared quantum of each field of a shape; undefined for fields that are not rounded. */
  precisionsOf(shape: number): readonly PrecisionNode[] {
    let precisions = this.#precisions[shape]
    if (precisions === undefined) {
      precisions = this.#shapes[shape]!.fields.map((field) => precisionOf(this.#precision, field))
      this.#precisions[shape] = precisions
    }
    return precisions
  }

  /** The quantum in which a field's change is written. */
  quantumOf(shape: number, field: number): number {
    const precision = this.precisionsOf(shape)[field]
    return typeof precision === 'number' ? precision : 1
  }

  /** Bits of the fields of a row whose new value is a whole number of quanta. */
  quantized(cell: number, shape: number): number {
    this.#quantized ??= new Int32Array(this.masks.length).fill(unknown)
    let fields = this.#quantized[cell]!
    if (fields === unknown) {
      fields = 0
      const row = this.rowAt(cell)
      const names = this.#shapes[shape]!.fields
      const precisions = this.precisionsOf(shape)
      for (let field = 0; field < names.length; field++) {
        const value = row[names[field]!]
        if (changeOf(value, value, precisions[field]) === 0) fields |= 1 << field
      }
      this.#quantized[cell] = fields
    }
    return fields
  }

  /** The change of a field in quanta; 0 for a quantized field that is not in the row's mask. */
  changeAt(cell: number, field: number): number {
    return this.#changes[field]![cell]!
  }

  /** For each field of a shape its numbers; undefined for a field that was a number in no row so far. */
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
    const isKnown = isDirectChange(page, basePage)
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

  /** Records the changes of the rows with the shape of the first one. @returns bits of these rows */
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

  /** @returns true if the field is a number in all of the rows; the scratch then holds the numbers */
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
    // a row without a shape has one bit, which stands for the whole row
    return shape > 0
      ? comparisonOf(this.#shapes[shape]!).differences(base, row)
      : Number(!isSame(base, row, this.#precision))
  }

  /** Records the change of a field in each row. @param areNumbers the result of `#takeRaw`; the scratch is overwritten */
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
    const areQuanta =
      areNumbers &&
      typeof precision === 'number' &&
      toQuanta(scratchBases, count, precision) &&
      toQuanta(scratchValues, count, precision)
    const name = this.#shapes[shape]!.fields[field]!
    for (let place = 0; place < count; place++) {
      if ((differences[place]! & (1 << field)) === 0) continue
      const cell = cells[place]!
      if (this.masks[cell] === otherwise) continue
      const change = areQuanta
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

/** In quanta; NaN if the field is not quantized. */
function changeOf(base: unknown, next: unknown, precision: PrecisionNode): number {
  if (typeof base !== 'number' || typeof next !== 'number') return Number.NaN
  if (typeof precision === 'number') return quantaOf(next, precision) - quantaOf(base, precision)
  return isCount(base) && isCount(next) ? next - base : Number.NaN
}

/** Without a declared precision, integers have the quantum 1. */
function isCount(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= maxFoundQuanta && !Object.is(value, -0)
}
