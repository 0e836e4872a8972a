import { ByteReader } from '../bytes/bytes.js'
import { GameStateError } from '../errors.js'
import { elementsOf, elementsWithoutParts } from '../values/elements.js'
import type { Immutable } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { readTagged } from '../values/kinds.js'
import { isPlainObject, malformed, maxDepth } from '../values/plain.js'
import { type DeltaReader, deleted, readerOf } from './context.js'
import { readChange } from './values/object-change.js'

// Pages that only read import this file. It imports no maps and no changes of arrays: see `registerReader`.

/**
 * `applyDelta` for a peer that must not make its reader grow without end. A few bytes can copy a long array, fill many rows
 * with one value, or name a high slot.
 * @param maxElements most elements of 8 bytes that the delta may make
 * @returns the version, and the elements that it does not share with `base`, rather too many than too few
 * @throws GameStateError as `applyDelta`; `value_limit` above `maxElements`; `maps_not_loaded`, `arrays_not_loaded`
 */
export function applyCounted<State>(
  base: Immutable<State> | undefined,
  delta: Uint8Array,
  maxElements: number,
): { readonly state: Immutable<State>; readonly elements: number } {
  if (delta.length === 0) {
    if (base === undefined) throw malformed()
    return { state: base, elements: 0 }
  }
  let elements = 0
  const bytes = new ByteReader(delta)
  const reader: DeltaReader = {
    bytes,
    isPayload: false,
    insideRow: false,
    readValue(template, depth) {
      const value = readTagged(reader, bytes.readByte(), template, depth)
      reader.spend(elementsWithoutParts(value))
      return value
    },
    readMap: () => readerOf('maps')(reader, undefined),
    checkDepth,
    spend(more) {
      elements += more
      if (elements > maxElements)
        throw new GameStateError('value_limit', `a delta makes more than ${maxElements} elements`)
    },
    checkLength: unlimited,
    readChange: (value, depth) => readChange(reader, value, depth),
    readPatch(value, depth) {
      const next = reader.readChange(value, depth)
      if (next === deleted) throw malformed()
      return next
    },
    spendWhole: (value) => reader.spend(elementsOf(value)),
    refuse() {
      throw malformed()
    },
  }
  const state = base === undefined ? reader.readValue(undefined, 0) : reader.readChange(base, 0)
  bytes.expectEnd()
  if (!isPlainObject(state) && !(state instanceof MapValue)) {
    throw malformed()
  }
  return { state: state as Immutable<State>, elements }
}

function checkDepth(depth: number): void {
  if (depth >= maxDepth) throw malformed()
}

/** The length of a delta limits all that is read from it. */
function unlimited(): void {}
