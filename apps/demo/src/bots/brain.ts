import { arena } from '../arena.js'
import { toThousandths } from '../rules/movement.js'

interface Spot {
  readonly x: number
  readonly y: number
}

/** The things that a bot sees when it decides. */
export interface Sight {
  self: Spot
  /** True if the bot itself is *it*. */
  isIt: boolean
  /** The disc that is *it*; undefined if there is none. */
  it: Spot | undefined
  /** All other discs, *it* included. */
  others: readonly Spot[]
  /** The discs to hunt as *it*: not the one that has just tagged the bot, or the two would go on for ever. */
  prey: readonly Spot[]
  /** Seconds until discs can be tagged; 0 if they can. */
  protection: number
}

/** The character of a bot: each is a little different. */
export interface Temper {
  /** 0 to 1: how fast it hunts. With 1, no disc would get away. */
  zeal: number
  /** 0 to 1: how fast it runs away. Below the speed of people, so that they can catch it. */
  pace: number
  /** Distance from which it runs from *it*, in units of the arena. */
  fear: number
  /** The direction in which it strolls around the middle: 1 or -1. */
  turn: 1 | -1
}

export interface Direction {
  dx: number
  dy: number
}

/** Distance from a wall at which a bot avoids it. */
const wallReach = 190
/** Distance from other discs at which a bot avoids them. */
const crowdReach = 120

export function drawTemper(random: () => number): Temper {
  return {
    zeal: 0.88 + 0.1 * random(),
    pace: 0.68 + 0.18 * random(),
    fear: 260 + 200 * random(),
    turn: random() < 0.5 ? 1 : -1,
  }
}

/**
 * The direction of a bot, a vector no longer than 1. *It* hunts the nearest disc. Other bots run from *it* if it is near, and
 * stroll if it is not. All keep off walls and crowds.
 */
export function decide(sight: Sight, temper: Temper, random: () => number): Direction {
  if (sight.isIt) return sight.protection > 0.4 ? stroll(sight, temper, random) : hunt(sight, temper)
  if (sight.it !== undefined && distance(sight.self, sight.it) < temper.fear) return flee(sight, sight.it, temper)
  return stroll(sight, temper, random)
}

function hunt({ self, prey }: Sight, { zeal }: Temper): Direction {
  let nearest: Spot | undefined
  for (const other of prey) {
    if (nearest === undefined || distance(self, other) < distance(self, nearest)) nearest = other
  }
  if (nearest === undefined) return { dx: 0, dy: 0 }
  return scaled(nearest.x - self.x, nearest.y - self.y, zeal)
}

function flee({ self, others }: Sight, it: Spot, { pace, turn }: Temper): Direction {
  const away = scaled(self.x - it.x, self.y - it.y, 1)
  const wall = wallPush(self)
  const crowd = crowdPush(self, others)
  let dx = away.dx + 1.1 * wall.dx + 0.35 * crowd.dx
  let dy = away.dy + 1.1 * wall.dy + 0.35 * crowd.dy
  // between *it* and a wall the pushes cancel out: the bot escapes sideways
  if (Math.hypot(dx, dy) < 0.5) {
    dx -= away.dy * turn
    dy += away.dx * turn
  }
  return scaled(dx, dy, pace)
}

function stroll({ self, others }: Sight, { turn }: Temper, random: () => number): Direction {
  // around the middle, in its own direction
  const aroundX = (self.y - arena.height / 2) / arena.height
  const aroundY = -(self.x - arena.width / 2) / arena.width
  const wall = wallPush(self)
  const crowd = crowdPush(self, others)
  const dx = turn * aroundX + (random() - 0.5) * 0.9 + wall.dx + 0.8 * crowd.dx
  const dy = turn * aroundY + (random() - 0.5) * 0.9 + wall.dy + 0.8 * crowd.dy
  return scaled(dx, dy, 0.55)
}

/** A push away from near walls: 0 out of their reach, 1 at the wall. */
function wallPush({ x, y }: Spot): Direction {
  const push = (gap: number): number => Math.max(0, 1 - (gap - arena.radius) / wallReach)
  return { dx: push(x) - push(arena.width - x), dy: push(y) - push(arena.height - y) }
}

/** A push away from near discs, stronger if they are nearer. */
function crowdPush(self: Spot, others: readonly Spot[]): Direction {
  let dx = 0
  let dy = 0
  for (const other of others) {
    const gap = distance(self, other)
    if (gap >= crowdReach || gap === 0) continue
    const push = (1 - gap / crowdReach) / gap
    dx += (self.x - other.x) * push
    dy += (self.y - other.y) * push
  }
  return { dx, dy }
}

/** The vector with another length; the zero vector stays. */
function scaled(dx: number, dy: number, length: number): Direction {
  const now = Math.hypot(dx, dy)
  return now < 1e-6
    ? { dx: 0, dy: 0 }
    : { dx: toThousandths((dx / now) * length), dy: toThousandths((dy / now) * length) }
}

function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
