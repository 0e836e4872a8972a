import { isSame } from '../../values/equality.js'
import type { PlainObject } from '../../values/plain.js'
import { type PrecisionNode, precisionOf } from './number.js'
import { roundTo } from './quanta.js'

/**
 * `isSame`, for places where most values are the same or differ in their first part: identity decides first, and one list
 * of keys is made for two objects. Parts of rows are copied when a rule edits the row, so their identity says nothing.
 */
export function isUnchanged(was: unknown, is: unknown, precision: PrecisionNode): boolean {
  // of values of all kinds engines compare these faster than by ===
  if (Object.is(was, is)) return true
  if (!isShared(is) || !isShared(was)) {
    const areRounded = typeof precision === 'number' && typeof is === 'number' && typeof was === 'number'
    return areRounded && areRoundedAlike(was, is, precision)
  }
  if (Array.isArray(is)) return Array.isArray(was) && areUnchanged(was, is, precision)
  const isPlain = Object.getPrototypeOf(is) === Object.prototype && Object.getPrototypeOf(was) === Object.prototype
  return isPlain ? hasSameParts(was as PlainObject, is as PlainObject, precision) : isSame(was, is, precision)
}

/** Whether a value is an object or an array, which versions share. */
export function isShared(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function areUnchanged(was: readonly unknown[], is: readonly unknown[], precision: PrecisionNode): boolean {
  if (was.length !== is.length) return false
  for (let place = 0; place < is.length; place++) if (!isUnchanged(was[place], is[place], precision)) return false
  return true
}

/** Numbers more than two quanta apart are never rounded to one. */
function areRoundedAlike(was: number, is: number, quantum: number): boolean {
  return Math.abs(was - is) <= 2 * quantum && Object.is(roundTo(was, quantum), roundTo(is, quantum))
}

/** The order of the keys counts: they travel by their places. */
function hasSameParts(was: PlainObject, is: PlainObject, precision: PrecisionNode): boolean {
  for (const key in is) {
    const before = was[key]
    const now = is[key]
    if (!Object.is(before, now) && !isUnchanged(before, now, precisionOf(precision, key))) return false
  }
  const keys = Object.keys(was)
  let count = 0
  for (const key in is) if (key !== keys[count++]) return false
  return count === keys.length
}
