import type { Immutable } from '@tygase/gamestate'
import { bodyRadius, damage, orbRadius, runSpeed } from '../field.js'
import type { Arena, Body, Context } from '../state.js'
import { distanceToDisc, distanceToWall, keepOut } from './geometry.js'

/** How fast a disc takes up its wanted speed: after 1 / response seconds it is two thirds there. */
const response = 14

/** Moves a disc in place by `dt` seconds in its direction; walls stop it. */
export function move(body: Body, dt: number): void {
  if (body.waits) return
  const share = 1 - Math.exp(-response * dt)
  body.vx += (body.dx * runSpeed - body.vx) * share
  body.vy += (body.dy * runSpeed - body.vy) * share
  // too slow to be seen counts as rest: a disc without a direction costs no bytes
  if (body.dx === 0 && Math.abs(body.vx) < 1) body.vx = 0
  if (body.dy === 0 && Math.abs(body.vy) < 1) body.vy = 0
  if (body.vx === 0 && body.vy === 0) return
  body.x += body.vx * dt
  body.y += body.vy * dt
  keepOut(body, bodyRadius)
}

/** Lets all orbs fly for `dt` seconds. Walls and players end their flight. */
export function flyOrbs(state: Arena, dt: number, ctx: Context): void {
  state.orbs.editEach((orb, id) => {
    const speed = Math.hypot(orb.vx, orb.vy)
    const dx = orb.vx / speed
    const dy = orb.vy / speed
    const way = speed * dt
    const target = nearestBody(state.bodies, orb.owner, (body) =>
      distanceToDisc(orb, dx, dy, body, bodyRadius + orbRadius),
    )
    const free = distanceToWall(orb, dx, dy, way)
    if (target !== undefined && target.distance <= free) {
      hurt(state, target.id, orb.owner, id, ctx)
      state.orbs.delete(id)
    } else if (free < way) state.orbs.delete(id)
    else {
      orb.x += orb.vx * dt
      orb.y += orb.vy * dt
    }
  })
}

/** The nearest player that can be hit, by a distance that is Infinity for those out of the way. */
export function nearestBody(
  bodies: Immutable<Arena>['bodies'],
  shooter: string,
  distanceTo: (body: Immutable<Body>) => number,
): { id: string; body: Immutable<Body>; distance: number } | undefined {
  let nearest: { id: string; body: Immutable<Body>; distance: number } | undefined
  for (const [id, body] of bodies) {
    if (id === shooter || body.waits) continue
    const distance = distanceTo(body)
    if (distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = { id, body, distance }
  }
  return nearest
}

/**
 * Takes health of a player, and says so to the attacker alone.
 * @param shot the id of the orb, or of the shot: a page takes back by it what it has shown and has not happened
 */
export function hurt(state: Arena, whom: string, by: string, shot: string, ctx: Context): void {
  if (state.phase !== 'play') return
  const body = state.bodies.edit(whom)
  body.health = Math.max(0, body.health - damage)
  body.hitBy = by
  ctx.dispatch('hit', { shot, whom }, { to: by })
}
