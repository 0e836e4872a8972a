import type * as kinds from '../values/kind.js'
import type { NumberPool } from './number-pool.js'
import type { PrecisionNode } from './precision.js'

/**
 * What the parts of the encoder are given: where to write, and how to write what is nested. (Values hold entity maps,
 * whose rows hold values: the parts know each other through this, and not by import.)
 */
export interface ValueWriter extends kinds.ValueWriter {
  readonly pool: NumberPool
  /** Whether the versions are views: of a map's shapes those are told that the reader sees rows of. */
  isView: boolean
  /** Writes how `base` becomes `next`. @returns false, and writes nothing, where the wire would carry the same for both */
  writeChange(base: unknown, next: unknown, precision: PrecisionNode): boolean
}

/** The mirror of `ValueWriter`. What it gives back is frozen at every depth. */
export interface ValueReader extends kinds.ValueReader {
  readonly pool: NumberPool
  /** Set while the rows of a map are read: there are no maps in them. */
  insideRow: boolean
  /** @returns `deleted` where the value is no more */
  readChange(base: unknown, depth: number): unknown
}

/** What `readChange` gives for a value that is no more. */
export const deleted = Symbol('deleted')
