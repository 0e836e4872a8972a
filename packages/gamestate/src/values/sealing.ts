import { copyBytes, equalBytes, isBytes } from '../bytes/bytes.js'
import { GameStateError } from '../errors.js'
import { isSame } from './equality.js'
import type { Immutable } from './immutable.js'
import { MapValue } from './kind.js'
import { arrayKind, bytesKind, copyValue, kindOf, objectKind } from './kinds.js'
import {
  areLevelsKnown,
  bytesExtent,
  bytesFlag,
  type Extent,
  emptyExtent,
  holdsOpenMap,
  isCopyOfOther,
  isSealed,
  leafFlag,
  levelBits,
  mapExtent,
  mapFlag,
  markChanged,
  markOf,
  markOpen,
  markSealed,
  maxLeafParts,
  noteOrigin,
  onlyRule,
  openFlag,
  originOf,
  partsFlag,
  sealedFlag,
  withPart,
} from './mark.js'
import {
  checkKeys,
  draftOf,
  invalidInRule,
  isImmerDraft,
  isPlainArray,
  isPlainObject,
  maxDepth,
  type Path,
  type PlainObject,
  tooDeep,
} from './plain.js'

import { noteTouched } from './touched.js'

/** The place of a value: in the tree, which may hold entity maps, or inside a row, which may not. */
export type Place = 'tree' | 'rows'

/** A draft, as the walk that freezes values knows it. */
export interface SealableDraft {
  /** Makes its parts a part of a version, as `sealValue` does. @returns undefined for a draft of another transaction */
  seal(base: unknown, path: Path | undefined, place: Place, depth: number): unknown
}

/** The parts of a large draft that may differ from its base. */
export interface Touched {
  readonly keys: ReadonlySet<string>
  /** Of an array: all elements from this index on may differ. */
  readonly from: number
}

/** A writable copy of a part, one level deep. */
export function copyParts(part: object): object {
  // `slice` takes fifty times as long for a frozen array
  return Array.isArray(part) ? [...part] : { ...part }
}

/**
 * What a rule gets for a part of a row that it edits: of a leaf a plain copy, of any other part a draft. Outside of rules a copy at
 * every depth. Copies know their originals: what has moved keeps its identity.
 */
export function thaw(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (ArrayBuffer.isView(part)) return copyBytes(part as Uint8Array)
  const rule = onlyRule()
  if (rule !== undefined && !isLeaf(part)) return rule.draftOf(part)
  const copy = copyParts(part) as PlainObject | unknown[]
  if (Array.isArray(copy)) {
    for (let index = 0; index < copy.length; index++) {
      const element = copy[index]
      if (typeof element === 'object' && element !== null) copy[index] = thaw(element)
    }
  } else {
    for (const key in copy) {
      const value = copy[key]
      // of a leaf only bytes are objects
      if (typeof value === 'object' && value !== null) copy[key] = thaw(value)
    }
  }
  noteOrigin(copy, part)
  return copy
}

/**
 * Makes a state a version: checked, frozen, and sharing equal parts with `base`. A version is returned as it is.
 * @param state taken over: objects that are not frozen are frozen in place
 * @throws GameStateError `invalid_value` with the path
 */
export function sealState<State>(base: unknown, state: unknown): Immutable<State> {
  if (!isPlainObject(state) && !(state instanceof MapValue)) {
    throw new GameStateError('invalid_value', 'state: a state is a plain object or an EntityMap')
  }
  return sealValue(base, state) as Immutable<State>
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
  // rows hold many copies that have not changed
  const origin = originOf(next)
  if (origin !== undefined && place === 'rows' && isUnchanged(next as PlainObject, origin as PlainObject)) {
    return orEqual(base, origin, place, depth)
  }
  const mark = markOf(next)
  if (mark > 0) {
    // a part that does not fit is walked all the same, for the path in the error
    if (fits(next, mark, place, depth)) return orEqual(base, next, place, depth)
    return sealPart(base, next, path, place, depth)
  }
  // a copy that a rule has been given is compared with its original, wherever it stands now
  if (origin !== undefined) {
    const own = isCopyOfOther(mark) ? copyValue(next, path, depth) : next
    return orEqual(base, sealPart(origin, own as object, path, place, depth), place, depth)
  }
  if (next instanceof MapValue) return sealMap(base, next, path, place, depth)
  const draft = (next as { [draftOf]?: SealableDraft })[draftOf]
  if (draft !== undefined) {
    const sealed = draft.seal(base, path, place, depth)
    if (sealed !== undefined) return sealed
  }
  if (draft !== undefined || isImmerDraft(next))
    return sealValue(base, copyValue(next, path, depth), path, place, depth)
  return sealPart(base, next, path, place, depth)
}

