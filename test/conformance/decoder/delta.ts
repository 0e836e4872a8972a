import { ByteReader, refuse } from './bytes.js'
import { readChange } from './changes.js'
import { FormCounts } from './form-counts.js'
import { readTable } from './tables.js'
import { DecodedMap, isObject, type ObjectValue, readValue, top, type Value } from './values.js'

export type DecodedState = ObjectValue | DecodedMap

/**
 * Reads a delta to its last byte.
 *
 * @param base the state that the delta starts from; none for a snapshot
 * @returns a new state; it may share parts with the base, which stays as it is
 * @throws Refused for everything that the page does not allow
 */
export function decodeDelta(bytes: Uint8Array, base?: DecodedState, met = new FormCounts()): DecodedState {
  if (base && bytes.length === 0) return base
  const input = { bytes: new ByteReader(bytes), met, readTable }
  const state = base ? readChange(input, base, top) : readValue(input, undefined, top)
  input.bytes.end()
  return asState(state)
}

function asState(value: Value): DecodedState {
  return value instanceof DecodedMap || isObject(value) ? value : refuse('a state is an object or a map')
}
