import type { PrecisionNode } from '../codec/values/number.js'
import { arrayKind, objectKind } from './container-kinds.js'
import type { Copying, Kind, ValueReader, ValueWriter } from './kind.js'
import { invalidInRule, invalidValue, malformed, maxDepth, type Path, tooDeep } from './plain.js'
import { booleanKind, bytesKind, mapKind, nullKind, numberKind, textKind } from './scalar-kinds.js'

/**
 * The one table of kinds of values, for states and events. A new kind is one row here, one tag in `tags.ts`, a case in
 * `equality.ts` and `sealing.ts`, and examples in the law of `kinds.test.ts`.
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
  copyPart(value, path, depth) {
    const kind = kindOf(value)
    if (kind === undefined) throw invalidInRule(value, path)
    if (kind.levels !== 0 && depth >= maxDepth) throw tooDeep(path)
    return kind.copy(value, checkedCopying, path, depth)
  },
  checkText() {},
  checkBytes() {},
  checkKey() {},
}

/**
 * A deep copy of a plain value, checked: the result can be a part of a version or of an event. Reads through immer drafts,
 * so a part of an open draft may be passed. Keys with the value `undefined` are left out.
 * @throws GameStateError `invalid_value` with the path for anything that is not plain, an `EntityMap` included
 */
export function copyValue(value: unknown, path?: Path, depth = 0): unknown {
  return checkedCopying.copyPart(value, path, depth)
}

// ── sealed parts ──

/** The size of a sealed part, which decides in which other places it fits. */
export interface Extent {
  /** Levels on the longest way down, this part included. */
  readonly levels: number
  readonly holdsMap: boolean
}

/**
 * Every object and array that has passed `sealValue`, so that a part that moves within the tree is not walked again.
 * The extent of a part is found when it is first needed.
 */
export const sealedParts = new WeakMap<object, Extent | undefined>()

/** Marks a state that a decoder has built: checked, frozen at every depth. A store then takes it as it is. */
export function noteSealed<State extends object>(state: State): State {
  sealedParts.set(state, undefined)
  return state
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
  if (kind === undefined) throw malformed()
  if (kind.levels !== 0) input.checkDepth(depth)
  return kind.read(input, first, template, depth)
}
