import { arena } from '../arena.js'
import type { Player } from '../player.js'

/** Units a second. */
export const runSpeed = 330
/** *It* runs a little faster: in the open it catches up, around a corner it does not. */
export const itSpeed = 365
/** How fast a disc takes up its wanted speed: after 1 / response seconds it is two thirds there. */
const response = 9

/** The fields of a player that move. */
export type Moving = Pick<Player, 'x' | 'y' | 'vx' | 'vy' | 'dx' | 'dy'>

/** Moves a disc in place by `dt` seconds in its direction; walls stop it. */
export function move(disc: Moving, isIt: boolean, dt: number): void {
  const speed = isIt ? itSpeed : runSpeed
  const share = 1 - Math.exp(-response * dt)
  disc.vx += (disc.dx * speed - disc.vx) * share
  disc.vy += (disc.dy * speed - disc.vy) * share
  // too slow to be seen counts as rest: a disc without a direction costs no bytes
  if (disc.dx === 0 && Math.abs(disc.vx) < 1) disc.vx = 0
  if (disc.dy === 0 && Math.abs(disc.vy) < 1) disc.vy = 0
  const { radius, width, height } = arena
  const x = disc.x + disc.vx * dt
  const y = disc.y + disc.vy * dt
  disc.x = clamp(x, radius, width - radius)
  disc.y = clamp(y, radius, height - radius)
  if (disc.x !== x) disc.vx = 0
  if (disc.y !== y) disc.vy = 0
}

/** The vector, cut off at length 1. */
export function withinUnit(dx: number, dy: number): { dx: number; dy: number } {
  const length = Math.hypot(dx, dy)
  return length <= 1 ? { dx, dy } : { dx: dx / length, dy: dy / length }
}

/**
 * A direction or an angle as players send it, in thousandths: more digits are noise, and take bytes on the wire, in journals and in
 * recordings.
 */
export function toThousandths(value: number): number {
  // -0 becomes 0
  return Math.round(value * 1000) / 1000 + 0
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
