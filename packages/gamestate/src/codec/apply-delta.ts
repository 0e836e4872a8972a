import { ByteReader } from '../bytes/byte-reader.js'
import { mapOf } from '../entity-map/entity-map.js'
import type { Immutable } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { readTagged } from '../values/kinds.js'
import { isPlainObject, maxDepth } from '../values/plain.js'
import { readChange } from './change-codec.js'
import { malformed } from './malformed.js'
import { NumberPool } from './number-pool.js'
import { readTable } from './table-codec.js'
import type { ValueReader } from './value-io.js'

const pool = new NumberPool()

/**
 * Turns a version and a delta into the version that the delta leads to. The bytes may come from anybody: either all of
 * them are applied, or an error is thrown and nothing has happened.
 *
 * @param base the version that the delta was taken from; undefined for a snapshot. Not changed.
 * @returns a frozen version that shares with `base` what has not changed
 * @throws GameStateError `invalid_delta`, `bytes_truncated`, `bytes_malformed`
 */
export function applyDelta<State>(base: Immutable<State> | undefined, delta: Uint8Array): Immutable<State> {
  if (delta.length === 0) {
    if (base === undefined) throw malformed('a snapshot without bytes')
    return base
  }
  const bytes = new ByteReader(delta)
  pool.release(0)
  const reader: ValueReader = {
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
  return state as Immutable<State>
}

function checkDepth(depth: number): void {
  if (depth >= maxDepth) throw malformed(`a value is nested deeper than ${maxDepth} levels`)
}

/** The length of a delta is limit enough. */
function unlimited(): void {}
