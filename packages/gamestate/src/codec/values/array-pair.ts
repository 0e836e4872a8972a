import { isPlainObject } from '../../values/plain.js'
import { lightRun } from './element-index.js'
import type { PrecisionNode } from './number.js'
import { maxSlid } from './tags.js'
import { isShared, isUnchanged } from './unchanged.js'

/** In arrays that are no longer, elements are compared one by one where an index would cost more. */
export const shortArray = 32
/** Of so many changed elements it is found out whether they have moved; of fewer if nearly all of a long array have changed. */
const samples = 8
const samplesOfLong = 3
const longArray = 256

/** Two arrays, and what they have in common at their ends. */
export interface ArrayPair {
  readonly base: readonly unknown[]
  readonly next: readonly unknown[]
  readonly precision: PrecisionNode
  /** Number of elements that are the same at the front. */
  readonly head: number
  /** Number of elements that are the same at the end, beyond those of the front. */
  readonly tail: number
}

/**
 * Compares the ends of two arrays. The pair has copies of them: engines read an element of a frozen array ten times as
 * slowly as that of another, and copy such an array at once.
 */
export function pairOf(one: readonly unknown[], other: readonly unknown[], precision: PrecisionNode): ArrayPair {
  const base = [...one]
  const next = [...other]
  const most = Math.min(base.length, next.length)
  let head = 0
  while (head < most && (isOne(base[head], next[head]) || isUnchanged(base[head], next[head], precision))) head++
  // of two arrays of one length the element after the head is known to differ
  const left = most - head - Number(base.length === next.length)
  let tail = 0
  while (tail < left && isUnchanged(base[base.length - 1 - tail], next[next.length - 1 - tail], precision)) tail++
  return { base, next, precision, head, tail }
}

/** Whether two values surely are the same: most are. Of numbers, zeros may differ by their sign. */
function isOne(was: unknown, is: unknown): boolean {
  return was === is && is !== 0
}

/** `pairOf` for two arrays of one length that differ at some of these places only. @returns undefined if they are the same */
export function pairAt(
  base: readonly unknown[],
  next: readonly unknown[],
  touched: readonly number[],
  precision: PrecisionNode,
): (ArrayPair & { readonly places: readonly number[] }) | undefined {
  const places = touched.filter((place) => !isUnchanged(base[place], next[place], precision))
  const last = places[places.length - 1]
  if (last === undefined) return undefined
  return { base, next, precision, head: places[0]!, tail: next.length - 1 - last, places }
}

/**
 * Whether an array has moved along: a few elements went at one end, as many new ones came at the other.
 * @returns how many went at the front; below 0, how many went at the end; 0 if the arrays differ in another way
 */
export function slideOf(pair: ArrayPair): number {
  const { base, next, head, tail } = pair
  const { length } = next
  if (base.length !== length) return 0
  const most = Math.min(maxSlid, length - head - tail - 1)
  for (let count = 1; count <= most; count++) {
    if (isMoved(pair, count, 0) && !holdsAny(base, next, length - count, length)) return count
    if (isMoved(pair, 0, count) && !holdsAny(base, next, 0, count)) return -count
  }
  return 0
}

/** Whether all elements of the base from one place on are those of the other array from another place on, one of which is 0. */
function isMoved({ base, next, precision, head }: ArrayPair, from: number, to: number): boolean {
  const run = next.length - from - to
  // where both arrays are the same, equal elements say little
  const first = Math.min(head, run)
  for (let step = first; step < run; step++) {
    if (!isUnchanged(base[from + step], next[to + step], precision)) return false
  }
  for (let step = 0; step < first; step++) {
    if (!isUnchanged(base[from + step], next[to + step], precision)) return false
  }
  return true
}

function isAmong(element: unknown, array: readonly unknown[]): boolean {
  return isShared(element) && array.includes(element)
}

/** Whether an object among some elements of `next` is one of the base. */
function holdsAny(base: readonly unknown[], next: readonly unknown[], first: number, end: number): boolean {
  for (let place = first; place < end; place++) if (isAmong(next[place], base)) return true
  return false
}

/**
 * The places of the elements that are not the same as before.
 * @returns undefined if elements came or went, or if the first one of these is known to have moved
 */
export function changedPlaces({ base, next, precision, head, tail }: ArrayPair): number[] | undefined {
  if (base.length !== next.length || isAmong(next[head], base) || isAmong(base[head], next)) return undefined
  const last = next.length - tail - 1
  // the first and the last one have been compared
  const places = [head]
  for (let place = head + 1; place < last; place++) {
    const was = base[place]
    const is = next[place]
    if (!Object.is(was, is) && !isUnchanged(was, is, precision)) places.push(place)
  }
  if (last > head) places.push(last)
  return places
}

/**
 * Whether none of some changed elements stood in another place before, so that all have changed where they are.
 * @param places of the changed elements
 */
export function haveStayed(pair: ArrayPair, places: readonly number[]): boolean {
  const { base, next } = pair
  const isDense = places.length >= lightRun && places.length * 4 > next.length - pair.head - pair.tail
  const count = Math.min(isDense && base.length > longArray ? samplesOfLong : samples, places.length)
  for (let sample = 0; sample < count; sample++) {
    const place = places[Math.floor((sample * places.length) / count)]!
    const element = next[place]
    if (isShared(element)) {
      if (base.length > shortArray && isEdited(base[place], element)) continue
      if (base.includes(element) || (isDense && hasEqual(pair, element))) return false
    } else if (isDense && hasRun(base, next, Math.min(place, next.length - lightRun))) {
      return false
    }
  }
  return true
}

/** Whether half of an object's parts are those of the one that stood in its place. */
function isEdited(was: unknown, is: object): boolean {
  if (!isPlainObject(is) || !isPlainObject(was)) return false
  let same = 0
  for (const key in is) same += Object.is(was[key], is[key]) ? 1 : -1
  return same >= 0
}

function hasEqual({ base, precision }: ArrayPair, element: unknown): boolean {
  for (let place = 0; place < base.length; place++) if (isUnchanged(base[place], element, precision)) return true
  return false
}

/** Whether the four elements from a place on stand in the base, wherever. */
function hasRun(base: readonly unknown[], next: readonly unknown[], place: number): boolean {
  const last = base.length - lightRun
  for (let from = 0; from <= last; from++) {
    let run = 0
    while (run < lightRun && base[from + run] === next[place + run]) run++
    if (run === lightRun) return true
  }
  return false
}

/** Whether all elements that were put in behind the head are written whole: none stood elsewhere, none has changed from one that went. */
export function areNew({ base, next, head, tail }: ArrayPair): boolean {
  const end = next.length - tail
  const baseEnd = base.length - tail
  for (let place = head; place < end; place++) {
    const element = next[place]
    if (!isShared(element)) continue
    if (place < baseEnd && canPatch(base[place], element)) return false
    if (base.includes(element)) return false
  }
  return true
}

/** Whether an element is written as a change of the other rather than whole. */
export function canPatch(base: unknown, next: unknown): boolean {
  if (Array.isArray(next)) return Array.isArray(base)
  return isPlainObject(next) && isPlainObject(base)
}
