import type { Immutable } from '@tygase/gamestate'
import {
  breakSeconds,
  colourCount,
  firstVolleys,
  fullHealth,
  killsToWin,
  pickupSpots,
  roundSeconds,
  waitSeconds,
  waypoints,
} from '../field.js'
import type { Arena, Body, Context, Pickup, Score } from '../state.js'
import { isClear } from './geometry.js'

const maxNameLength = 16

/** A place in sight of another player counts as if that one were so many units nearer. */
const sightCost = 500

/** A player comes: a line in the table, and a disc. */
export function enter(
  state: Arena,
  { name, bot = false }: { name: string; bot?: boolean | undefined },
  ctx: Context,
): void {
  const { id } = ctx.client
  const scores = [...state.scores.values()]
  const colour = freeColour(scores)
  state.scores.set(id, { name: uniqueName(name, scores), colour, bot, kills: 0, deaths: 0 })
  const body: Body = {
    colour,
    x: 0,
    y: 0,
    vx: 0,
    vy: 0,
    dx: 0,
    dy: 0,
    angle: 0,
    health: fullHealth,
    volleys: firstVolleys,
    shotTick: 0,
    volleyTick: 0,
    waits: false,
    backAt: 0,
    spawns: 0,
    hitBy: '',
  }
  state.bodies.set(id, body)
  place(state, id, ctx)
}

/** Ends waits that are over, and lets pick-ups appear again. */
export function passTime(state: Arena, ctx: Context): void {
  for (const [id, { waits, backAt }] of state.bodies)
    if (waits && ctx.time >= backAt) state.bodies.edit(id).waits = false
  for (const [id, { isThere, backAt }] of state.pickups) {
    if (!isThere && ctx.time >= backAt) state.pickups.edit(id).isThere = true
  }
}

/** True if a player has fallen or a phase has come to its end: then `judge` has something to do. */
export function hasNews(state: Arena, ctx: Context): boolean {
  return ctx.time >= state.endsAt || [...state.bodies.values()].some(hasFallen)
}

/** Counts kills, sends the fallen to other places, and ends rounds and breaks. It draws places, so it is for the server alone. */
export function judge(state: Arena, ctx: Context): void {
  for (const [whom, body] of [...state.bodies]) {
    if (!hasFallen(body)) continue
    const by = state.scores.has(body.hitBy) ? body.hitBy : ''
    state.scores.edit(whom).deaths++
    if (by !== '') state.scores.edit(by).kills++
    ctx.dispatch('killed', { by, whom })
    place(state, whom, ctx)
    Object.assign(state.bodies.edit(whom), { waits: true, backAt: ctx.time + waitSeconds })
  }
  const hasWinner = [...state.scores.values()].some(({ kills }) => kills >= killsToWin)
  if (state.phase === 'play' && (hasWinner || ctx.time >= state.endsAt)) {
    state.phase = 'break'
    state.endsAt = ctx.time + breakSeconds
    state.winner = leaderOf(state.scores)
    state.orbs.clear()
  } else if (state.phase === 'break' && ctx.time >= state.endsAt) {
    beginRound(state, ctx)
    state.round++
  }
}

/** The lines of the table in order: more kills first, then fewer deaths, then the order of joining. */
export function ranked(scores: Immutable<Arena>['scores']): (readonly [string, Immutable<Score>])[] {
  return [...scores].sort(([, a], [, b]) => b.kills - a.kills || a.deaths - b.deaths)
}

/** The pick-ups of a new game. */
export function firstPickups(): [number, Pickup][] {
  return pickupSpots.map((spot, id) => [id, { ...spot, isThere: true, backAt: 0 }])
}

function beginRound(state: Arena, ctx: Context): void {
  state.phase = 'play'
  state.endsAt = ctx.time + roundSeconds
  state.scores.editEach((score) => void Object.assign(score, { kills: 0, deaths: 0 }))
  state.pickups.editEach((pickup) => void Object.assign(pickup, { isThere: true, backAt: 0 }))
  for (const id of [...state.bodies.keys()]) place(state, id, ctx)
}

/** A fallen player waits after the same tick. */
function hasFallen({ health, waits }: Immutable<Body>): boolean {
  return health === 0 && !waits
}

/** The player with the most kills; empty if nobody has one. */
function leaderOf(scores: Arena['scores']): string {
  const [first] = ranked(scores)
  return first === undefined || first[1].kills === 0 ? '' : first[0]
}

/** Lets a disc appear far from others and out of their sight, as good as new. */
function place(state: Arena, id: string, ctx: Context): void {
  const others = [...state.bodies].filter(([other]) => other !== id).map(([, body]) => body)
  // of several equally good places each may be chosen
  const costs = waypoints.map((spot) => {
    const distances = others.map(
      (other) => Math.hypot(other.x - spot.x, other.y - spot.y) - (isClear(other, spot) ? sightCost : 0),
    )
    return { spot, distance: Math.min(...distances, 800) + ctx.random() * 200 }
  })
  const { spot } = costs.reduce((best, each) => (each.distance > best.distance ? each : best))
  const body = state.bodies.edit(id)
  Object.assign(body, { x: spot.x, y: spot.y, vx: 0, vy: 0, health: fullHealth, hitBy: '', waits: false })
  body.volleys = Math.max(body.volleys, firstVolleys)
  body.spawns++
}

/** The colour with the fewest players, the lowest of several. */
function freeColour(scores: readonly Score[]): number {
  const users = new Array<number>(colourCount).fill(0)
  for (const { colour } of scores) users[colour] = (users[colour] ?? 0) + 1
  return users.indexOf(Math.min(...users))
}

/** A name that can be shown anywhere, with a number behind it if another player has it. */
function uniqueName(raw: string, scores: readonly Score[]): string {
  const visible = raw
    .normalize('NFC')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
  const name = [...visible].slice(0, maxNameLength).join('').trim() || 'Player'
  const taken = new Set(scores.map((score) => score.name.toLowerCase()))
  if (!taken.has(name.toLowerCase())) return name
  for (let number = 2; ; number++) {
    const candidate = `${name} ${number}`
    if (!taken.has(candidate.toLowerCase())) return candidate
  }
}
