import { countBits, lowestBit } from '../../rows/page.js'
import type { SharedDiff } from './shared-diff.js'

/** Changed rows of one shape that are written together, row by row. */
export interface DiffGroup {
  readonly shape: number
  /** Bits of the fields that are written for each row. */
  readonly mask: number
  count: number
  /** Pairs, pages rising: the number of a page, and bits of its rows. */
  readonly runs: number[]
}

/** Triples: the number of a page, bits of rows that are alike, and the number of their kind. */
let found = /* @__PURE__ */ new Int32Array(192)
const entryLength = 3
let end = 0

/** Rows of one shape and mask, of all pages. */
interface Kind {
  shape: number
  mask: number
  count: number
  /** Number of pages with such rows, and the used length of the group's list. */
  pages: number
  runsEnd: number
  /** The kind in whose group they are written. */
  host: Kind
  group: DiffGroup | undefined
}

/** Reused between calls; the first `kindCount` are in use. */
const kinds: Kind[] = []
let kindCount = 0

/** Estimated size of a group's head in bits: shape and slots, and each field. */
const headBits = 32
const fieldBits = 32
/** Bits that an unchanged field of a row takes. */
const unchangedBits = 4

/** Rows of more kinds than this are shorter in columns. */
const maxKinds = 64

/** Starts gathering rows and forgets those gathered before. */
export function beginGroups(): void {
  end = 0
  kindCount = 0
}

/** Gathers rows of a page that are alike. Call it with rising pages. @returns false, and gathers nothing, if there are too many kinds */
export function gather(page: number, bits: number, mask: number, shape: number): boolean {
  const number = kindNumber(shape, mask)
  if (number === maxKinds) return false
  if (end === found.length) {
    const more = new Int32Array(found.length * 2)
    more.set(found)
    found = more
  }
  found[end] = page
  found[end + 1] = bits
  found[end + 2] = number
  end += entryLength
  kinds[number]!.count += countBits(bits)
  kinds[number]!.pages++
  return true
}

/**
 * Makes groups of the gathered rows. A few rows with fewer changed fields join a larger group: writing their unchanged
 * fields takes less than a group of their own.
 */
export function endGroups(diff: SharedDiff): DiffGroup[] {
  if (kindCount > 1) findHosts()
  const groups: DiffGroup[] = []
  for (let entry = 0; entry < end; entry += entryLength) {
    const page = found[entry]!
    const bits = found[entry + 1]!
    const kind = kinds[found[entry + 2]!]!
    const joins = kind.host === kind || canSendAll(diff, page, bits, kind)
    addRun(groups, joins ? kind.host : kind, page, bits)
  }
  for (let number = 0; number < kindCount; number++) {
    const { group, runsEnd } = kinds[number]!
    if (group !== undefined) group.runs.length = runsEnd
  }
  return groups
}

/** @returns `maxKinds` if there are too many kinds */
function kindNumber(shape: number, mask: number): number {
  for (let number = 0; number < kindCount; number++) {
    if (kinds[number]!.mask === mask && kinds[number]!.shape === shape) return number
  }
  if (kindCount === maxKinds) return maxKinds
  let kind = kinds[kindCount]
  if (kind === undefined) {
    kind = { shape, mask, count: 0, pages: 0, runsEnd: 0, group: undefined } as Omit<Kind, 'host'> as Kind
    kinds.push(kind)
  }
  kind.shape = shape
  kind.mask = mask
  kind.count = 0
  kind.pages = 0
  kind.runsEnd = 0
  kind.host = kind
  kind.group = undefined
  return kindCount++
}

function findHosts(): void {
  for (let number = 0; number < kindCount; number++) {
    const kind = kinds[number]!
    for (let other = 0; other < kindCount; other++) {
      if (kinds[other]!.count > kind.host.count && isWorthJoining(kinds[other]!, kind)) kind.host = kinds[other]!
    }
  }
  // a host that has joined another group cannot be a host
  for (let number = 0; number < kindCount; number++) {
    const kind = kinds[number]!
    if (kind.host.host !== kind.host) kind.host = kind
  }
}

function isWorthJoining(host: Kind, kind: Kind): boolean {
  if (host.shape !== kind.shape || (kind.mask & ~host.mask) !== 0) return false
  const more = countBits(host.mask & ~kind.mask)
  return kind.count * more * unchangedBits <= headBits + fieldBits * countBits(kind.mask)
}

/** True if quanta can express the unchanged fields of these rows, too. */
function canSendAll(diff: SharedDiff, page: number, bits: number, { shape, mask, host }: Kind): boolean {
  const first = diff.firstCells[page]!
  const unchanged = host.mask & ~mask
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    if ((unchanged & ~diff.quantized(first + lowestBit(rest), shape)) !== 0) return false
  }
  return true
}

function addRun(groups: DiffGroup[], kind: Kind, page: number, bits: number): void {
  if (kind.group === undefined) {
    kind.group = { shape: kind.shape, mask: kind.mask, count: 0, runs: new Array(2 * kind.pages) }
    groups.push(kind.group)
  }
  const { group } = kind
  group.count += countBits(bits)
  if (kind.runsEnd > 0 && group.runs[kind.runsEnd - 2] === page) {
    group.runs[kind.runsEnd - 1]! |= bits
    return
  }
  group.runs[kind.runsEnd++] = page
  group.runs[kind.runsEnd++] = bits
}
