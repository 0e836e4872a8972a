export interface TrailPoint {
  x: number
  y: number
  atMs: number
}

/** How long a trail stays. */
export const trailMs = 420
/** Two points are at least so far apart, in units: standing still adds none. */
const minGap = 6
/** A disc that went farther than this between two frames did not run there. */
const jump = 200

/** The way that each disc has gone in the last moments. */
export class Trails {
  readonly #points = new Map<string, TrailPoint[]>()

  /** Notes where the discs are now, and forgets those who are gone. */
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

  /** Oldest first; empty for a disc that stands or is not there. */
  of(clientId: string): readonly TrailPoint[] {
    return this.#points.get(clientId) ?? []
  }
}
