export interface TrailPoint {
  x: number
  y: number
  atMs: number
}

/** Duration of a trail. */
export const trailMs = 420
/** Distance of two points, at least, in units: a disc at rest adds none. */
const minGap = 6
/** A longer way between two frames is no run. */
const jump = 200

/** The last part of each disc's way. */
export class Trails {
  readonly #points = new Map<string, TrailPoint[]>()

  /** Notes the places of the discs, and forgets discs that are gone. */
  note(discs: Iterable<{ clientId: string; x: number; y: number }>, nowMs: number): void {
    const here = new Set<string>()
    for (const { clientId, x, y } of discs) {
      here.add(clientId)
      const points = this.#points.get(clientId) ?? []
      const last = points.at(-1)
      const gap = last === undefined ? Infinity : Math.hypot(x - last.x, y - last.y)
      if (last !== undefined && gap > jump) points.length = 0
      if (gap >= minGap) points.push({ x, y, atMs: nowMs })
      while (points[0] !== undefined && points[0].atMs < nowMs - trailMs) points.shift()
      this.#points.set(clientId, points)
    }
    for (const clientId of this.#points.keys()) if (!here.has(clientId)) this.#points.delete(clientId)
  }

  /** The oldest first; empty for a disc that stands, or is not there. */
  of(clientId: string): readonly TrailPoint[] {
    return this.#points.get(clientId) ?? []
  }
}
