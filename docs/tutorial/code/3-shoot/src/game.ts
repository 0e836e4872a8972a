import { defineGame, EntityMap, event, type Immutable } from '@tygase/gamestate'
import * as z from 'zod/mini'
import { board } from './board.js'

const speed = 320 // units a second
const reloadSeconds = 0.5
const frozenSeconds = 2

export interface Disc {
  hue: number
  x: number
  y: number
  /** Where the player steers: from -1 to 1. */
  dx: number
  dy: number
  score: number
  /** Game time from which it can shoot again, in seconds. */
  readyAt: number
  /** Game time until which it cannot move, in seconds. */
  frozenUntil: number
}

type Discs = Immutable<EntityMap<Disc>>

const axis = z.number().check(z.minimum(-1), z.maximum(1))

export const frost = defineGame({
  initialState: () => ({ discs: new EntityMap<Disc>() }),
  tickRate: 20, // ticks a second

  onJoin(state, ctx) {
    const x = ctx.random() * board.width
    const y = ctx.random() * board.height
    const hue = (state.discs.size * 137) % 360
    state.discs.set(ctx.client.id, { hue, x, y, dx: 0, dy: 0, score: 0, readyAt: 0, frozenUntil: 0 })
  },

  onLeave: (state, ctx) => void state.discs.delete(ctx.client.id),

  events: (on) => ({
    steer: on(z.object({ dx: axis, dy: axis }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.discs.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),

    shoot: on(
      z.object({ angle: z.number() }),
      (state, { angle }, ctx) => {
        const { id } = ctx.client
        const me = state.discs.edit(id)
        if (ctx.time < me.frozenUntil) return ctx.reject('frozen', 'you are frozen')
        if (ctx.time < me.readyAt) return ctx.reject('not_ready', 'the gun is still loading')
        me.readyAt = ctx.time + reloadSeconds
        // from where this player is, at the others as its screen showed them
        const whom = aimedAt(ctx.seen.discs, id, me, angle)
        ctx.dispatch('shot', { by: id, angle, whom })
        // it may have left since, and a frozen disc cannot be frozen again
        if (whom === null || !state.discs.has(whom)) return
        const target = state.discs.edit(whom)
        if (ctx.time < target.frozenUntil) return
        target.frozenUntil = ctx.time + frozenSeconds
        me.score++
      },
      { rewind: true },
    ),
  }),

  serverEvents: { shot: event<{ by: string; angle: number; whom: string | null }>({ predict: true }) },

  timeStep(state, dt, ctx) {
    state.discs.editEach((disc) => {
      if (ctx.time < disc.frozenUntil) return
      disc.x = inside(disc.x + disc.dx * speed * dt, board.width)
      disc.y = inside(disc.y + disc.dy * speed * dt, board.height)
    })
  },

  // what moves between two versions, and what the wire keeps of a number
  motion: { discs: { fields: { x: 'linear', y: 'linear' } } },
  precision: { discs: { x: 0.1, y: 0.1, dx: 0.01, dy: 0.01 } },
})

/** The nearest disc on the line of a shot. */
function aimedAt(discs: Discs, id: string, me: { x: number; y: number }, angle: number): string | null {
  let nearest: { id: string; along: number } | null = null
  for (const [other, { x, y }] of discs) {
    const along = (x - me.x) * Math.cos(angle) + (y - me.y) * Math.sin(angle)
    const beside = (y - me.y) * Math.cos(angle) - (x - me.x) * Math.sin(angle)
    if (other === id || along < 0 || Math.abs(beside) > board.radius) continue
    if (nearest === null || along < nearest.along) nearest = { id: other, along }
  }
  return nearest?.id ?? null
}

function inside(place: number, size: number): number {
  return Math.min(Math.max(place, board.radius), size - board.radius)
}
