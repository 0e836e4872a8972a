import { GameStateError } from '../errors.js'
import { IdIndex, type Layout } from './id-index.js'
import {
  copyPage,
  type EntityId,
  emptyPage,
  filteredPage,
  hasSameIds,
  indexOf,
  lowestBit,
  maxSlots,
  ownIds,
  type Page,
  pageOf,
  pageSize,
  type Row,
} from './page.js'
import { hiddenShape, noShapes, type Shape } from './shape.js'

/** Numbers tables, so that a page can name its owner without keeping it in memory. */
let lastOwner = 0

/** A page without rows and without an owner. The first write copies it, like every page of another table. */
const blank = emptyPage(0)

/** The pages of a subset until they are needed. */
const unmade: Page[] = []

/** The rows of a table that a subset of it has. */
export interface Subset {
  /** Not a subset itself. */
  readonly whole: Table
  /** For each page of the whole, bits of the rows in the subset. */
  readonly kept: Int32Array
}

/**
 * The rows of an `EntityMap` are in private fields. Code that clones or compares objects field by field would copy a map
 * without its rows, or find two maps equal, without an error. Two fields of a table make such code throw.
 */

/** `structuredClone` and `postMessage` refuse functions. The text of the function is in their message. */
function entityMapCannotBeCloned(): void {}

/** An own enumerable key, so that deep comparisons find it. A symbol, so that test runners that iterate over rows do not. */
const uncomparable: unique symbol = Symbol('the rows of an EntityMap')

const refuse = (): never => {
  throw new GameStateError('invalid_argument', 'the rows of an EntityMap are compared with equalStates')
}

const traps: ProxyHandler<object> = { get: refuse, getPrototypeOf: refuse, ownKeys: refuse, has: refuse }

/** A value that throws if code reads it. Each table has another one, since comparisons do not read identical values. */
function refuseComparison(): object {
  return new Proxy(target, traps)
}

const target = {}

/** An `EntityMap`, or a draft of immer of one. */
export interface HasTable {
  table: Table
}

/**
 * The rows of an `EntityMap` in numbered slots. An open table can be changed; a sealed one never changes again.
 * Opening a sealed table makes a new one that shares all pages until they are touched.
 *
 * Invariants of a sealed table:
 * - The last page holds a row.
 * - `#firstFree` is not above the first page with a free slot.
 */
export class Table {
  #base: Table | undefined
  readonly #serial = ++lastOwner
  #owner = this.#serial
  #pages: Page[] = []
  #ownsPages = true
  #touchedPages: number[] = []
  #size = 0
  #firstFree = 0
  #index: IdIndex
  /**
   * The slots of ids that this open table has put. They enter the index, which all versions share, when the table is sealed,
   * so that a transaction that fails or changes nothing leaves no trace there. undefined: there are none.
   */
  #put: Map<EntityId, number> | undefined
  /** False if the index is the table's own. */
  #sharesIndex = false
  #shapes = noShapes
  #nested = false
  /** Two fields against code that clones or compares field by field. See `refusal.ts`. */
  readonly entityMapCannotBeCloned = entityMapCannotBeCloned
  readonly [uncomparable] = refuseComparison()
  #isSubset = false
  #subset: Subset | undefined
  #layout: Layout | undefined

  /** An open table. @param base a sealed table as which it begins. Default: a table without rows */
  constructor(base?: Table) {
    this.#base = base
    if (base === undefined) {
      this.#index = new IdIndex()
      return
    }
    this.#pages = base.pages as Page[] // shared until `#ownsPages`
    this.#ownsPages = false
    this.#size = base.#size
    this.#firstFree = base.#firstFree
    this.#index = base.#index
    this.#sharesIndex = true
    this.#shapes = base.#shapes
    this.#nested = base.#nested
    this.#isSubset = base.#isSubset
  }

  /**
   * A sealed table with some rows of a sealed table, in the same slots. Its pages are made when they are needed: the encoder
   * works with the whole table and does not need them.
   */
  static subsetOf(subset: Subset, size: number): Table {
    const table = new Table(subset.whole)
    table.#base = undefined
    table.#sharesIndex = false
    table.#owner = 0
    table.#pages = unmade
    table.#size = size
    table.#firstFree = 0
    table.#isSubset = true
    table.#subset = subset
    return table
  }

  /** True once a row has held an object or array. From then on rows are copied and compared at depth. */
  get nested(): boolean {
    return this.#nested
  }

  set nested(nested: boolean) {
    this.#nested = nested
  }

  /** For test runners, which compare what they can iterate. */
  *[Symbol.iterator](): Generator<[EntityId, Row], void, void> {
    for (const slot of this.slots()) yield [this.idAt(slot)!, this.rowAt(slot)!]
  }

  /** The rows, for `console.log` of a map that was spread. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return new Map(this)
  }

  /** Some deep comparisons use this instead of the fields. */
  valueOf(): this {
    return this
  }

  /** Identifies the table, so that other code can name it without keeping it in memory. */
  get serial(): number {
    return this.#serial
  }

