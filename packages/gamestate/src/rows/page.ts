/** The id of a row. Numbers are finite. 1 and '1' are two ids. */
export type EntityId = string | number

export type Row = Record<string, unknown>

/** Page p has the slots 32 p to 32 p + 31, so that the bits of one integer are a set of its slots. */
const pageBits = 5
export const pageSize = 1 << pageBits
const slotMask = pageSize - 1

/** Most rows of one map. This bounds what a reader allocates for a high slot that a peer names. */
export const maxSlots = 1 << 21

/**
 * 32 slots of a table.
 *
 * Invariants:
 * - Bit i of `used` is set exactly if `rows[i]` is there; then `ids[i]` and a shape are there, too.
 * - A page changes only while its `owner` is the number of an open table.
 * - Unless `ownsIds`, `ids` and `shapes` may be shared with the page from which this one was copied.
 */
export interface Page {
  readonly owner: number
  /** Identifies the page, so that another one can name it without keeping it in memory. */
  readonly serial: number
  /** The serial of the page from which this one was copied, once their difference is known; else 0. */
  from: number
  /** Bits of the slots whose row differs from that page's. */
  changed: number
  /** For each of these bits, lowest first, `RowAccess.differences` of the two rows; -1 if it is not known. */
  differences: number[]
  used: number
  /** Bits of the slots whose row the open table may still change. */
  touched: number
  /** True if a decoder has put in rows that are sealed already. */
  restored: boolean
  rows: (Row | undefined)[]
  ids: (EntityId | undefined)[]
  /** For each slot the number of its row's shape in the table's list. */
  shapes: number[]
  ownsIds: boolean
}

let lastSerial = 0
const none: number[] = []

export function emptyPage(owner: number): Page {
  return {
    owner,
    serial: ++lastSerial,
    from: 0,
    changed: 0,
    differences: none,
    used: 0,
    touched: 0,
    restored: false,
    rows: new Array(pageSize).fill(undefined),
    ids: new Array(pageSize).fill(undefined),
    shapes: new Array(pageSize).fill(0),
    ownsIds: true,
  }
}

export function copyPage(page: Page, owner: number): Page {
  return {
    owner,
    serial: ++lastSerial,
    from: 0,
    changed: 0,
    differences: none,
    used: page.used,
    touched: 0,
    restored: false,
    rows: page.rows.slice(),
    ids: page.ids,
    shapes: page.shapes,
    ownsIds: false,
  }
}

/** Copies the shared ids and shapes of a page before one of them changes. */
export function ownIds(page: Page): void {
  if (page.ownsIds) return
  page.ids = page.ids.slice()
  page.shapes = page.shapes.slice()
  page.ownsIds = true
}

/** True if the same slots hold rows with the same ids. */
export function hasSameIds(page: Page, other: Page): boolean {
  if (page.used !== other.used) return false
  return (
    page.ids === other.ids || page.rows.every((row, index) => row === undefined || page.ids[index] === other.ids[index])
  )
}

/** A page with the rows of these bits; the page itself if those are all. */
export function filteredPage(page: Page, kept: number): Page {
  if (kept === page.used) return page
  const filtered = copyPage(page, 0)
  filtered.used = kept
  for (let bits = page.used & ~kept; bits !== 0; bits &= bits - 1) filtered.rows[lowestBit(bits)] = undefined
  return filtered
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
