import type { PrecisionNode } from '../codec/values/number.js'
import { arrayKind, objectKind } from './container-kinds.js'
import type { Comparing, Copying, Kind, Place, SealableDraft, Sealing, ValueReader, ValueWriter } from './kind.js'
import { draftOf, invalidValue, isDraft, malformed, maxDepth, type Path, type PlainObject, tooDeep } from './plain.js'
import { booleanKind, bytesKind, mapKind, nullKind, numberKind, textKind } from './scalar-kinds.js'

/**
 * The one table of kinds of values, for states and events. A new kind is one row here, one tag in `tags.ts`, and examples in
 * the law of `kinds.test.ts`.
 */
export const kinds: readonly Kind[] = [
  nullKind,
  booleanKind,
  numberKind,
  textKind,
  bytesKind,
  arrayKind,
  objectKind,
  mapKind,
] as readonly unknown[] as readonly Kind[]

/** The kind of a value. @returns undefined for a value that no state and no event can hold */
export function kindOf(value: unknown): Kind | undefined {
  // the kinds that are met most, without a search
  switch (typeof value) {
    case 'number':
      return numberKind as Kind
    case 'string':
      return textKind as Kind
    case 'object':
      if (value === null) return nullKind as Kind
      if (Array.isArray(value)) return arrayKind as Kind
      if (Object.getPrototypeOf(value) === Object.prototype) return objectKind as Kind
  }
  for (const kind of kinds) if (kind.is(value)) return kind
  return undefined
}

// ── copy ──

/** Copies of parts of states have no limits but the depth. */
const checkedCopying: Copying = {
  isChecked: true,
  copyPart(value, path, depth) {
    const kind = kindOf(value)
    if (kind === undefined) throw invalidValue(value, path)
    if (kind.levels !== 0 && depth >= maxDepth) throw tooDeep(path)
    return kind.copy(value, checkedCopying, path, depth)
  },
  checkText() {},
  checkBytes() {},
  count() {},
}

/**
 * A deep copy of a plain value, checked: the result can be a part of a version or of an event. Reads through immer drafts,
 * so a part of an open draft may be passed. Keys with the value `undefined` are left out.
 * @throws GameStateError `invalid_value` with the path for anything that is not plain, an `EntityMap` included
 */
export function copyValue(value: unknown, path?: Path, depth = 0): unknown {
  return checkedCopying.copyPart(value, path, depth)
}

const thawing: Copying = {
  ...checkedCopying,
  isChecked: false,
  copyPart: (value, _, depth) =>
    typeof value === 'object' && value !== null ? kindOf(value)!.copy(value, thawing, undefined, depth) : value,
}

/** A writable copy of a value that is known to be plain and valid, as all parts of a version are. */
export function thaw<T>(value: T): T {
  return thawing.copyPart(value, undefined, 0) as T
}

// ── equal ──

/** Whether two values are equal. @param comparing decides about entity maps */
function equalParts(a: unknown, b: unknown, comparing: Comparing, precision: PrecisionNode): boolean {
  if (Object.is(a, b)) return true
  const kind = kindOf(a)
  return kind?.is(b) === true && kind.equal(a, b, comparing, precision)
}

const comparingStates: Comparing = {
  equalParts: (a, b, precision) => equalParts(a, b, comparingStates, precision),
  equalMaps: (a, b) => a.equals(b),
}

/**
 * Deep equality of two states: the same kinds, the same keys in the same order, numbers by `Object.is`, entity maps with
 * equal rows under the same ids in the same slots. A replica and its server agree in this sense.
 */
export function equalStates(a: unknown, b: unknown): boolean {
  return equalParts(a, b, comparingStates, undefined)
}

const comparingOnWire: Comparing = {
  equalParts: isSame,
  equalMaps: (a, b) => a.sharesRows(b),
}

/**
 * Whether the wire would carry the same for both values. Shared parts are not compared. Entity maps count as different
 * unless they share their table; the codec of tables finds more.
 */
