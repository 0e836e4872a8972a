import { arena, colourCount } from '../arena.js'
import type { Player } from '../player.js'

export interface Spot {
  x: number
  y: number
}

/** Places that are drawn to choose from. */
const candidates = 8
/** No disc appears at the very wall. */
const margin = 3 * arena.radius

/** A place for a new disc: of several random places, the farthest from all other discs. */
export function findSpot(others: readonly Spot[], random: () => number): Spot {
  let best: Spot = { x: 0, y: 0 }
  let bestDistance = -1
  for (let drawn = 0; drawn < candidates; drawn++) {
    const spot = {
      x: margin + random() * (arena.width - 2 * margin),
      y: margin + random() * (arena.height - 2 * margin),
    }
    const distance = Math.min(...others.map((other) => Math.hypot(other.x - spot.x, other.y - spot.y)), Infinity)
    if (distance > bestDistance) {
      best = spot
      bestDistance = distance
    }
  }
  return best
}

/** The wanted colour if it is free; else the colour with the fewest players, the lowest of several. */
export function chooseColour(wish: number | undefined, others: Iterable<Pick<Player, 'colour'>>): number {
  const users = new Array<number>(colourCount).fill(0)
  for (const { colour } of others) users[colour] = (users[colour] ?? 0) + 1
  if (wish !== undefined && users[wish] === 0) return wish
  return users.indexOf(Math.min(...users))
}
