import { isSame } from '../../values/equality.js'
import { isPlainObject } from '../../values/plain.js'
import type { PrecisionNode } from './number.js'

/** A step in building an array from another one, from front to back. */
export type ArrayEdit =
  | { readonly kind: 'copy'; readonly from: number; count: number }
  /** A changed element of the base. */
  | { readonly kind: 'patch'; readonly from: number; readonly to: number }
  | { readonly kind: 'insert'; readonly to: number; count: number }

/** Most copied elements, as a multiple of the base's length. This bounds what a few bytes can make a reader build. */
export const maxCopies = 2

/** Shortest run of equal elements elsewhere in the base that is copied. A shared object or array is always copied. */
const worthwhileRun = 4

/**
 * Finds edits that build `next` from `base`: elements that keep their place, moved runs, partly changed elements. Takes
 * about n steps. A missed edit costs bytes, never correctness.
 */
export function findArrayEdits(
  base: readonly unknown[],
  next: readonly unknown[],
  precision: PrecisionNode,
): ArrayEdit[] {
  const edits: ArrayEdit[] = []
  const tail = commonTail(base, next, precision)
  const nextEnd = next.length - tail
  const baseEnd = base.length - tail
  let places: Map<unknown, number> | undefined
  let mayCopy = maxCopies * base.length - tail
  let cursor = 0
  for (let to = 0; to < nextEnd; ) {
    const element = next[to]
    if (mayCopy > 0 && cursor < baseEnd && isSame(base[cursor], element, precision)) {
      addCopy(edits, cursor, 1)
      mayCopy--
      cursor++
      to++
      continue
    }
    places ??= placesOf(base)
    const found = places.get(element)
    const run = found === undefined ? 0 : runLength(base, found, next, to, nextEnd, precision)
    if (run <= mayCopy && (run >= worthwhileRun || (run > 0 && isShared(element)))) {
      addCopy(edits, found!, run)
      mayCopy -= run
      cursor = found! + run
      to += run
    } else {
      if (mayCopy > 0 && cursor < baseEnd && canPatch(base[cursor], element)) {
        edits.push({ kind: 'patch', from: cursor, to })
        mayCopy--
      } else addInsert(edits, to)
      cursor++
      to++
    }
  }
  if (tail > 0) addCopy(edits, baseEnd, tail)
  return edits
}

function commonTail(base: readonly unknown[], next: readonly unknown[], precision: PrecisionNode): number {
  const most = Math.min(base.length, next.length)
  // an array that only grew is one copy of its front; a common tail would split that copy
  if (most > 0 && isSame(base[0], next[0], precision) && base.length <= next.length) {
    let head = 0
    while (head < most && isSame(base[head], next[head], precision)) head++
    if (head === base.length) return 0
  }
  let tail = 0
  while (tail < most && isSame(base[base.length - 1 - tail], next[next.length - 1 - tail], precision)) tail++
  return tail
}

/** For every element its first place. */
function placesOf(base: readonly unknown[]): Map<unknown, number> {
  const places = new Map<unknown, number>()
  for (let index = base.length - 1; index >= 0; index--) places.set(base[index], index)
  return places
}

function runLength(
  base: readonly unknown[],
  from: number,
  next: readonly unknown[],
  to: number,
  nextEnd: number,
  precision: PrecisionNode,
): number {
  let count = 0
  while (from + count < base.length && to + count < nextEnd && isSame(base[from + count], next[to + count], precision))
    count++
  return count
}

function isShared(element: unknown): boolean {
  return typeof element === 'object' && element !== null
}

/** Whether an element is written as a change of the other rather than whole. */
function canPatch(base: unknown, next: unknown): boolean {
  if (Array.isArray(next)) return Array.isArray(base)
  return isPlainObject(next) && isPlainObject(base)
}

function addCopy(edits: ArrayEdit[], from: number, count: number): void {
  const last = edits[edits.length - 1]
  if (last?.kind === 'copy' && last.from + last.count === from) last.count += count
  else edits.push({ kind: 'copy', from, count })
}

function addInsert(edits: ArrayEdit[], to: number): void {
  const last = edits[edits.length - 1]
  if (last?.kind === 'insert') last.count++
  else edits.push({ kind: 'insert', to, count: 1 })
}
