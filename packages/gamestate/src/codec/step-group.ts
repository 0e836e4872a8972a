import { countBits, lowestBit } from '../entity-map/page.js'
import type { TableStep } from './table-step.js'

/** Rows of one shape that have changed by steps, in the same fields or in some of them. */
export interface StepGroup {
  readonly shape: number
  /** The fields that are told, as bits. */
  readonly mask: number
  count: number
  /** Where the rows are: the number of a page and the bits of its rows, and so on, pages rising. */
  readonly runs: number[]
}

/** Rows of a page that are alike: the number of the page, their bits, and their kind. */
let found = new Int32Array(192)
const entryLength = 3
let end = 0

/** Rows of one shape and mask, of all pages. */
interface Kind {
  shape: number
  mask: number
  count: number
  /** On how many pages there are such rows, and how much of the group's list is in use. */
  pages: number
  runsEnd: number
  /** The kind in whose group they are told. */
  host: Kind
  group: StepGroup | undefined
}

/** Made once and used again; the first `kindCount` of them count. */
const kinds: Kind[] = []
let kindCount = 0

/** What the head of a group takes, in bits: its shape and slots, and each of its fields. */
const headBits = 32
const fieldBits = 32
/** What it takes to say that a field has not changed. */
const unchangedBits = 4

/** Rows of more kinds are better off in columns. */
const maxKinds = 64

/** Begins to gather rows. What was gathered before is forgotten. */
export function beginGroups(): void {
  end = 0
  kindCount = 0
}

/** Gathers rows of a page that are alike. Pages come rising. @returns false where that would be too many kinds of rows */
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
 * Makes groups of what was gathered. A few rows in which less has changed than in most are told together with those: to say what has
 * not changed takes less than a group of their own.
 */
export function endGroups(step: TableStep): StepGroup[] {
  if (kindCount > 1) findHosts()
  const groups: StepGroup[] = []
  for (let entry = 0; entry < end; entry += entryLength) {
    const page = found[entry]!
    const bits = found[entry + 1]!
    const kind = kinds[found[entry + 2]!]!
    const joins = kind.host === kind || canTellAll(step, page, bits, kind)
    addRun(groups, joins ? kind.host : kind, page, bits)
  }
  for (let number = 0; number < kindCount; number++) {
    const { group, runsEnd } = kinds[number]!
    if (group !== undefined) group.runs.length = runsEnd
  }
  return groups
}

/** @returns `maxKinds` where there are so many already */
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
  // those whose host is told with others itself have groups of their own
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

/** What has not changed in a row may be something that steps cannot tell. */
function canTellAll(step: TableStep, page: number, bits: number, { shape, mask, host }: Kind): boolean {
  const first = step.firstCells[page]!
  const unchanged = host.mask & ~mask
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    if ((unchanged & ~step.tellable(first + lowestBit(rest), shape)) !== 0) return false
  }
  return true
}

function addRun(groups: StepGroup[], kind: Kind, page: number, bits: number): void {
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
