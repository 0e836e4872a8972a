import { GameStateError } from '../errors.js'
import type { Path } from '../values/plain.js'
import { IdIndex, type Layout } from './id-index.js'
import {
  copyPage,
  type EntityId,
  emptyPage,
  filteredPage,
  indexOf,
  lowestBit,
  maxSlots,
  ownIds,
  type Page,
  pageOf,
  pageSize,
  type Row,
} from './page.js'
import { entityMapCannotBeCloned, refuseComparison, uncomparable } from './refusal.js'
import { freezeRow, thawRow } from './row.js'
import { sealPage } from './seal-page.js'
import { noShapes, type Shape, untold } from './shape.js'

/** Numbers open tables, so that a page can tell whose it is without holding it in memory. */
let lastOwner = 0

/** A page without rows, of no table: copied by the first write, as any page of another one. */
const blank = emptyPage(0)

/** The pages of a part that nobody has asked for. */
const unmade: Page[] = []

/** Which rows of a table a part of it shows. */
export interface Part {
  /** Of no part itself. */
  readonly whole: Table
  /** For each page of the whole the bits of the rows that are shown; all of them hold a row. */
  readonly kept: Int32Array
}

/**
 * The rows of an `EntityMap` in numbered slots. Open, it can be changed; sealed, it never changes again.
 * Opening a sealed table gives a new one that shares all pages until they are touched.
 *
 * Invariants of a sealed table: the last page holds a row; `firstFree` is not above the first page with a free slot.
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
   * Where rows were put by this open table. They come into the index, which all versions share, when the table is sealed:
   * of a transaction that fails or changes nothing the index must keep no trace. undefined: the index is the table's own.
   */
  #put: Map<EntityId, number> | undefined
  #shapes = noShapes
  #nested = false
  /** For code that looks at fields and cannot see that rows are there. See `refusal.ts`. */
  readonly entityMapCannotBeCloned = entityMapCannotBeCloned
  readonly [uncomparable] = refuseComparison()
  #isPart = false
  #part: Part | undefined
  #layout: Layout | undefined

  /** A table without rows, open; or one that begins as `base`. */
  constructor(base?: Table) {
    this.#base = base
    if (base === undefined) {
      this.#index = new IdIndex()
      return
    }
    this.#pages = base.pages as Page[] // not to be written to until they are owned
    this.#ownsPages = false
    this.#size = base.#size
    this.#firstFree = base.#firstFree
    this.#index = base.#index
    this.#put = new Map()
    this.#shapes = base.#shapes
    this.#nested = base.#nested
    this.#isPart = base.#isPart
  }

  /**
   * A sealed table of some of the rows of a sealed one, in the slots that they have there. Their pages are made when they are
   * asked for: who encodes a part goes by the whole, and never does.
   */
  static partOf(part: Part, size: number): Table {
    const table = new Table(part.whole)
    table.#base = undefined
    table.#put = undefined
    table.#owner = 0
    table.#pages = unmade
    table.#size = size
    table.#firstFree = 0
    table.#isPart = true
    table.#part = part
    return table
  }

  /** Set once a row has held an object or array: from then on rows are copied and compared at depth. */
  get nested(): boolean {
    return this.#nested
  }

  set nested(nested: boolean) {
    this.#nested = nested
  }

  /** For test runners that compare what they can iterate. */
  *[Symbol.iterator](): Generator<[EntityId, Row], void, void> {
    for (const slot of this.slots()) yield [this.idAt(slot)!, this.rowAt(slot)!]
  }

  /** What `console.log` shows of a map that was spread. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return new Map(this)
  }

  /** Some comparisons of deep equality go by this. */
  valueOf(): this {
    return this
  }

  /** Tells tables apart, so that one can be named without holding it in memory. */
  get serial(): number {
    return this.#serial
  }

  /** Whether its rows are some of another table's, or once were: of shapes that none of its rows has nothing is to be told. */
  get isPart(): boolean {
    return this.#isPart
  }

  /** Set on a table that is part of another one and has not changed since. */
  get part(): Part | undefined {
    return this.#part
  }

  get isOpen(): boolean {
    return this.#owner !== 0
  }

  get size(): number {
    return this.#size
  }

  get pages(): readonly Page[] {
    if (this.#pages === unmade) this.#pages = makePages(this.#part!)
    return this.#pages
  }

  /** Which rows are where. Sealed tables only. */
  get layout(): Layout {
    this.#layout ??= this.#index.layoutOf(this.pages)
    return this.#layout
  }

  /** Where the ids are, of this table and of those before and after it. */
  get index(): IdIndex {
    return this.#index
  }

  /** Whether a row has the shape of this number. */
  hasRowOf(shape: number): boolean {
    const { pages } = this.#part?.whole ?? this
    for (let number = 0; number < pages.length; number++) {
      const { used, shapes } = pages[number]!
      const shown = this.#part === undefined ? used : this.#part.kept[number]!
      for (let bits = shown; bits !== 0; bits &= bits - 1) if (shapes[lowestBit(bits)] === shape) return true
    }
    return false
  }

  get shapes(): readonly Shape[] {
    return this.#shapes
  }

  /** @returns -1 where no row has the id */
  slotOf(id: EntityId): number {
    const put = this.#put?.get(id)
    if (put !== undefined && this.idAt(put) === id) return put
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

  shapeAt(slot: number): number {
    return this.pages[pageOf(slot)]?.shapes[indexOf(slot)] ?? 0
  }

  /** The slots that hold a row, rising. Rows that come or go meanwhile may or may not be met. */
  *slots(): Generator<number, void, void> {
    for (let page = 0; page < this.pages.length; page++) {
      for (let bits = this.pages[page]!.used; bits !== 0; bits &= bits - 1) yield page * pageSize + lowestBit(bits)
    }
  }

  /** Calls `change` with each row as `editAt` gives it. One that is deleted before its turn is left out. Open tables only. */
  editEach(change: (row: Row, id: EntityId) => void): void {
    for (let number = 0; number < this.#pages.length; number++) {
      let bits = this.#pages[number]!.used
      if (bits === 0) continue
      const page = this.#pageForWrite(number)
      for (; bits !== 0; bits &= bits - 1) {
        const index = lowestBit(bits)
        const bit = bits & -bits
        if ((page.used & bit) === 0) continue
        if ((page.touched & bit) === 0) this.#touch(page, index, bit)
        change(page.rows[index]!, page.ids[index]!)
      }
    }
  }

  /** The row in a slot that holds one, as a copy that may be changed until the table is sealed. Open tables only. */
  editAt(slot: number): Row {
    const page = this.#pageForWrite(pageOf(slot))
    const index = indexOf(slot)
    const bit = 1 << index
    if ((page.touched & bit) === 0) this.#touch(page, index, bit)
    return page.rows[index]!
  }

  #touch(page: Page, index: number, bit: number): void {
    const row = page.rows[index]!
    const shape = page.shapes[index]!
    page.rows[index] = shape > 0 && !this.#nested ? this.#shapes[shape]!.access.copy(row) : thawRow(row, this.#nested)
    page.touched |= bit
  }

  /** The slot that a new id is to be put in: the lowest free one, so that the same rule makes the same slots everywhere. */
  freeSlot(): number {
    let page = this.#firstFree
    while (page < this.#pages.length && this.#pages[page]!.used === -1) page++
    this.#firstFree = page
    const used = this.#pages[page]?.used ?? 0
    return page * pageSize + lowestBit(~used)
  }

  /** Puts a row into a slot, in place of what is there. The table takes the row over. Open tables only. */
  putAt(slot: number, id: EntityId, row: Row): void {
    if (slot >= maxSlots) throw new GameStateError('invalid_value', `an EntityMap holds at most ${maxSlots} rows`)
    const page = this.#pageForWrite(pageOf(slot))
    const index = indexOf(slot)
    const bit = 1 << index
    if (page.ids[index] !== id) {
      ownIds(page)
      page.ids[index] = id
      if (this.#put === undefined) this.#index.add(id, slot)
      else this.#put.set(id, slot)
    }
    if ((page.used & bit) === 0) {
      page.used |= bit
      this.#size++
    }
    page.rows[index] = row
    page.touched |= bit
  }

  /**
   * Puts a row into a slot that is sealed already: frozen, known to be plain, of the given shape. For decoders.
   * Open tables only.
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

  /** The rows in these slots, rising; undefined where one holds none of this shape. */
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

  /** Puts sealed rows in the place of others of the same ids and shape. For decoders. Open tables only. */
  replaceRows(slots: readonly number[], rows: readonly Row[]): void {
    let number = -1
    let page: Page | undefined
    for (let place = 0; place < slots.length; place++) {
      const slot = slots[place]!
      if (pageOf(slot) !== number) {
        number = pageOf(slot)
        page = this.#pageForWrite(number)
        page.restored = true
      }
      page!.rows[indexOf(slot)] = rows[place]!
    }
  }

  /** Whether the slot, and no other one, holds a row with this id. */
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
    const page = this.#pageForWrite(pageOf(slot))
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

  /** Puts a shape where a delta has it or behind all others, so that both sides number them alike. Open tables only. */
  setShape(number: number, shape: Shape): void {
    const shapes = this.#shapes.slice()
    while (shapes.length < number) shapes.push(untold)
    shapes[number] = shape
    this.#shapes = shapes
  }

  /**
   * Ends the changes: checks every touched row, gives equal parts the identity they had before, freezes what is new.
   * @returns the table to keep: this one, or the one it was opened from where nothing has changed
   * @throws GameStateError `invalid_value` with the path, the table being useless afterwards
   */
  seal(path: Path | undefined): Table {
    let changed = this.#trim()
    for (const number of this.#touchedPages) {
      const page = this.#pages[number]
      if (page === undefined) continue
      if (sealPage(this, page, this.#base?.pages[number], path)) changed = true
      else this.#pages[number] = this.#base!.pages[number]!
    }
    const base = this.#base
    this.#base = undefined // a version must not keep the one before it in memory
    this.#touchedPages = []
    this.#owner = 0
    // shapes alone may have come: a delta tells them before the rows that have them
    if (base !== undefined && !changed && this.#shapes === base.#shapes) return base
    this.#addToIndex()
    if (this.#index.isStale(this.#size)) this.#reindex()
    return this
  }

  /** Ends the changes of a transaction that failed: rows that its rule has kept cannot be written to any more. */
  discard(): void {
    for (const number of this.#touchedPages) {
      const page = this.#pages[number]
      for (let bits = page?.touched ?? 0; bits !== 0; bits &= bits - 1)
        freezeRow(page!.rows[lowestBit(bits)]!, this.#nested)
    }
    this.#touchedPages = []
  }

  /** Drops empty pages at the end. @returns whether there were any that the base has */
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

  #pageForWrite(number: number): Page {
    const page = this.#pages[number]
    if (page !== undefined && page.owner === this.#owner) return page
    this.#ownPages()
    const own = page === undefined ? emptyPage(this.#owner) : copyPage(page, this.#owner)
    if (this.#pages.length < number) this.#addEmptyPages(number + 1)
    this.#pages[number] = own
    this.#touchedPages.push(number)
    return own
  }

  /** One empty page stands for all of them, in an array made at once: a row in a high slot has to cost little. */
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

  #addToIndex(): void {
    if (this.#put === undefined) return
    for (const [id, slot] of this.#put) if (this.idAt(slot) === id) this.#index.add(id, slot)
    this.#put = undefined
  }

  #reindex(): void {
    this.#index = new IdIndex()
    for (const slot of this.slots()) this.#index.add(this.idAt(slot)!, slot)
  }
}

function makePages({ whole, kept }: Part): Page[] {
  const pages: Page[] = []
  for (let number = 0; number < kept.length; number++) pages.push(filteredPage(whole.pages[number]!, kept[number]!))
  while (pages.length > 0 && pages[pages.length - 1]!.used === 0) pages.pop()
  return pages
}
