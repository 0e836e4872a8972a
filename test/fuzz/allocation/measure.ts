import { getHeapStatistics } from 'node:v8'
import { applyDelta, type Immutable } from '@tygase/gamestate'
import type { AnyState } from '../support/draw-state.js'

/** Bytes that are in use: objects, and what arrays of numbers and bytes have outside of the heap. */
function bytesInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/**
 * What reading a delta allocates, whether it is kept or dropped, in bytes. The process has to be started with
 * `--expose-gc` and a young generation that no single reading fills, so that the collector does not run in between.
 */
export function allocatedBy(base: Immutable<AnyState> | undefined, bytes: Uint8Array): number {
  let least = Number.POSITIVE_INFINITY
  // the first readings also pay for code that is compiled, and for counters of the engine
  for (let again = 0; again < 3; again++) {
    globalThis.gc?.({ type: 'minor', execution: 'sync' })
    const before = bytesInUse()
    try {
      applyDelta<AnyState>(base, bytes)
    } catch {
      // what it took to find out that it is wrong counts as well
    }
    const allocated = bytesInUse() - before
    // less than nothing: the collector has run after all
    if (allocated >= 0) least = Math.min(least, allocated)
  }
  return least === Number.POSITIVE_INFINITY ? 0 : least
}
