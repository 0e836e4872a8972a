import { equalBytes } from '../bytes/bytes.js'
import { type PrecisionNode, precisionOf } from '../codec/values/number.js'
import { roundTo } from '../codec/values/quanta.js'
import type { MapValue } from './kind.js'
import { arrayKind, bytesKind, kindOf, mapKind, numberKind, objectKind } from './kinds.js'
import type { PlainObject } from './plain.js'

/** Decides about two entity maps: they know tables, which know values. */
type Comparing = (a: MapValue, b: MapValue) => boolean

/**
 * Whether two values are equal. NaN equals itself, and -0 does not equal 0.
 * @param comparing decides about entity maps
 */
export function equalParts(a: unknown, b: unknown, comparing: Comparing, precision: PrecisionNode): boolean {
  if (Object.is(a, b)) return true
  const kind: unknown = kindOf(a)
  if (kind === undefined || kind !== kindOf(b)) return false
  switch (kind) {
    case objectKind:
      return equalObjects(a as PlainObject, b as PlainObject, comparing, precision)
    case arrayKind:
      return equalArrays(a as readonly unknown[], b as readonly unknown[], comparing, precision)
    case numberKind:
      return (
        typeof precision === 'number' && Object.is(roundTo(a as number, precision), roundTo(b as number, precision))
      )
    case bytesKind:
      return equalBytes(a as Uint8Array, b as Uint8Array)
    case mapKind:
      return comparing(a as MapValue, b as MapValue)
    default:
      return false
  }
}

function equalArrays(
  a: readonly unknown[],
  b: readonly unknown[],
  comparing: Comparing,
  precision: PrecisionNode,
): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) {
    if (!equalParts(a[index], b[index], comparing, precision)) return false
  }
  return true
}

/** The order of the keys counts: they travel by their places. */
function equalObjects(a: PlainObject, b: PlainObject, comparing: Comparing, precision: PrecisionNode): boolean {
  const keys = Object.keys(a)
  const otherKeys = Object.keys(b)
  if (keys.length !== otherKeys.length) return false
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!
    if (key !== otherKeys[index] || !equalParts(a[key], b[key], comparing, precisionOf(precision, key))) return false
  }
  return true
}

const shareRows: Comparing = (a, b) => a.sharesRows(b)

/**
 * Whether the wire would carry the same for both values. Shared parts are not compared. Entity maps count as different
 * unless they share their table; the codec of tables finds more.
 */
export function isSame(base: unknown, next: unknown, precision: PrecisionNode): boolean {
  return equalParts(base, next, shareRows, precision)
}
