import type { Column, Layout, Row } from './shape.js'

export type { Row } from './shape.js'

/** The id of a row. Numbers are finite. 1 and '1' are two ids. */
export type EntityId = string | number

/** Page p has the slots 32 p to 32 p + 31, so that the bits of one integer are a set of its slots. */
const pageBits = 5
export const pageSize = 1 << pageBits
const slotMask = pageSize - 1

/** Most rows of one map. This bounds what a reader allocates for a high slot that a peer names. */
export const maxSlots = 1 << 21

let lastSerial = 0
const none: readonly number[] = []
const noColumns: Column[] = []

/** Never added to. */
export const noDrafts: Row[] = []

/**
 * 32 slots of a table. If all rows have one shape, the page holds them as columns, and makes a row object when code
 * reads the row; else it holds row objects.
 *
 * Invariants:
 * - A slot whose bit is set in `used` holds a row, and has an id and the number of a shape.
 * - A page changes only while its `owner` is the number of an open table. Row objects that are read are no change.
 * - Unless `ownsIds`, `ids` and `shapes` may be shared with the page from which this one was copied. So may each column
 *   and the list of columns, unless it is `owned`.
 */
export class Page {
  readonly owner: number
  /** Identifies the page, so that another one can name it without keeping it in memory. */
  readonly serial = ++lastSerial
  /** The serial of the page from which this one was copied, once their difference is known; else 0. */
  from = 0
  /** Bits of the slots whose row differs from that page's. */
  changed = 0
  /** For each field, bits of the slots that differ in it; empty if that is not known. */
  differences = none
  used = 0
  ids: (EntityId | undefined)[]
  /** For each slot that is used the number of its row's shape in the table's list. */
  shapes: number[]
  ownsIds: boolean
  /** How the columns hold the rows; undefined for a page of row objects. */
  layout: Layout | undefined = undefined
  columns = noColumns
  /** Bits of the columns that are the page's own, by field. With the first one the list is its own, too. */
  owned = 0
  /** Frozen row objects. A page with columns has those that were read. */
  rows: (Row | undefined)[] | undefined = undefined
  /** Shared by a page with columns and those that were copied from it: the row that was read last of each slot. */
  family: { rows: (Row | undefined)[] | undefined }
  /** A page that holds the same row in each slot that is used here and has no draft, and keeps the row objects that were read. */
  source: Page | undefined = undefined
  /** Bits of the slots that have a draft, which the open table may still change. */
  touched = 0
  /** The drafts, in the order of their slots. */
  drafts = noDrafts
  /** Bits of the drafts that the running rule has been given, or has set. */
  fresh = 0
  /** For each field, bits of the drafts that differ from the columns, if all drafts have been compared. */
  found: readonly number[] | undefined = undefined
  /** The rule before which the page was noted last. */
  rule = 0
  /** True if all drafts were made by one `editEach`, and the rule has put none of its own in their place. */
  areMade = false
  /** True if the drafts are not frozen, though their rule has returned. They are before other rules read them. */
  areLoose = false
  /** True if sealed rows have been put in. */
  restored = false

  /** @param copied the page that this one begins as; undefined for a page without rows */
  constructor(owner: number, copied: Page | undefined) {
    this.owner = owner
    this.ownsIds = copied === undefined
    if (copied === undefined) {
      this.ids = new Array(pageSize).fill(undefined)
      this.shapes = new Array(pageSize).fill(0)
      this.family = { rows: undefined }
      this.rows = new Array(pageSize).fill(undefined)
      return
    }
    this.used = copied.used
    this.ids = copied.ids
    this.shapes = copied.shapes
    this.layout = copied.layout
    this.columns = copied.columns
    this.family = copied.family
    this.source = copied
  }
}

/** Copies the shared ids and shapes of a page before one of them changes. */
export function ownIds(page: Page): void {
  if (page.ownsIds) return
  page.ids = page.ids.slice()
  page.shapes = page.shapes.slice()
  page.ownsIds = true
}

const uniform: number[][] = []

/** The shapes of a page in which all rows have the same one; shared, and never changed. */
export function uniformShapes(shape: number): number[] {
  uniform[shape] ??= new Array(pageSize).fill(shape)
  return uniform[shape]
}

/** True if the same slots hold rows with the same ids. */
export function hasSameIds(page: Page, other: Page): boolean {
  if (page.used !== other.used) return false
  if (page.ids === other.ids) return true
  for (let bits = page.used; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    if (page.ids[index] !== other.ids[index]) return false
  }
  return true
}

/** A page with the rows of these bits; the page itself if those are all. */
export function filteredPage(page: Page, kept: number): Page {
  if (kept === page.used) return page
  const filtered = new Page(0, page)
  filtered.used = kept
  return filtered
}

/** The place of a draft in the list of drafts. */
export function placeOfDraft(page: Page, index: number): number {
  return countBits(page.touched & ((1 << index) - 1))
}

/** Puts a row into a slot as its draft, in place of the one that is there. */
export function putDraft(page: Page, index: number, row: Row): void {
  const bit = 1 << index
  const place = placeOfDraft(page, index)
  page.found = undefined
  page.areMade = false
  page.fresh |= bit
  if ((page.touched & bit) !== 0) {
    page.drafts[place] = row
    return
  }
  page.touched |= bit
  if (page.drafts === noDrafts) {
    // of many pages one row is edited: an array that grows has room for sixteen more
    page.drafts = [row]
    return
  }
  const { drafts } = page
  let last = drafts.length
  // `splice` would make an array of what it takes out
  drafts.push(row)
  for (; last > place; last--) drafts[last] = drafts[last - 1]!
  drafts[place] = row
}

export function dropDraft(page: Page, index: number): void {
  const bit = 1 << index
  if ((page.touched & bit) === 0) return
  page.drafts.splice(placeOfDraft(page, index), 1)
  page.touched &= ~bit
  page.fresh &= ~bit
}

export function pageOf(slot: number): number {
  return slot >>> pageBits
}

export function indexOf(slot: number): number {
  return slot & slotMask
}

/** The number of bits that are set. */
export function countBits(bits: number): number {
  // adds neighbours: bits to pairs, pairs to fours, fours to bytes; the top byte of the product is the sum of the bytes
  const pairs = bits - ((bits >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** True if a page is a changed copy of `base`, and its difference is known. */
export function isDirectChange(page: Page, base: Page): boolean {
  return page.from === base.serial && page.ids === base.ids && page.used === base.used
}

/** The place of the lowest set bit. @param bits not 0 */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