/**
 * `sealValue` for the copy that a draft has made of a sealed part. Its keys are known to be valid.
 * @param touched undefined: any of its parts may differ
 */
export function sealCopy(
  base: object,
  copy: object,
  touched: Touched | undefined,
  path: Path | undefined,
  place: Place,
  depth: number,
): object {
  if (depth >= maxDepth) throw tooDeep(path)
  if (Array.isArray(copy)) {
    if (touched !== undefined) return sealTouched(base, copy, touched, path, place, depth)
    return sealArray(base, copy, 'draft', path, place, depth)
  }
  if (touched !== undefined && hasAll(copy as PlainObject, touched.keys) && hasAll(base as PlainObject, touched.keys)) {
    return sealTouched(base, copy as PlainObject, touched, path, place, depth)
  }
  return sealObject(base, copy as PlainObject, 'draft', path, place, depth)
}

/** What stood in a field of a row, if it equals what stands there now: the field has not changed. */
function orEqual(base: unknown, sealed: unknown, place: Place, depth: number): unknown {
  const mayEqual = place === 'rows' && depth === 1 && sealed !== base && typeof base === 'object' && base !== null
  return mayEqual && isSame(base, sealed, undefined) ? base : sealed
}

/** Whether a copy of a part of a row is as it was made. Rules change few of the parts of a row that they edit. */
function isUnchanged(copy: PlainObject, origin: PlainObject): boolean {
  if (Array.isArray(copy)) {
    const was = origin as unknown as readonly unknown[]
    if (copy.length !== was.length) return false
    const known = was.length > 8 ? [...was] : was
    for (let index = 0; index < known.length; index++) if (!isSamePart(copy[index], known[index])) return false
    return true
  }
  const keys = Object.keys(copy)
  let place = 0
  for (const key in origin) if (keys[place++] !== key || !isSamePart(copy[key], origin[key])) return false
  return place === keys.length
}

function isSamePart(part: unknown, was: unknown): boolean {
  if (typeof part !== 'object' || part === null) return Object.is(part, was)
  return was !== undefined && originOf(part) === was && isUnchanged(part as PlainObject, was as PlainObject)
}

/** Whether a sealed part may stand in another place. It may be too deep there, or bring a map into a row. */
function fits(part: object, mark: Extent, place: Place, depth: number): boolean {
  // any sealed part may be a whole state
  if (depth === 0 && place === 'tree') return true
  return fitsAt(areLevelsKnown(mark) ? mark : measure(part), depth, place === 'tree')
}

/** Finds the extent of a sealed part that a decoder has made. */
function measure(part: object): Extent {
  if (part instanceof MapValue) return mapExtent
  const mark = markOf(part)
  if (areLevelsKnown(mark)) return mark
  if (isBytes(part)) return bytesExtent
  const values = Object.values(part)
  let extent: Extent = leafExtent(values.length) | (mark & openFlag)
  for (const value of values) {
    if (typeof value === 'object' && value !== null && !isBytes(value)) extent = withPart(extent, measure(value))
  }
  if (mark > 0) markSealed(part, extent)
  return extent
}

/** False for a sealed part that surely holds no map. */
export function mayHoldMap(part: object): boolean {
  return (measure(part) & mapFlag) !== 0
}

function leafExtent(parts: number): Extent {
  return parts > maxLeafParts ? (emptyExtent & ~leafFlag) | partsFlag : emptyExtent
}

/** Whether a sealed object or array holds no others, and is not large. Rules get it as a plain copy. */
export function isLeaf(part: object): boolean {
  const mark = markOf(part)
  if ((mark & (leafFlag | partsFlag)) !== 0) return (mark & leafFlag) !== 0
  const values = Object.values(part)
  const leaf =
    values.length <= maxLeafParts &&
    values.every((value) => typeof value !== 'object' || value === null || isBytes(value))
  markSealed(part, mark | (leaf ? leafFlag : partsFlag))
  return leaf
}

