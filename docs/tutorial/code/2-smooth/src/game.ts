import { defineGame, EntityMap } from '@tygase/gamestate'
import * as z from 'zod/mini'
import { board } from './board.js'

const speed = 320 // units a second

export interface Disc {
  hue: number
  x: number
  y: number
  /** Where the player steers: from -1 to 1. */
  dx: number
  dy: number
}

const axis = z.number().check(z.minimum(-1), z.maximum(1))

export const frost = defineGame({
  initialState: () => ({ discs: new EntityMap<Disc>() }),
  tickRate: 20, // ticks a second

  onJoin(state, ctx) {
    const x = ctx.random() * board.width
    const y = ctx.random() * board.height
    state.discs.set(ctx.client.id, { hue: (state.discs.size * 137) % 360, x, y, dx: 0, dy: 0 })
  },

  onLeave: (state, ctx) => void state.discs.delete(ctx.client.id),

  events: (on) => ({
    steer: on(z.object({ dx: axis, dy: axis }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.discs.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),
  }),

  timeStep(state, dt) {
    state.discs.editEach((disc) => {
      disc.x = inside(disc.x + disc.dx * speed * dt, board.width)
      disc.y = inside(disc.y + disc.dy * speed * dt, board.height)
    })
  },

  // what moves between two versions, and what the wire keeps of a number
  motion: { discs: { fields: { x: 'linear', y: 'linear' } } },
  precision: { discs: { x: 0.1, y: 0.1, dx: 0.01, dy: 0.01 } },
})

function inside(place: number, size: number): number {
  return Math.min(Math.max(place, board.radius), size - board.radius)
}
