import type { Immutable } from '../values/immutable.js'
export function applyDelta<State>(_base: Immutable<State> | undefined, _delta: Uint8Array): Immutable<State> {
  throw new Error('being written')
}