  /**
   * True for a table made by `filter` or `pick`, and for tables derived from one. Never send shapes that none of its rows
   * uses: their field names may be secret.
   */
  get isSubset(): boolean {
    return this.#isSubset
  }

  /** Set for a subset of another table that has not changed since. */
  get subset(): Subset | undefined {
    return this.#subset
  }

  /** The first page that may have a free slot. Open tables only. */
  get firstFree(): number {
    return this.#firstFree
  }

  set firstFree(page: number) {
    this.#firstFree = page
  }

  /** The numbers of the pages that may have been changed. */
  get touchedPages(): readonly number[] {
    return this.#touchedPages
  }

  get isOpen(): boolean {
    return this.#owner !== 0
  }

  get size(): number {
    return this.#size
  }

  get pages(): readonly Page[] {
    if (this.#pages === unmade) this.#pages = makePages(this.#subset!)
    return this.#pages
  }

  /** The slots of all rows. Sealed tables only. */
  get layout(): Layout {
    this.#layout ??= this.#index.layoutOf(this.pages)
    return this.#layout
  }

  /** The index of ids, shared with earlier and later versions of the table. */
  get index(): IdIndex {
    return this.#index
  }

  /** True if a row has the shape with this number. */
  hasRowOf(shape: number): boolean {
    const { pages } = this.#subset?.whole ?? this
    for (let number = 0; number < pages.length; number++) {
      const { used, shapes } = pages[number]!
      const shown = this.#subset === undefined ? used : this.#subset.kept[number]!
      for (let bits = shown; bits !== 0; bits &= bits - 1) if (shapes[lowestBit(bits)] === shape) return true
    }
    return false
  }

  get shapes(): readonly Shape[] {
    return this.#shapes
  }

  /** @returns -1 if no row has the id */
  slotOf(id: EntityId): number {
    if (this.#put !== undefined) {
      const put = this.#put.get(id)
      if (put !== undefined && this.idAt(put) === id) return put
    }
    const hints = this.#index.hints(id)
    if (hints === undefined) return -1
    if (typeof hints === 'number') return this.idAt(hints) === id ? hints : -1
    return hints.find((slot) => this.idAt(slot) === id) ?? -1
  }

  idAt(slot: number): EntityId | undefined {
    const page = this.pages[pageOf(slot)]
    const index = indexOf(slot)
    return page === undefined || (page.used & (1 << index)) === 0 ? undefined : page.ids[index]
  }

  rowAt(slot: number): Row | undefined {
    return this.pages[pageOf(slot)]?.rows[indexOf(slot)]
  }

  /** The slots that hold a row, rising. A row that comes or goes meanwhile may be met or not. */
  *slots(): Generator<number, void, void> {
    for (let page = 0; page < this.pages.length; page++) {
      for (let bits = this.pages[page]!.used; bits !== 0; bits &= bits - 1) yield page * pageSize + lowestBit(bits)
    }
  }

  /** Puts a row into a slot and replaces the row that is there. The table takes the row over. Open tables only. */
  putAt(slot: number, id: EntityId, row: Row): void {
    if (slot >= maxSlots) throw new GameStateError('invalid_value', `an EntityMap holds at most ${maxSlots} rows`)
    const page = this.pageForWrite(pageOf(slot))
    const index = indexOf(slot)
    const bit = 1 << index
    if (page.ids[index] !== id) {
      ownIds(page)
      page.ids[index] = id
      if (this.#sharesIndex) this.#notePut(id, slot)
      else this.#index.add(id, slot)
    }
    if ((page.used & bit) === 0) {
      page.used |= bit
      this.#size++
    }
    page.rows[index] = row
    page.touched |= bit
  }

  /**
   * Puts a sealed row into a slot: frozen, known to be plain, of the given shape. For decoders. Open tables only.
   */
  restoreAt(slot: number, id: EntityId, row: Row, shape: number): void {
    this.putAt(slot, id, row)
    const page = this.#pages[pageOf(slot)]!
    const index = indexOf(slot)
    page.touched &= ~(1 << index)
    page.restored = true
    if (page.shapes[index] === shape) return
    ownIds(page)
    page.shapes[index] = shape
  }

  /** The rows in these rising slots; undefined if a slot holds no row of this shape. */
  rowsAt(slots: readonly number[], shape: number): Row[] | undefined {
    const rows: Row[] = new Array(slots.length)
    let number = -1
    let page: Page | undefined
    for (let place = 0; place < slots.length; place++) {
      const slot = slots[place]!
      if (pageOf(slot) !== number) {
        number = pageOf(slot)
        page = this.#pages[number]
      }
      const index = indexOf(slot)
      const row = page?.rows[index]
      if (row === undefined || page!.shapes[index] !== shape) return undefined
      rows[place] = row
    }
    return rows
  }

  /** Replaces rows by sealed ones with the same ids and shape. For decoders. Open tables only. */
  replaceRows(slots: readonly number[], rows: readonly Row[]): void {
    let number = -1
    let page: Page | undefined
    for (let place = 0; place < slots.length; place++) {
      const slot = slots[place]!
      if (pageOf(slot) !== number) {
        number = pageOf(slot)
        page = this.pageForWrite(number)
        page.restored = true
      }
      page!.rows[indexOf(slot)] = rows[place]!
    }
  }

  /** True if this slot, and no other one, holds a row with this id. */
  isOnlyAt(id: EntityId, slot: number): boolean {
    const put = this.#put?.get(id)
    if (put !== undefined && put !== slot && this.idAt(put) === id) return false
    const hints = this.#index.hints(id)
    if (hints === undefined) return put === slot
    if (typeof hints === 'number') return hints === slot || this.idAt(hints) !== id
    return hints.every((other) => other === slot || this.idAt(other) !== id)
  }

  /** Empties a slot that holds a row. Open tables only. */
  deleteAt(slot: number): void {
    const page = this.pageForWrite(pageOf(slot))
    const index = indexOf(slot)
    ownIds(page)
    page.ids[index] = undefined
    page.shapes[index] = 0
    page.rows[index] = undefined
    page.used &= ~(1 << index)
    page.touched &= ~(1 << index)
    this.#size--
    this.#firstFree = Math.min(this.#firstFree, pageOf(slot))
  }

  /** Gives a shape the number that it has in a delta, or the next one, so that both sides number shapes alike. Open tables only. */
  setShape(number: number, shape: Shape): void {
    const shapes = this.#shapes.slice()
    while (shapes.length < number) shapes.push(hiddenShape)
    shapes[number] = shape
    this.#shapes = shapes
  }

  /**
   * Ends the changes. The table cannot be used afterwards if `sealPage` throws.
   * @param sealPage seals a page that may differ from `base`, and returns whether it does. Default: for a decoder, which has
   * put in sealed rows only
   * @returns this table, or its base if nothing has changed
   */
  seal(sealPage: SealPage = sealRestored): Table {
    let changed = this.#trim()
    for (const number of this.#touchedPages) {
      const page = this.#pages[number]
      if (page === undefined) continue
      if (sealPage(page, this.#base?.pages[number])) changed = true
      else this.#pages[number] = this.#base!.pages[number]!
    }
    const base = this.#base
    this.#base = undefined // a version must not keep the version before it in memory
    this.#touchedPages = []
    this.#owner = 0
    // only shapes may have come: a delta sends them before the rows that have them
    if (base !== undefined && !changed && this.#shapes === base.#shapes) return base
    this.#addToIndex()
    if (this.#index.isStale(this.#size)) this.#reindex()
    return this
  }

  /** Drops empty pages at the end. @returns true if the base has another number of pages */
  #trim(): boolean {
    let length = this.#pages.length
    while (length > 0 && this.#pages[length - 1]!.used === 0) length--
    if (length < this.#pages.length) {
      this.#ownPages()
      this.#pages.length = length
      this.#firstFree = Math.min(this.#firstFree, length)
    }
    return length !== (this.#base?.pages.length ?? 0)
  }

  /** A page that may be changed. Open tables only. */
  pageForWrite(number: number): Page {
    const page = this.#pages[number]
    if (page !== undefined && page.owner === this.#owner) return page
    this.#ownPages()
    const own = page === undefined ? emptyPage(this.#owner) : copyPage(page, this.#owner)
    if (this.#pages.length < number) this.#addEmptyPages(number + 1)
    this.#pages[number] = own
    this.#touchedPages.push(number)
    return own
  }

  /** Fills up with one shared empty page, in one new array: a row in a high slot has to cost little. */
  #addEmptyPages(length: number): void {
    const pages = new Array<Page>(length).fill(blank)
    for (let number = 0; number < this.#pages.length; number++) pages[number] = this.#pages[number]!
    this.#pages = pages
  }

  #ownPages(): void {
    if (this.#ownsPages) return
    this.#pages = this.#pages.slice()
    this.#ownsPages = true
  }

  #notePut(id: EntityId, slot: number): void {
    this.#put ??= new Map()
    this.#put.set(id, slot)
  }

  #addToIndex(): void {
    this.#sharesIndex = false
    if (this.#put === undefined) return
    for (const [id, slot] of this.#put) if (this.idAt(slot) === id) this.#index.add(id, slot)
    this.#put = undefined
  }

  #reindex(): void {
    this.#index = new IdIndex()
    for (const slot of this.slots()) this.#index.add(this.idAt(slot)!, slot)
  }
}

/** Seals a page: checks and freezes its rows. @returns whether it differs from the page of the base */
export type SealPage = (page: Page, basePage: Page | undefined) => boolean

/** Seals a page with sealed rows only. */
function sealRestored(page: Page, basePage: Page | undefined): boolean {
  const isRestored = page.restored
  page.restored = false
  return isRestored || basePage === undefined || !hasSameIds(page, basePage)
}

function makePages({ whole, kept }: Subset): Page[] {
  const pages: Page[] = []
  for (let number = 0; number < kept.length; number++) pages.push(filteredPage(whole.pages[number]!, kept[number]!))
  while (pages.length > 0 && pages[pages.length - 1]!.used === 0) pages.pop()
  return pages
}
