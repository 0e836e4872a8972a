import type { Immutable } from '@tygase/gamestate'
import {
  bodyRadius,
  orbRadius,
  orbSpeed,
  range,
  type Spot,
  shotTicks,
  spread,
  volleyAngles,
  volleyTicks,
} from '../field.js'
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
  // the others as the sender saw them: whoever aims well hits, on any network. The server's has all, also those whom the view
  // hid: a hit must not tell where they are
  const eye = ctx.seen.bodies.get(id) ?? body
  const { target, to } = trace(body, direction, ctx.seen.bodies, id, (other) => sees(eye, other))
  ctx.dispatch('shot', { angle: direction }, { to: id })
  // it may have died meanwhile, and be somewhere else
  const now = target && state.bodies.get(target.id)
  if (target !== undefined && now?.waits === false && now.spawns === target.body.spawns) {
    hurt(state, target.id, id, ctx.newId(), ctx)
  }
  const { x, y } = body
  const tracer = { by: id, x, y, toX: to.x, toY: to.y, isHit: target !== undefined }
  ctx.dispatch('tracer', tracer, { to: witnesses(state, id, body, to) })
}

/** The way of a shot among players: to the first one, to a wall, or to the end of its range. */
export function trace(
  from: Spot,
  angle: number,
  bodies: Immutable<Arena>['bodies'],
  shooter: string,
  isSeen: (body: Immutable<Body>) => boolean = () => true,
): { target: ReturnType<typeof nearestBody>; to: Spot } {
  const dx = Math.cos(angle)
  const dy = Math.sin(angle)
  const free = distanceToWall(from, dx, dy, range)
  const nearest = nearestBody(bodies, shooter, (body) => {
    const distance = distanceToDisc(from, dx, dy, body, bodyRadius)
    return distance < free && isSeen(body) ? distance : Number.POSITIVE_INFINITY
  })
  const length = nearest?.distance ?? free
  return { target: nearest, to: { x: from.x + dx * length, y: from.y + dy * length } }
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

/** The other players that see one end of a shot. Other pages must not learn where that is. */
function witnesses(state: Arena, shooter: string, from: Spot, to: Spot): string[] {
  return [...state.bodies]
    .filter(([id, body]) => id !== shooter && (sees(body, from) || sees(body, to, 1)))
    .map(([id]) => id)
}
