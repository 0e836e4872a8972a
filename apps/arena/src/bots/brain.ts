import type { Immutable } from '@tygase/gamestate'
import { bodyRadius, maxVolleys, reach, type Spot, waypoints } from '../field.js'
import { isClear, toThousandths } from '../rules/geometry.js'
import type { Arena, Body, Pickup } from '../state.js'

/** What a bot wants to do next. */
export interface Decision {
  dx: number
  dy: number
  angle: number
  shoots: boolean
  launches: boolean
  /** The pick-up to take. */
  takes: number | undefined
}

/** What a bot keeps in mind. */
export interface Plan {
  goal: Spot
  /** Decisions until it takes another goal. */
  patience: number
  /** The side to which it moves in a fight. */
  side: 1 | -1
}

/** Decisions after which a goal that was not reached is given up. */
const patience = 35
/** Below this health a bot looks for help. */
const weak = 60
/** Distance to keep from an enemy, in units. */
const fightDistance = 260
/** Widest error of the aim, in radians: people must have a chance. */
const aimError = 0.15
/** Chance of a shot in a decision, and of a volley. */
const shotChance = 0.5
const volleyChance = 0.12
/** Speed of bots, as a share of that of people. */
const pace = 0.8

/** What the player with this id does next, by what its page may show. It has no pity but a shaking hand. */
export function decide(
  state: Immutable<Arena>,
  id: string,
  plan: Plan,
  random: () => number,
): { decision: Decision; plan: Plan } {
  const self = state.bodies.get(id)
  if (self === undefined || self.waits || state.phase !== 'play')
    return { decision: atRest(self), plan: newPlan(random) }
  const enemy = nearestEnemy(state, id, self)
  const isDone = plan.patience <= 0 || distance(self, plan.goal) < bodyRadius || !canWalk(self, plan.goal)
  const goal = isDone ? chooseGoal(state, self, plan.goal, random) : plan.goal
  const next: Plan = {
    goal,
    patience: isDone ? patience : plan.patience - 1,
    side: random() < 0.04 ? (-plan.side as 1 | -1) : plan.side,
  }
  const fights = enemy !== undefined && self.health >= weak / 2
  const way = fights ? fight(self, enemy, next.side) : towards(self, goal, pace)
  const aim = enemy ?? goal
  const angle = Math.atan2(aim.y - self.y, aim.x - self.x) + (enemy === undefined ? 0 : (random() * 2 - 1) * aimError)
  const takes = [...state.pickups].find(([, pickup]) => isUseful(pickup, self) && distance(self, pickup) < reach * 0.9)
  return {
    decision: {
      dx: toThousandths(way.dx),
      dy: toThousandths(way.dy),
      angle: toThousandths(angle),
      shoots: enemy !== undefined && random() < shotChance,
      launches: enemy !== undefined && self.volleys > 0 && random() < volleyChance,
      takes: takes?.[0],
    },
    plan: next,
  }
}

export function newPlan(random: () => number): Plan {
  return { goal: { x: 0, y: 0 }, patience: 0, side: random() < 0.5 ? 1 : -1 }
}

function atRest(self: Immutable<Body> | undefined): Decision {
  return { dx: 0, dy: 0, angle: self?.angle ?? 0, shoots: false, launches: false, takes: undefined }
}

function nearestEnemy(state: Immutable<Arena>, id: string, self: Spot): Immutable<Body> | undefined {
  let nearest: Immutable<Body> | undefined
  for (const [other, body] of state.bodies) {
    // its middle has to be in sight: the shot goes there
    if (other === id || body.waits || !isClear(self, body)) continue
    if (nearest === undefined || distance(self, body) < distance(self, nearest)) nearest = body
  }
  return nearest
}

/** A useful pick-up in reach, or any other place to walk to. */
function chooseGoal(state: Immutable<Arena>, self: Immutable<Body>, old: Spot, random: () => number): Spot {
  const useful = [...state.pickups.values()].filter((pickup) => isUseful(pickup, self) && canWalk(self, pickup))
  const places = useful.length > 0 ? useful : waypoints.filter((spot) => canWalk(self, spot))
  const others = places.filter((spot) => distance(spot, old) > bodyRadius && distance(spot, self) > bodyRadius)
  return others[Math.floor(random() * others.length)] ?? places[0] ?? self
}

function isUseful(pickup: Immutable<Pickup>, self: Immutable<Body>): boolean {
  if (!pickup.isThere) return false
  return pickup.kind === 'med' ? self.health < weak : self.volleys < maxVolleys
}

/** Around the enemy, at some distance. */
function fight(self: Spot, enemy: Spot, side: 1 | -1): { dx: number; dy: number } {
  const ahead = towards(self, enemy, 1)
  const away = distance(self, enemy) < fightDistance ? -0.5 : 0.6
  const dx = ahead.dx * away - ahead.dy * side
  const dy = ahead.dy * away + ahead.dx * side
  const length = Math.hypot(dx, dy)
  return { dx: (dx / length) * pace, dy: (dy / length) * pace }
}

/** True if a disc gets there on a straight way. */
function canWalk(from: Spot, to: Spot): boolean {
  const length = distance(from, to)
  if (length < 1) return true
  const sideX = (-(to.y - from.y) / length) * (bodyRadius - 2)
  const sideY = ((to.x - from.x) / length) * (bodyRadius - 2)
  return [-1, 1].every((side) =>
    isClear({ x: from.x + sideX * side, y: from.y + sideY * side }, { x: to.x + sideX * side, y: to.y + sideY * side }),
  )
}

function towards(from: Spot, to: Spot, length: number): { dx: number; dy: number } {
  const whole = distance(from, to)
  return whole < 1
    ? { dx: 0, dy: 0 }
    : { dx: ((to.x - from.x) / whole) * length, dy: ((to.y - from.y) / whole) * length }
}

function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