/** The extent of a value that is sealed, with it in its place. */
function withValue(extent: Extent, value: unknown): Extent {
  if (typeof value !== 'object' || value === null) return extent
  const mark = markOf(value)
  if (mark > 0) return (mark & bytesFlag) === 0 ? withPart(extent, mark) : extent
  if (value instanceof MapValue) return withPart(extent, value.staysOpen?.() ? mapExtent | openFlag : mapExtent)
  return isBytes(value) ? extent : withPart(extent, sealedFlag)
}

/** Freezes an object of any kind. @returns `base` if it is equal */
function sealPart(base: unknown, next: object, path: Path | undefined, place: Place, depth: number): unknown {
  switch (kindOf(next) as unknown) {
    case objectKind:
      if (depth >= maxDepth) throw tooDeep(path)
      return sealObject(base, next as PlainObject, ownerOf(next, Object.prototype), path, place, depth)
    case arrayKind:
      if (depth >= maxDepth) throw tooDeep(path)
      if (!isPlainArray(next as unknown[])) throw invalidInRule(next, path)
      return sealArray(base, next as unknown[], ownerOf(next, Array.prototype), path, place, depth)
    case bytesKind: {
      // bytes cannot be frozen, so a version holds a copy that no other code can reach
      const bytes = next as Uint8Array
      return isBytes(base) && equalBytes(base, bytes) ? base : markSealed(copyBytes(bytes), bytesExtent)
    }
    default:
      throw invalidInRule(next, path)
  }
}

function sealMap(base: unknown, next: MapValue, path: Path | undefined, place: Place, depth: number): unknown {
  if (place === 'rows') throw invalidInRule(next, path)
  if (depth >= maxDepth) throw tooDeep(path)
  return next.seal(base, path)
}

function sealArray(
  base: unknown,
  next: readonly unknown[],
  owner: Owner,
  path: Path | undefined,
  place: Place,
  depth: number,
): object {
  const before = Array.isArray(base) ? (base as readonly unknown[]) : undefined
  // engines read the elements of frozen arrays slowly
  const known = before !== undefined && before.length > 8 ? [...before] : before
  const parts = owner === undefined ? [...next] : (next as unknown[])
  const { length } = parts
  let extent = before === undefined ? emptyExtent : markOf(before)
  let same = before !== undefined && before.length === length
  for (let index = 0; index < length; index++) {
    const part = parts[index]
    const was = known?.[index]
    // of a long array most elements have not changed
    if (part === was && part !== 0 && part !== undefined) continue
    if (isScalar(part)) {
      if (same && !Object.is(part, was)) same = false
      continue
    }
    const mark = place === 'tree' && typeof part === 'object' ? markOf(part as object) : 0
    if (mark > 0 && (mark & bytesFlag) === 0 && areLevelsKnown(mark) && fitsAt(mark, depth + 1, true)) {
      // an element that has moved along
      extent = withPart(extent, mark)
      same = false
      continue
    }
    const sealed = sealValue(was, part, { parent: path, key: index }, place, depth + 1)
    if (sealed !== part) parts[index] = sealed
    if (sealed === was) continue
    extent = withValue(extent, sealed)
    same = false
  }
  return same ? before! : freezeChanged(parts, extent, length, before, owner)
}

function sealObject(
  base: unknown,
  next: PlainObject,
  owner: Owner,
  path: Path | undefined,
  place: Place,
  depth: number,
): object {
  const before = isPlainObject(base) ? base : undefined
  const parts = owner === undefined ? { ...next } : next
  const keys = Object.keys(parts)
  const beforeKeys = before === undefined ? keys : Object.keys(before)
  let extent = before === undefined ? emptyExtent : markOf(before)
  let same = before !== undefined
  let count = 0
  for (const key of keys) {
    const part = parts[key]
    if (part === undefined) {
      delete parts[key]
      continue
    }
    const was = before?.[key]
    if (same && beforeKeys[count] !== key) same = false
    count++
    if (part === was && part !== 0) continue
    if (isScalar(part)) {
      if (same && !Object.is(part, was)) same = false
      continue
    }
    const sealed = sealValue(was, part, { parent: path, key }, place, depth + 1)
    if (sealed !== part) parts[key] = sealed
    if (sealed === was) continue
    extent = withValue(extent, sealed)
    same = false
  }
  if (same && count === beforeKeys.length) {
    // the next copy of a part of a row drops a symbol
    if (place === 'tree' && owner !== 'draft') checkKeys(parts, path)
    return before!
  }
  // a draft takes no other keys
  if (owner !== 'draft') checkKeys(parts, path)
  return freezeChanged(parts, extent, count, before, owner)
}

