// Apart from `blend.ts`, so that a page without maps loads this alone.

/** A place between two versions, by their numbers. */
export interface Place {
  readonly from: number
  readonly to: number
  /** 0 at `from`, 1 at `to`. */
  readonly alpha: number
}

/** The most distances of two sent versions that one movement takes: ticks that change nothing make no version. */
export const movementSpan = 4

/**
 * Finds the two versions around a place. Client and server use it alike, so that a place means the same state at both.
 * @param versions numbers of the versions that are known, rising, at least one
 * @param place on the axis of ticks; outside of the versions it is taken to the nearest one
 * @param maxSpan ticks. Ticks that change nothing make no version: of a longer way only so many last ticks are a movement.
 */
export function placeBetween(versions: readonly number[], place: number, maxSpan: number): Place {
  let index = versions.length - 1
  while (index > 0 && versions[index - 1]! >= place) index--
  const to = versions[index]!
  const from = index > 0 ? versions[index - 1]! : to
  if (from === to || place >= to) return { from, to, alpha: 1 }
  return { from, to, alpha: Math.max(0, 1 - (to - place) / Math.min(to - from, maxSpan)) }
}
