/** A row's id. A number has to be finite. 1 and '1' are two ids. */
export type EntityId = string | number

export type Row = Record<string, unknown>

/** Slots 32 p to 32 p + 31 are on page p: so many that sets of them are the bits of one integer. */
const pageBits = 5
export const pageSize = 1 << pageBits
const slotMask = pageSize - 1

/** Most rows that one map holds: bounds what a peer can make a reader allocate by naming a high slot. */
export const maxSlots = 1 << 21

/**
 * 32 slots of a table.
 *
 * Invariants: bit i of `used` is set exactly where `rows[i]` is, and there are `ids[i]` and a shape then; a page whose `owner` is not the
 * number of an open table never changes again; `ids` and `shapes` may be shared with the page that this one was copied from
 * unless `ownsIds`.
 */
export interface Page {
  readonly owner: number
  /** Tells pages apart, so that one can name another without holding it in memory. */
  readonly serial: number
  /** The serial of the page that this one was copied from, once it is known how the two differ; else 0. */
  from: number
  /** Bits of the slots whose row differs from the one on that page. */
  changed: number
  /** For each of these bits, lowest first, what `RowAccess.differences` says of the two rows; -1 where nobody has asked. */
  differences: number[]
  used: number
  /** Bits of the slots whose row is a copy that the open table may still change. */
  touched: number
  /** Whether the open table has put rows in that need not be looked at when it is sealed. */
  restored: boolean
  rows: (Row | undefined)[]
  ids: (EntityId | undefined)[]
  /** For each slot the index of its row's shape in the table's list. */
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

/** Makes the ids and shapes of a page its own, before the first of them changes. */
export function ownIds(page: Page): void {
  if (page.ownsIds) return
  page.ids = page.ids.slice()
  page.shapes = page.shapes.slice()
  page.ownsIds = true
}

/** Whether the same slots hold rows of the same ids. */
export function hasSameIds(page: Page, other: Page): boolean {
  if (page.used !== other.used) return false
  return (
    page.ids === other.ids || page.rows.every((row, index) => row === undefined || page.ids[index] === other.ids[index])
  )
}

/** The page with some of its rows, by their bits; itself where those are all. */
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

/** How many bits are set. */
export function countBits(bits: number): number {
  // neighbours are added up: bits to pairs, pairs to fours, fours to bytes, and the product's top byte is the sum of the bytes
  const pairs = bits - ((bits >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Whether it is known what differs between a page and one that it was copied from. */
export function isStepFrom(page: Page, base: Page): boolean {
  return page.from === base.serial && page.ids === base.ids && page.used === base.used
}

/** The place of the lowest bit that is set; `bits` must not be 0. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