/** `sealCopy` for a large part, of which a few parts may have changed. An object has the keys of its base in their order. */
function sealTouched(
  base: object,
  copy: object,
  { keys, from }: Touched,
  path: Path | undefined,
  place: Place,
  depth: number,
): object {
  const before = base as PlainObject
  const parts = copy as PlainObject
  let extent = markOf(base)
  let same = true
  const changed: number[] = []
  const sealAt = (key: string | number): void => {
    const part = parts[key]
    const was = Object.hasOwn(before, key) ? before[key] : undefined
    const sealed = isScalar(part) ? part : sealValue(was, part, { parent: path, key }, place, depth + 1)
    if (sealed !== part) parts[key] = sealed
    if (Object.is(sealed, was)) return
    extent = withValue(extent, sealed)
    same = false
    if (typeof key === 'number') changed.push(key)
  }
  if (!Array.isArray(copy)) {
    for (const key of keys) sealAt(key)
    return same ? base : freezeChanged(parts, extent, maxLeafParts + 1, base, 'draft')
  }
  const { length } = copy
  for (const key of keys) if (Number(key) < Math.min(from, length)) sealAt(Number(key))
  for (let index = from; index < length; index++) sealAt(index)
  if (length !== (base as unknown[]).length) return freezeChanged(copy, extent, length, base, 'draft')
  if (same) return base
  noteTouched(copy, base as unknown[], changed)
  return freezeChanged(copy, extent, length, base, 'draft')
}

function hasAll(parts: PlainObject, keys: ReadonlySet<string>): boolean {
  for (const key of keys) if (!Object.hasOwn(parts, key) || parts[key] === undefined) return false
  return true
}

/** Ends a changed part: marks and freezes it. One that holds open maps is frozen at the end of the tick. */
function freezeChanged(part: object, extent: Extent, count: number, before: object | undefined, owner: Owner): object {
  const own = (count > maxLeafParts ? (extent & ~leafFlag) | partsFlag : extent) | sealedFlag
  if ((own & openFlag) === 0) return Object.freeze(markChanged(part, own))
  const isOpen = before !== undefined && (markOf(before) & openFlag) !== 0
  const origin = isOpen ? originOf(before) : before
  if (owner !== 'rule') return markOpen(part, own, origin)
  // the rule may have kept it, or put it into two places
  closeMapsIn(part)
  return markOpen(copyParts(Object.freeze(part)), own, origin)
}

/** Later rules get each map in a part as one of a version, since the part stands in several places or has moved. */
export function closeMapsIn(part: object): void {
  for (const value of Object.values(part)) {
    if (value instanceof MapValue) value.closeLater?.()
    else if (typeof value === 'object' && value !== null && holdsOpenMap(value)) closeMapsIn(value)
  }
}

/** The code that has an object which becomes a part: a draft alone, or the rule too. Undefined: it cannot be frozen, and is copied. */
type Owner = 'draft' | 'rule' | undefined

/** One that is sealed or frozen already, or of another realm, is copied. */
function ownerOf(parts: object, prototype: object): Owner {
  const isOwn = !isSealed(parts) && !Object.isFrozen(parts) && Object.getPrototypeOf(parts) === prototype
  return isOwn ? 'rule' : undefined
}

/** Whether a value can stand in a state, and holds no other. Bytes do not count. */
export function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null
}

/** Whether a part with these levels may stand in so many others, and a map in this place. The levels are known. */
function fitsAt(extent: Extent, depth: number, mayHoldMap: boolean): boolean {
  return depth + (extent & levelBits) <= maxDepth && (mayHoldMap || (extent & mapFlag) === 0)
}
