import { defineGame, EntityMap } from '@tygase/gamestate'
// the page has the rules, too: with zod it would be 18 kB larger
import * as z from 'zod/mini'
import {
  chargeVolleys,
  fullHealth,
  maxVolleys,
  medHealth,
  pickupSeconds,
  reach,
  roundSeconds,
  tickRate,
} from './field.js'
import { flyOrbs, move } from './rules/bodies.js'
import { sees, withinUnit } from './rules/geometry.js'
import { enter, firstPickups, hasNews, judge, passTime } from './rules/rounds.js'
import { actingBody, launch, shoot } from './rules/shots.js'
import { type Arena, serverEvents } from './state.js'

const angle = z.number().check(z.minimum(-10), z.maximum(10))

/** Arena: a shooter in a field with walls, in rounds. */
export const arena = defineGame({
  version: 1,
  initialState: (): Arena => ({
    round: 1,
    phase: 'play',
    endsAt: roundSeconds,
    winner: '',
    bodies: new EntityMap(),
    orbs: new EntityMap(),
    pickups: new EntityMap(firstPickups()),
    scores: new EntityMap(),
  }),
  tickRate,
  joinData: z.object({ name: z.string().check(z.maxLength(64)), bot: z.optional(z.boolean()) }),
  onJoin: (state, ctx) => enter(state, ctx.client.data, ctx),
  onLeave(state, ctx) {
    state.bodies.delete(ctx.client.id)
    state.scores.delete(ctx.client.id)
  },
  serverEvents,
  events: (on) => ({
    /** The direction to run in: a vector, cut off at length 1. */
    steer: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      if (!state.bodies.has(ctx.client.id)) return ctx.reject('not_playing', 'you do not play')
      Object.assign(state.bodies.edit(ctx.client.id), withinUnit(dx, dy))
    }),
    /** The direction to look in, for the eyes of others. */
    aim: on(z.object({ angle }), (state, data, ctx) => {
      if (!state.bodies.has(ctx.client.id)) return ctx.reject('not_playing', 'you do not play')
      state.bodies.edit(ctx.client.id).angle = data.angle
    }),
    // the sender knows the spread: a cheat could wait for a straight shot, which is worth nothing here
    shoot: on(z.object({ angle }), (state, data, ctx) => shoot(state, data.angle, ctx), {
      rewind: true,
      random: 'own',
    }),
    launch: on(z.object({ angle }), (state, data, ctx) => launch(state, data.angle, ctx)),
    /** Takes a pick-up. The page asks as soon as its disc is there. */
    take: on(z.object({ id: z.int() }), (state, { id }, ctx) => {
      const body = actingBody(state, ctx)
      const pickup = state.pickups.get(id)
      if (pickup?.isThere !== true) return ctx.reject('gone', 'another player was faster')
      if (Math.hypot(pickup.x - body.x, pickup.y - body.y) > reach) return ctx.reject('too_far', 'that is too far away')
      if (pickup.kind === 'med') body.health = Math.min(fullHealth, body.health + medHealth)
      else body.volleys = Math.min(maxVolleys, body.volleys + chargeVolleys)
      Object.assign(state.pickups.edit(id), { isThere: false, backAt: ctx.time + pickupSeconds })
      ctx.dispatch('taken', { id, kind: pickup.kind }, { to: ctx.client.id })
    }),
  }),
  timeStep(state, dt, ctx) {
    state.bodies.editEach((body) => move(body, dt))
    flyOrbs(state, dt, ctx)
    passTime(state, ctx)
    if (!hasNews(state, ctx)) return
    // who has fallen appears at a place that no client can know
    ctx.serverOnly()
    judge(state, ctx)
  },
  motion: {
    bodies: { fields: { x: 'linear', y: 'linear', angle: 'angle' }, cut: (from, to) => from.spawns !== to.spawns },
    // they fly straight, so that all are shown where they are now: what comes can be dodged
    orbs: { fields: { x: 'linear', y: 'linear' }, ahead: true },
  },
  // no page is sent what stands behind a wall: there is nothing to read there for a cheat
  view(state, clientId) {
    const viewer = state.bodies.get(clientId)
    if (viewer === undefined) return { ...state, bodies: state.bodies.pick([]), orbs: state.orbs.pick([]) }
    return {
      ...state,
      bodies: state.bodies.filter((body, id) => id === clientId || (!body.waits && sees(viewer, body))),
      orbs: state.orbs.filter((orb) => orb.owner === clientId || sees(viewer, orb)),
    }
  },
  precision: {
    bodies: { x: 0.25, y: 0.25, vx: 0.5, vy: 0.5, dx: 0.01, dy: 0.01, angle: 0.01 },
    orbs: { x: 0.25, y: 0.25, vx: 0.25, vy: 0.25 },
  },
})
