import { EntityMap } from '../entity-map/entity-map.js'
import { equalBytes } from '../values/equal-bytes.js'
import { isPlainObject } from '../values/plain.js'
import { type PrecisionNode, precisionOf, roundTo } from './precision.js'

/**
 * Whether the wire would carry the same for both. Parts that two versions share are not looked into. Entity maps are
 * taken to differ unless they share their table; their own codec finds out more.
 */
export function isSame(base: unknown, next: unknown, precision: PrecisionNode): boolean {
  if (Object.is(base, next)) return true
  if (typeof next === 'number') {
    if (typeof base !== 'number' || typeof precision !== 'number') return false
    return Object.is(roundTo(base, precision), roundTo(next, precision))
  }
  if (typeof base !== 'object' || typeof next !== 'object' || base === null || next === null) return false
  if (next instanceof EntityMap) return base instanceof EntityMap && base.table === next.table
  if (next instanceof Uint8Array) return base instanceof Uint8Array && equalBytes(base, next)
  if (Array.isArray(next)) {
    if (!Array.isArray(base) || base.length !== next.length) return false
    return next.every((part, index) => isSame(base[index], part, precision))
  }
  if (!isPlainObject(base) || !isPlainObject(next)) return false
  const keys = Object.keys(next)
  const baseKeys = Object.keys(base)
  if (keys.length !== baseKeys.length) return false
  return keys.every(
    (key, index) => key === baseKeys[index] && isSame(base[key], next[key], precisionOf(precision, key)),
  )
}
