// Tag: touch another disc to pass it on.
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import * as z from 'zod/mini'

export interface Disc {
  x: number
  y: number
  /** The direction that the player holds; its length is 0 to 1. */
  dx: number
  dy: number
}

export const [width, height, radius] = [1600, 1000, 44]
const speed = 430 // units a second
const safeSeconds = 2
const inside = (value: number, size: number) => Math.max(radius, Math.min(value, size - radius))

export const tag = defineGame({
  initialState: () => ({ players: new EntityMap<Disc>(), it: '', safeUntil: 0 }),
  tickRate: 30, // Hz
  precision: { players: { x: 0.1, y: 0.1, dx: 0.01, dy: 0.01 } }, // what the wire keeps
  motion: { players: { fields: { x: 'linear', y: 'linear' } } }, // what moves smoothly between two versions
  serverEvents: { tagged: event<{ x: number; y: number }>() },

  onJoin(state, ctx) {
    const spot = { x: inside(ctx.random() * width, width), y: inside(ctx.random() * height, height) }
    state.players.set(ctx.client.id, { ...spot, dx: 0, dy: 0 })
    if (state.it === '') state.it = ctx.client.id
  },

  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    if (state.it === ctx.client.id) state.it = String([...state.players.keys()][0] ?? '')
  },

  events: (on) => ({
    steer: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.players.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),
  }),

  timeStep(state, dt, ctx) {
    state.players.editEach((disc) => {
      disc.x = inside(disc.x + disc.dx * speed * dt, width)
      disc.y = inside(disc.y + disc.dy * speed * dt, height)
    })
    const it = state.players.get(state.it)
    if (it === undefined || ctx.time < state.safeUntil) return
    for (const [id, { x, y }] of state.players) {
      if (id === state.it || Math.hypot(x - it.x, y - it.y) > 2 * radius) continue
      ctx.dispatch('tagged', { x, y })
      Object.assign(state, { it: id, safeUntil: ctx.time + safeSeconds })
      return
    }
  },
})
