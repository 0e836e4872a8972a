import { bodyRadius, field, type Spot, type Wall, walls } from '../field.js'

/** Share of a radius at which a look goes past a disc: less than 1, so that a disc that only touches the line is not seen. */
const flank = 0.85

/**
 * How far a ray gets.
 * @param dx with `dy` a vector of length 1
 * @returns the distance to the nearest wall or edge of the arena, at most `range`
 */
export function distanceToWall(from: Spot, dx: number, dy: number, range: number): number {
  let nearest = Math.min(range, distanceToEdge(from.x, dx, field.width), distanceToEdge(from.y, dy, field.height))
  for (const wall of walls) nearest = Math.min(nearest, enters(wall, from, dx, dy))
  return nearest
}

/** True if no wall stands between the two places. */
export function isClear(from: Spot, to: Spot): boolean {
  const dx = to.x - from.x
  const dy = to.y - from.y
  // along the way from 0 to 1
  return walls.every((wall) => enters(wall, from, dx, dy) > 1)
}

/** True if a player at a place sees a disc: its middle, or one of its sides. */
export function sees(viewer: Spot, disc: Spot, radius: number = bodyRadius): boolean {
  if (isClear(viewer, disc)) return true
  const distance = Math.hypot(disc.x - viewer.x, disc.y - viewer.y)
  const sideX = (-(disc.y - viewer.y) / distance) * radius * flank
  const sideY = ((disc.x - viewer.x) / distance) * radius * flank
  return (
    isClear(viewer, { x: disc.x + sideX, y: disc.y + sideY }) ||
    isClear(viewer, { x: disc.x - sideX, y: disc.y - sideY })
  )
}

/**
 * How far along a ray it meets a disc.
 * @param dx with `dy` a vector of length 1
 * @returns Infinity if it passes
 */
export function distanceToDisc(from: Spot, dx: number, dy: number, disc: Spot, radius: number): number {
  const toX = disc.x - from.x
  const toY = disc.y - from.y
  const along = toX * dx + toY * dy
  const beside = Math.abs(toX * dy - toY * dx)
  if (beside > radius) return Number.POSITIVE_INFINITY
  const first = along - Math.sqrt(radius * radius - beside * beside)
  // a disc around the start is met at once
  if (first < 0) return along > 0 || Math.hypot(toX, toY) <= radius ? 0 : Number.POSITIVE_INFINITY
  return first
}

/** Moves a disc in place out of walls and into the arena. */
export function keepOut(disc: { x: number; y: number }, radius: number): void {
  for (const { x, y, width, height } of walls) {
    const nearX = clamp(disc.x, x, x + width)
    const nearY = clamp(disc.y, y, y + height)
    const distance = Math.hypot(disc.x - nearX, disc.y - nearY)
    // a disc is slower than its radius a tick, so its middle stays outside
    if (distance >= radius || distance === 0) continue
    disc.x = nearX + ((disc.x - nearX) / distance) * radius
    disc.y = nearY + ((disc.y - nearY) / distance) * radius
  }
  disc.x = clamp(disc.x, radius, field.width - radius)
  disc.y = clamp(disc.y, radius, field.height - radius)
}

/** The vector, cut off at length 1. */
export function withinUnit(dx: number, dy: number): { dx: number; dy: number } {
  const length = Math.hypot(dx, dy)
  return length <= 1 ? { dx, dy } : { dx: dx / length, dy: dy / length }
}

/** The share of a way at which it enters a wall; Infinity if it does not; 0 if it begins inside. */
function enters(wall: Wall, from: Spot, dx: number, dy: number): number {
  const [inX, outX] = span(from.x, dx, wall.x, wall.x + wall.width)
  const [inY, outY] = span(from.y, dy, wall.y, wall.y + wall.height)
  const first = Math.max(inX, inY)
  const last = Math.min(outX, outY)
  return first < last && last > 0 ? Math.max(0, first) : Number.POSITIVE_INFINITY
}

function span(from: number, step: number, low: number, high: number): [number, number] {
  if (step === 0) {
    const isBetween = from > low && from < high
    return isBetween ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : [1, 0]
  }
  const a = (low - from) / step
  const b = (high - from) / step
  return a < b ? [a, b] : [b, a]
}

function distanceToEdge(from: number, step: number, length: number): number {
  if (step === 0) return Number.POSITIVE_INFINITY
  return ((step > 0 ? length : 0) - from) / step
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}

/**
 * A direction or an angle as players send it, in thousandths: more digits are noise, and take bytes on the wire, in journals and in
 * recordings.
 */
export function toThousandths(value: number): number {
  // -0 becomes 0
  return Math.round(value * 1000) / 1000 + 0
}
