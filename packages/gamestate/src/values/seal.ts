import { copyValue } from './copy.js'
import { isDraft } from './drafts.js'
import { equalBytes } from './equal-bytes.js'
import { checkKeys, invalidValue, isPlainObject, maxDepth, type Path, type PlainObject, tooDeep } from './plain.js'
import { Sealable } from './sealable.js'

/**
 * Every object and array that has passed `sealValue`, so that a part that moves within the tree is not walked again.
 * Each with its extent, once that has been asked for.
 */
const sealedValues = new WeakMap<object, Extent | undefined>()

/** What decides where else a sealed part may stand. */
interface Extent {
  /** Parts on the longest way down, this one included. */
  readonly levels: number
  readonly holdsMap: boolean
}

const extentOfBytes: Extent = { levels: 1, holdsMap: false }
const extentOfMap: Extent = { levels: 1, holdsMap: true }

/** Where a value stands: in the tree, where entity maps may be, or inside a row, where they may not. */
export type Place = 'tree' | 'rows'

/**
 * Makes a value a part of a version: checks that it is plain at every depth, freezes it, drops keys that are `undefined`,
 * and puts the old parts in the place of new ones that are equal, so that what has not changed keeps its identity.
 * Sealed parts are taken as they are, so the walk costs what changed.
 *
 * @param base what stood at the path before, sealed; undefined for nothing
 * @param next taken over: objects that are not frozen are frozen in place
 * @throws GameStateError `invalid_value` with the path
 */
export function sealValue(base: unknown, next: unknown, path?: Path, place: Place = 'tree', depth = 0): unknown {
  switch (typeof next) {
    case 'number':
    case 'string':
    case 'boolean':
      return next
    case 'object':
      break
    default:
      throw invalidValue(next, path)
  }
  if (next === null || next === base) return next
  // a part that does not fit is walked all the same, for the path in the error
  if (sealedValues.has(next) && fits(next, place, depth)) return next
  if (depth >= maxDepth) throw tooDeep(path)
  if (isDraft(next)) return sealValue(base, copyValue(next, path), path, place, depth)
  if (next instanceof Sealable) return sealPart(base, next, path, place)
  if (next instanceof Uint8Array) return sealBytes(base, next)
  if (Array.isArray(next)) return sealArray(base, next, path, place, depth)
  if (isPlainObject(next)) return sealObject(base, next, path, place, depth)
  throw invalidValue(next, path)
}

/** The same for an object that is new, will be no part of another one, and is not sealed twice. */
export function sealRoot(next: PlainObject): PlainObject {
  return sealParts(undefined, next, undefined, 'tree', 0)
}

function sealPart(base: unknown, next: Sealable, path: Path | undefined, place: Place): unknown {
  if (place === 'rows') throw invalidValue(next, path)
  return next.seal(base, path)
}

/** Bytes cannot be frozen, so a version holds a copy that nobody else has. */
function sealBytes(base: unknown, next: Uint8Array): Uint8Array {
  if (base instanceof Uint8Array && equalBytes(base, next)) return base
  const copy = Uint8Array.from(next)
  sealedValues.set(copy, extentOfBytes)
  return copy
}

/** Whether a sealed part may stand where it has not been checked: it may be too deep there, or bring a map into a row. */
function fits(part: object, place: Place, depth: number): boolean {
  const { levels, holdsMap } = extentOf(part)
  return depth + levels <= maxDepth && !(holdsMap && place === 'rows')
}

/** Found at most once for each part, when it first moves. */
function extentOf(part: object): Extent {
  if (part instanceof Sealable) return extentOfMap
  if (part instanceof Uint8Array) return extentOfBytes
  const known = sealedValues.get(part)
  if (known !== undefined) return known
  let levels = 0
  let holdsMap = false
  for (const child of Object.values(part)) {
    if (isPrimitive(child)) continue
    const extent = extentOf(child)
    if (extent.levels > levels) levels = extent.levels
    if (extent.holdsMap) holdsMap = true
  }
  const extent: Extent = { levels: levels + 1, holdsMap }
  sealedValues.set(part, extent)
  return extent
}

function sealArray(
  base: unknown,
  next: unknown[],
  path: Path | undefined,
  place: Place,
  depth: number,
): readonly unknown[] {
  if (Object.getPrototypeOf(next) !== Array.prototype) throw invalidValue(next, path)
  const before = Array.isArray(base) ? base : undefined
  const parts = Object.isFrozen(next) ? next.slice() : next
  let same = before !== undefined && before.length === parts.length
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]
    const sealed = isPrimitive(part)
      ? part
      : sealValue(before?.[index], part, { parent: path, key: index }, place, depth + 1)
    if (sealed !== part) parts[index] = sealed
    if (same && !Object.is(sealed, before![index])) same = false
  }
  if (same) return before!
  sealedValues.set(parts, undefined)
  return Object.freeze(parts)
}

function sealObject(
  base: unknown,
  next: PlainObject,
  path: Path | undefined,
  place: Place,
  depth: number,
): PlainObject {
  const sealed = sealParts(base, next, path, place, depth)
  if (sealed !== base) sealedValues.set(sealed, undefined)
  return sealed
}

function sealParts(base: unknown, next: PlainObject, path: Path | undefined, place: Place, depth: number): PlainObject {
  checkKeys(next, path)
  const before = isPlainObject(base) ? base : undefined
  const parts = Object.isFrozen(next) || Object.getPrototypeOf(next) === null ? { ...next } : next
  const beforeKeys = before === undefined ? undefined : Object.keys(before)
  let same = before !== undefined
  let count = 0
  for (const key of Object.keys(parts)) {
    const part = parts[key]
    if (part === undefined) {
      delete parts[key]
      continue
    }
    const sealed = isPrimitive(part) ? part : sealValue(before?.[key], part, { parent: path, key }, place, depth + 1)
    if (sealed !== part) parts[key] = sealed
    if (same && (beforeKeys![count] !== key || !Object.is(sealed, before![key]))) same = false
    count++
  }
  if (same && count === beforeKeys!.length) return before!
  return Object.freeze(parts)
}

function isPrimitive(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null
}
