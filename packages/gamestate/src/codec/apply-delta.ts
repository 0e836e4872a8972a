import { ByteReader } from '../bytes/byte-reader.js'
import { mapOf } from '../rows/entity-map.js'
import type { Immutable } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { noteSealed, readTagged } from '../values/kinds.js'
import { isPlainObject, malformed, maxDepth } from '../values/plain.js'
import { type DeltaReader, NumberPool } from './context.js'
import { readTable } from './rows/table-codec.js'
import { readChange } from './values/change.js'

const pool = new NumberPool()

/**
 * Applies a delta to a version. The bytes may come from any peer: either all of them are applied, or an error is thrown and
 * nothing has changed.
 *
 * @param base the version from which the delta was taken, never changed; undefined for a snapshot
 * @returns a frozen version that shares all unchanged parts with `base`
 * @throws GameStateError `invalid_delta`, `bytes_truncated`, `bytes_malformed`
 */
export function applyDelta<State>(base: Immutable<State> | undefined, delta: Uint8Array): Immutable<State> {
  if (delta.length === 0) {
    if (base === undefined) throw malformed('a snapshot has no bytes')
    return base
  }
  const bytes = new ByteReader(delta)
  pool.release(0)
  const reader: DeltaReader = {
    bytes,
    pool,
    isPayload: false,
    insideRow: false,
    readValue: (template, depth) => readTagged(reader, bytes.readByte(), template, depth),
    readMap: () => mapOf(readTable(reader, undefined)),
    checkDepth,
    count: unlimited,
    checkLength: unlimited,
    readChange: (value, depth) => readChange(reader, value, depth),
  }
  const state = base === undefined ? reader.readValue(undefined, 0) : reader.readChange(base, 0)
  bytes.expectEnd()
  if (!isPlainObject(state) && !(state instanceof MapValue)) {
    throw malformed('a state is an object or an EntityMap')
  }
  return noteSealed(state) as Immutable<State>
}

function checkDepth(depth: number): void {
  if (depth >= maxDepth) throw malformed(`a value is nested deeper than ${maxDepth} levels`)
}

/** The length of a delta limits all that is read from it. */
function unlimited(): void {}
