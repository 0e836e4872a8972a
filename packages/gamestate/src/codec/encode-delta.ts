import type { Immutable } from '../values/immutable.js'
import type { Precision } from './precision.js'

export interface DeltaOptions<State> {
  /** What the wire keeps of numbers; elsewhere they travel as they are. */
  precision?: Precision<State> | undefined
}
export function encodeDelta<State>(_base: Immutable<State> | undefined, _next: Immutable<State>, _options?: DeltaOptions<State>): Uint8Array {
  throw new Error('being written')
}
