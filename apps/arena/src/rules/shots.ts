import { bodyRadius, orbRadius, orbSpeed, range, shotTicks, spread, volleyAngles, volleyTicks } from '../field.js'
import type { Arena, Body, Context } from '../state.js'
import { hurt, nearestBody } from './bodies.js'
import { distanceToDisc, distanceToWall, sees } from './geometry.js'

/**
 * A shot may come a tick early: the page counts milliseconds. The next one then has to wait for longer, so that nobody shoots
 * faster than the rifle does.
 */
const earlyTicks = 1

/** Shoots the rifle: it hits what the player's screen showed there, unless a wall of now is in between. */
export function shoot(state: Arena, angle: number, ctx: Context): void {
  const { id } = ctx.client
  const body = actingBody(state, ctx)
  if (ctx.tick < body.shotTick - earlyTicks) return ctx.reject('not_ready', 'the rifle is not ready')
  body.angle = angle
  body.shotTick = Math.max(body.shotTick, ctx.tick) + shotTicks
  const direction = angle + (ctx.random() - 0.5) * spread
  const dx = Math.cos(direction)
  const dy = Math.sin(direction)
  const free = distanceToWall(body, dx, dy, range)
  // the others as the sender saw them: whoever aims well hits, on any network
  const target = nearestBody(ctx.seen.bodies, id, (other) => distanceToDisc(body, dx, dy, other, bodyRadius))
  const isHit = target !== undefined && target.distance < free
  const length = isHit ? target.distance : free
  const [x, y] = [body.x + dx * bodyRadius, body.y + dy * bodyRadius]
  const [toX, toY] = [body.x + dx * length, body.y + dy * length]
  ctx.dispatch('shot', { by: id, x, y, toX, toY, isHit }, { to: witnesses(state, id, body, { x: toX, y: toY }) })
  if (!isHit) return
  // it may have died meanwhile, and be somewhere else
  const now = state.bodies.get(target.id)
  if (now !== undefined && !now.waits && now.spawns === target.body.spawns) hurt(state, target.id, id, ctx)
}

/** Lets a fan of orbs fly. Their ids are the same at the page that shows them at once. */
export function launch(state: Arena, angle: number, ctx: Context): void {
  const { id } = ctx.client
  const body = actingBody(state, ctx)
  if (body.volleys === 0) return ctx.reject('no_orbs', 'there are no orbs left')
  if (ctx.tick < body.volleyTick - earlyTicks) return ctx.reject('not_ready', 'the orbs are not ready')
  body.angle = angle
  body.volleys--
  body.volleyTick = Math.max(body.volleyTick, ctx.tick) + volleyTicks
  for (const beside of volleyAngles) {
    const dx = Math.cos(angle + beside)
    const dy = Math.sin(angle + beside)
    const start = Math.min(bodyRadius + orbRadius, distanceToWall(body, dx, dy, range))
    const orb = { owner: id, x: body.x + dx * start, y: body.y + dy * start, vx: dx * orbSpeed, vy: dy * orbSpeed }
    state.orbs.set(ctx.newId(), orb)
  }
}

/** The sender's disc, if it may act now; else the event is rejected. */
export function actingBody(state: Arena, ctx: Context): Body {
  const body = state.bodies.get(ctx.client.id)
  if (body === undefined || body.waits) return ctx.reject('not_playing', 'you are out, wait for your return')
  if (state.phase !== 'play') return ctx.reject('round_over', 'the round is over')
  return state.bodies.edit(ctx.client.id)
}

/** The players that see one end of a shot, and the one who shoots. Other pages must not learn where that is. */
function witnesses(state: Arena, shooter: string, from: Body, to: { x: number; y: number }): string[] {
  const ids = [shooter]
  for (const [id, body] of state.bodies) {
    if (id !== shooter && (sees(body, from) || sees(body, to, 1))) ids.push(id)
  }
  return ids
}
