import { EntityMap } from '../entity-map/entity-map.js'
import { equalBytes } from './equal-bytes.js'
import { isPlainObject } from './plain.js'

/**
 * Deep equality of two states: the same kinds, the same keys in the same order, numbers by `Object.is`, entity maps with
 * the same rows under the same ids in the same slots. This is what a replica and its server agree on.
 */
export function equalStates(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof EntityMap) return b instanceof EntityMap && equalMaps(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b)
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, index) => equalStates(part, b[index]))
  }
  if (!isPlainObject(a) || !isPlainObject(b)) return false
  const keys = Object.keys(a)
  const otherKeys = Object.keys(b)
  return (
    keys.length === otherKeys.length &&
    keys.every((key, index) => key === otherKeys[index] && equalStates(a[key], b[key]))
  )
}

function equalMaps(a: EntityMap<object, string | number>, b: EntityMap<object, string | number>): boolean {
  if (a.size !== b.size) return false
  const others = b.table.slots()
  for (const slot of a.table.slots()) {
    if (others.next().value !== slot) return false
    if (a.table.idAt(slot) !== b.table.idAt(slot)) return false
    if (!equalStates(a.table.rowAt(slot), b.table.rowAt(slot))) return false
  }
  return true
}
