import { GameStateError } from '../errors.js'
import { rowIn, sealRestored, toRowPage } from './columns.js'
import { IdIndex, type SlotLayout } from './id-index.js'
import {
  dropDraft,
  type EntityId,
  filteredPage,
  indexOf,
  lowestBit,
  maxSlots,
  ownIds,
  Page,
  pageOf,
  pageSize,
  putDraft,
  type Row,
} from './page.js'
import { hiddenShape, noShapes, type Shape } from './shape.js'
import type { ShownRows } from './shown-rows.js'

/** Numbers tables, so that a page can name its owner without keeping it in memory. */
let lastOwner = 0

/** A page without rows and without an owner. The first write copies it, like every page of another table. */
const blank = new Page(0, undefined)

/** The pages of a subset until they are needed. */
const unmade: Page[] = []

/** The rows of a table that a subset of it has. */
export interface Subset {
  /** Not a subset itself. */
  readonly whole: Table
  readonly shown: ShownRows
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
  /** While it is set, ids that are put are noted here, each with its slot before. */
  putsToUndo: [EntityId, number | undefined][] | undefined
  #shapes = noShapes
  #nested = false
  /** Two fields against code that clones or compares field by field. See `refusal.ts`. */
  readonly entityMapCannotBeCloned = entityMapCannotBeCloned
  readonly [uncomparable] = refuseComparison()
  #isSubset = false
  #subset: Subset | undefined
  #layout: SlotLayout | undefined

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
  get layout(): SlotLayout {
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
    const { numbers, bits } = this.shown
    for (let place = 0; place < numbers.length; place++) {
      const { shapes } = pages[numbers[place]!]!
      for (let rest = bits[place]!; rest !== 0; rest &= rest - 1) if (shapes[lowestBit(rest)] === shape) return true
    }
    return false
  }

  /** The rows of the table. Of a subset this does not make its pages. Sealed tables only. */
  get shown(): ShownRows {
    if (this.#subset !== undefined) return this.#subset.shown
    const numbers: number[] = []
    const bits: number[] = []
    for (let number = 0; number < this.#pages.length; number++) {
      const { used } = this.#pages[number]!
      if (used === 0) continue
      numbers.push(number)
      bits.push(used)
    }
    return { numbers, bits }
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

  /** @returns undefined for -1, too */
  rowAt(slot: number): Row | undefined {
    const page = this.pages[pageOf(slot)]
    return page && rowIn(page, indexOf(slot))
  }

  /** The slot for a new id: the lowest free one, so that the same rule makes the same slots everywhere. Open tables only. */
  freeSlot(): number {
    const pages = this.#pages
    let page = this.#firstFree
    while (page < pages.length && pages[page]!.used === -1) page++
    this.#firstFree = page
    return page * pageSize + lowestBit(~(pages[page]?.used ?? 0))
  }

  /** The slots that hold a row, rising. A row that comes or goes meanwhile may be met or not. */
  *slots(): Generator<number, void, void> {
    for (let page = 0; page < this.pages.length; page++) {
      for (let bits = this.pages[page]!.used; bits !== 0; bits &= bits - 1) yield page * pageSize + lowestBit(bits)
    }
  }

  /** Puts a row into a slot and replaces the row that is there. The table takes the row over. Open tables only. */
  putAt(slot: number, id: EntityId, row: Row): void {
    putDraft(this.claim(slot, id), indexOf(slot), row)
  }

  /** Gives a slot to an id. The caller puts a row into it. @returns its page. Open tables only */
  claim(slot: number, id: EntityId): Page {
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
    return page
  }

  /**
   * Puts a sealed row object into a slot: frozen, known to be plain, of the given shape. Open tables only.
   */
  restoreAt(slot: number, id: EntityId, row: Row, shape: number): void {
    toRowPage(this.pageForWrite(pageOf(slot)))
    const page = this.claim(slot, id)
    const index = indexOf(slot)
    page.rows![index] = row
    page.restored = true
    if (page.shapes[index] === shape) return
    ownIds(page)
    page.shapes[index] = shape
  }

  /** True if each of these slots holds a row of this shape. */
  hasRowsAt(slots: ArrayLike<number>, count: number, shape: number): boolean {
    for (let place = 0; place < count; place++) {
      const slot = slots[place]!
      const page = this.#pages[pageOf(slot)]
      const index = indexOf(slot)
      if (page === undefined || (page.used & (1 << index)) === 0 || page.shapes[index] !== shape) return false
    }
    return true
  }

  /** Replaces rows by sealed row objects with the same ids and shape. Open tables only. */
  replaceRows(slots: ArrayLike<number>, rows: readonly Row[]): void {
    let number = -1
    let page: Page | undefined
    for (let place = 0; place < rows.length; place++) {
      const slot = slots[place]!
      if (pageOf(slot) !== number) {
        number = pageOf(slot)
        page = this.pageForWrite(number)
        toRowPage(page)
        page.restored = true
      }
      page!.rows![indexOf(slot)] = rows[place]!
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
    page.used &= ~(1 << index)
    dropDraft(page, index)
    if (page.layout === undefined && page.source === undefined) page.rows![index] = undefined
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
    const base = this.#base
    const basePages = base?.pages
    for (const number of this.#touchedPages) {
      const page = this.#pages[number]
      if (page === undefined) continue
      if (sealPage(page, basePages?.[number])) changed = true
      else this.#pages[number] = basePages![number]!
    }
    if (base !== undefined && base.#layout !== undefined && this.#hasSlotsOf(base.pages)) this.#layout = base.#layout
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
    const own = new Page(this.#owner, page)
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
    this.putsToUndo?.push([id, this.#put.get(id)])
    this.#put.set(id, slot)
  }

  /** Takes back what changed since the table had this size and first free page, but for the pages. Open tables only. */
  protected undo(size: number, firstFree: number): void {
    this.#size = size
    this.#firstFree = firstFree
    for (const [id, slot] of this.putsToUndo?.reverse() ?? []) {
      if (slot === undefined) this.#put!.delete(id)
      else this.#put!.set(id, slot)
    }
    this.putsToUndo = undefined
  }

  /** True if the same slots hold rows with the same ids as on these pages. Looks at touched pages only. */
  #hasSlotsOf(basePages: readonly Page[]): boolean {
    if (this.#pages.length !== basePages.length) return false
    for (const number of this.#touchedPages) {
      const page = this.#pages[number]!
      const basePage = basePages[number]!
      if (page.ids !== basePage.ids || page.used !== basePage.used) return false
    }
    return true
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

function makePages({ whole, shown: { numbers, bits } }: Subset): Page[] {
  const length = numbers.length === 0 ? 0 : numbers[numbers.length - 1]! + 1
  const pages = new Array<Page>(length).fill(blank)
  for (let place = 0; place < numbers.length; place++) {
    const number = numbers[place]!
    pages[number] = filteredPage(whole.pages[number]!, bits[place]!)
  }
  return pages
}
