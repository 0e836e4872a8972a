import type { EntityMap } from '../entity-map/entity-map.js'
import type { Comparing } from '../values/kind.js'
import { equalParts } from '../values/kinds.js'
import type { PrecisionNode } from './precision.js'

const comparing: Comparing = {
  equalParts: isSame,
  equalMaps: (a, b) => (a as EntityMap<object>).table === (b as EntityMap<object>).table,
}

/**
 * Whether the wire would carry the same for both. Parts that two versions share are not looked into. Entity maps are
 * taken to differ unless they share their table; their own codec finds out more.
 */
export function isSame(base: unknown, next: unknown, precision: PrecisionNode): boolean {
  return equalParts(base, next, comparing, precision)
}