export function isSame(base: unknown, next: unknown, precision: PrecisionNode): boolean {
  return equalParts(base, next, comparingOnWire, precision)
}

// ── freeze ──

/** The size of a sealed part, which decides in which other places it fits. */
interface Extent {
  /** Levels on the longest way down, this part included. */
  readonly levels: number
  readonly holdsMap: boolean
}

/**
 * Every object and array that has passed `sealValue`, so that a part that moves within the tree is not walked again.
 * The extent of a part is found when it is first needed.
 */
const sealedParts = new WeakMap<object, Extent | undefined>()

const sealing: Sealing = {
  sealPart: sealValue,
  note(part) {
    sealedParts.set(part, undefined)
    return part
  },
}

/** The root of a view is never a part of another value, and remembering it would cost more than it saves. */
const sealingRoot: Sealing = { sealPart: sealValue, note: (part) => part }

/**
 * Makes a value a part of a version: checks that it is plain at every depth, freezes it, and drops keys that are
 * `undefined`. New parts that equal the old ones are replaced by them, so that what has not changed keeps its identity.
 * Sealed parts are taken as they are, so the walk costs as much as has changed.
 * @param base the part that stood at the path before, sealed; undefined for none
 * @param next taken over: objects that are not frozen are frozen in place
 * @throws GameStateError `invalid_value` with the path
 */
export function sealValue(base: unknown, next: unknown, path?: Path, place: Place = 'tree', depth = 0): unknown {
  const isObject = typeof next === 'object' && next !== null
  if (isObject) {
    if (next === base) return next
    // a part that does not fit is walked all the same, for the path in the error
    if (sealedParts.has(next) && (isRoot(place, depth) || fits(next, place, depth))) return next
    const sealed = (next as { [draftOf]?: SealableDraft })[draftOf]?.seal(base, path, place, depth)
    if (sealed !== undefined) return sealed
    if (isDraft(next)) return sealValue(base, copyValue(next, path, depth), path, place, depth)
  }
  const kind = kindOf(next)
  if (kind === undefined) throw invalidValue(next, path)
  if (kind.levels !== 0 && depth >= maxDepth) throw tooDeep(path)
  return kind.freeze(base, next, sealing, path, place, depth)
}

/** Marks a state that a decoder has built: checked, frozen at every depth. A store then takes it as it is. */
export function noteSealed<State extends object>(state: State): State {
  sealedParts.set(state, undefined)
  return state
}

/** `sealValue` for an object that is new, will be no part of another one, and is not sealed twice. */
export function sealRoot(next: PlainObject): PlainObject {
  return objectKind.freeze(undefined, next, sealingRoot, undefined, 'tree', 0) as PlainObject
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

// ── write and read ──

/** Writes a value whole. See `ValueWriter.writeValue`. */
export function writeValue(out: ValueWriter, value: unknown, template: unknown, precision: PrecisionNode): void {
  const kind = kindOf(value)
  if (kind === undefined) throw invalidValue(value, undefined)
  kind.write(out, value, template, precision)
}

const readersOfDeltas = kindsByTag(false)
const readersOfPayloads = kindsByTag(true)

/** For each first byte the kind that reads what follows. */
function kindsByTag(isPayload: boolean): readonly (Kind | undefined)[] {
  const byTag = new Array<Kind | undefined>(256).fill(undefined)
  for (const kind of kinds) {
    const ranges = isPayload ? [...kind.tags, ...(kind.payloadTags ?? [])] : kind.tags
    for (const [first, last] of ranges) byTag.fill(kind, first, last + 1)
  }
  return byTag
}

/**
 * Reads the rest of a value whose first byte has been read.
 * @throws GameStateError `invalid_delta` for bytes that are no value
 */
export function readTagged(input: ValueReader, first: number, template: unknown, depth: number): unknown {
  const kind = (input.isPayload ? readersOfPayloads : readersOfDeltas)[first]
  if (kind === undefined) throw malformed(`no value begins with the byte ${first}`)
  if (kind.levels !== 0) input.checkDepth(depth)
  return kind.read(input, first, template, depth)
}
