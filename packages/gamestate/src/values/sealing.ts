import { arrayKind, objectKind } from './container-kinds.js'
import type { Kind, MapValue } from './kind.js'
import { copyValue, type Extent, kindOf, noteSealed, sealedParts } from './kinds.js'
import {
  checkKeys,
  copyBytes,
  draftOf,
  equalBytes,
  invalidInRule,
  isBytes,
  isImmerDraft,
  isPlainArray,
  isPlainObject,
  maxDepth,
  type Path,
  type PlainObject,
  tooDeep,
} from './plain.js'
import { bytesKind, mapKind } from './scalar-kinds.js'

/** The place of a value: in the tree, which may hold entity maps, or inside a row, which may not. */
export type Place = 'tree' | 'rows'

/** A draft, as the walk that freezes values knows it. */
export interface SealableDraft {
  /** Makes its parts a part of a version, as `sealValue` does. @returns undefined for a draft of another transaction */
  seal(base: unknown, path: Path | undefined, place: Place, depth: number): unknown
}

/**
 * A writable copy of a part of a row, which is known to be plain and valid. Rules that edit nested rows spend much of their
 * time here, so it does not ask the table of kinds. It sets key after key, since engines spread frozen objects slowly.
 */
export function thaw(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(thaw)
  if (ArrayBuffer.isView(part)) return copyBytes(part as Uint8Array)
  const copy: PlainObject = {}
  for (const key of Object.keys(part)) copy[key] = thaw((part as PlainObject)[key])
  return copy
}

/**
 * Makes a value a part of a version: checks that it is plain at every depth, freezes it, and drops keys that are
 * `undefined`. New parts that equal the old ones are replaced by them, so that unchanged parts keep their identity.
 * Sealed parts are taken as they are, so the walk costs as much as has changed.
 * @param base the part that stood at the path before, sealed; undefined for none
 * @param next taken over: objects that are not frozen are frozen in place
 * @throws GameStateError `invalid_value` with the path
 */
export function sealValue(base: unknown, next: unknown, path?: Path, place: Place = 'tree', depth = 0): unknown {
  if (isScalar(next)) return next
  if (typeof next !== 'object' || next === null) throw invalidInRule(next, path)
  if (next === base) return next
  // a part that does not fit is walked all the same, for the path in the error
  if (sealedParts.has(next) && (isRoot(place, depth) || fits(next, place, depth))) return next
  const draft = (next as { [draftOf]?: SealableDraft })[draftOf]
  if (draft !== undefined) {
    const sealed = draft.seal(base, path, place, depth)
    if (sealed !== undefined) return sealed
  }
  if (draft !== undefined || isImmerDraft(next))
    return sealValue(base, copyValue(next, path, depth), path, place, depth)
  return freezePart(base, next, path, place, depth)
}

/** `sealValue` for an object that is new, will be no part of another one, and is not sealed twice. */
export function sealRoot(next: PlainObject): PlainObject {
  return freezeObject(undefined, next, undefined, 'tree', 0) as PlainObject
}

/** Any sealed part may be a whole state. A version that a transaction has sealed is not walked again by `commit`. */
function isRoot(place: Place, depth: number): boolean {
  return depth === 0 && place === 'tree'
}

/** Whether a sealed part may stand in another place. It may be too deep there, or bring a map into a row. */
function fits(part: object, place: Place, depth: number): boolean {
  const { levels, holdsMap } = extentOf(part)
  return depth + levels <= maxDepth && !(holdsMap && place === 'rows')
}

/** Found at most once for each part, when it first moves. */
function extentOf(part: object): Extent {
  const known = sealedParts.get(part)
  if (known !== undefined) return known
  const kind = kindOf(part)!
  let levels = 0
  let holdsMap = kind === (mapKind as Kind)
  if (kind.levels === undefined) {
    for (const child of Object.values(part)) {
      if (typeof child !== 'object' || child === null) continue
      const extent = extentOf(child)
      if (extent.levels > levels) levels = extent.levels
      if (extent.holdsMap) holdsMap = true
    }
  }
  const extent: Extent = { levels: levels + (kind.levels ?? 1), holdsMap }
  sealedParts.set(part, extent)
  return extent
}

/** Freezes an object of any kind. @returns `base` if it is equal */
function freezePart(base: unknown, next: object, path: Path | undefined, place: Place, depth: number): unknown {
  switch (kindOf(next) as unknown) {
    case objectKind:
      if (depth >= maxDepth) throw tooDeep(path)
      return freezeObject(base, next as PlainObject, path, place, depth)
    case arrayKind:
      if (depth >= maxDepth) throw tooDeep(path)
      return freezeArray(base, next as readonly unknown[], path, place, depth)
    case bytesKind: {
      // bytes cannot be frozen, so a version holds a copy that no other code can reach
      const bytes = next as Uint8Array
      return isBytes(base) && equalBytes(base, bytes) ? base : note(copyBytes(bytes), place, depth)
    }
    case mapKind:
      if (place === 'rows') throw invalidInRule(next, path)
      if (depth >= maxDepth) throw tooDeep(path)
      return (next as MapValue).seal(base, path)
    default:
      throw invalidInRule(next, path)
  }
}

function freezeArray(
  base: unknown,
  next: readonly unknown[],
  path: Path | undefined,
  place: Place,
  depth: number,
): unknown {
  if (!isPlainArray(next)) throw invalidInRule(next, path)
  const before = Array.isArray(base) ? (base as readonly unknown[]) : undefined
  const parts = isOwn(next, Array.prototype) ? (next as unknown[]) : Array.from(next)
  let same = before !== undefined && before.length === parts.length
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]
    const was = before?.[index]
    // of a long array most elements have not changed
    if (part === was && part !== 0 && part !== undefined) continue
    const sealed = isScalar(part) ? part : sealValue(was, part, { parent: path, key: index }, place, depth + 1)
    if (sealed !== part) parts[index] = sealed
    if (same && !Object.is(sealed, was)) same = false
  }
  return same ? before! : note(Object.freeze(parts), place, depth)
}

function freezeObject(base: unknown, next: PlainObject, path: Path | undefined, place: Place, depth: number): unknown {
  checkKeys(next, path)
  const before = isPlainObject(base) ? base : undefined
  const parts = isOwn(next, Object.prototype) ? next : { ...next }
  const beforeKeys = before === undefined ? undefined : Object.keys(before)
  let same = before !== undefined
  let count = 0
  for (const key of Object.keys(parts)) {
    const part = parts[key]
    if (part === undefined) {
      delete parts[key]
      continue
    }
    const sealed = isScalar(part) ? part : sealValue(before?.[key], part, { parent: path, key }, place, depth + 1)
    if (sealed !== part) parts[key] = sealed
    if (same && (beforeKeys![count] !== key || !Object.is(sealed, before![key]))) same = false
    count++
  }
  if (same && count === beforeKeys!.length) return before!
  return note(Object.freeze(parts), place, depth)
}

/**
 * Notes a sealed part. The note is the most expensive step of a small change, so two kinds of parts get none. Parts of rows:
 * each change of a row copies them, and they seldom move. Whole states: of a tick only the last one becomes a version, and
 * the code that makes it a version notes it.
 */
function note<Part extends object>(part: Part, place: Place, depth: number): Part {
  return place === 'rows' || depth === 0 ? part : noteSealed(part)
}

/** Whether a part can be frozen as it is. One that is frozen already, or of another realm, is copied. */
function isOwn(parts: object, prototype: object): boolean {
  return !Object.isFrozen(parts) && Object.getPrototypeOf(parts) === prototype
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null
}
