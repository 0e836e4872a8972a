import { arena } from '../arena.js'
import type { Player } from '../player.js'

/** Units a second. */
export const runSpeed = 330
/** *It* runs a little faster: in the open it catches up, around a corner it does not. */
export const itSpeed = 365
/** How fast a disc takes up the speed it is steered to: in 1 / response seconds it is two thirds there. */
const response = 9

/** What of a player moves. */
export type Moving = Pick<Player, 'x' | 'y' | 'vx' | 'vy' | 'dx' | 'dy'>

/**
 * Moves a disc in place by `dt` seconds, as it is steered; walls stop it. The browser calls it too, for its own disc,
 * so that a press shows before the server has heard of it.
 */
export function move(disc: Moving, isIt: boolean, dt: number): void {
  const speed = isIt ? itSpeed : runSpeed
  const share = 1 - Math.exp(-response * dt)
  disc.vx += (disc.dx * speed - disc.vx) * share
  disc.vy += (disc.dy * speed - disc.vy) * share
  // what is too slow to be seen is rest: a disc that nobody steers costs no bytes
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

/** The direction that is meant by a vector: the same where it is short enough, else of length 1. */
export function withinUnit(dx: number, dy: number): { dx: number; dy: number } {
  const length = Math.hypot(dx, dy)
  return length <= 1 ? { dx, dy } : { dx: dx / length, dy: dy / length }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}
