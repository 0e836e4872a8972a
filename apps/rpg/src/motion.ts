export interface Place {
  x: number
  y: number
  z: number
}

/** Units a second. */
export const speed = 5

/**
 * Takes a step from one place to another, on the straight line between them.
 * @param distance the length of the step, from 0
 * @returns the place after the step; exactly `to` if that is not further away
 */
export function stepTowards(from: Readonly<Place>, to: Readonly<Place>, distance: number): Place {
  const [dx, dy, dz] = [to.x - from.x, to.y - from.y, to.z - from.z]
  const left = Math.hypot(dx, dy, dz)
  // a rest that comes from rounding does not count
  if (left <= distance * (1 + 1e-9)) return { x: to.x, y: to.y, z: to.z }
  const part = distance / left
  return { x: from.x + dx * part, y: from.y + dy * part, z: from.z + dz * part }
}
