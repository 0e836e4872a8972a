// The rules: run by the server, and by each page ahead of it. No clock, no randomness but ctx.random, nothing but the state.
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import * as z from 'zod/mini'
import { fieldSize, playerRadius } from './field.js'

const speed = 340 // per second
const dashSpeed = 1100
const dashSeconds = 0.16
const dashPause = 1.2 // seconds until the next dash
const mostGems = 40

export interface Player {
  name: string
  hue: number
  x: number
  y: number
  /** The direction that the player holds; its length is 0 or 1. */
  dx: number
  dy: number
  score: number
  /** Game time until which a dash lasts. */
  dashUntil: number
}

export interface Gem {
  x: number
  y: number
  worth: number
}

const between = z.number().check(z.minimum(-1), z.maximum(1))

export const game = defineGame({
  initialState: () => ({ players: new EntityMap<Player>(), gems: new EntityMap<Gem>() }),
  tickRate: 30,
  joinData: z.object({ name: z.string().check(z.minLength(1), z.maxLength(16)) }),

  onJoin(state, ctx) {
    const place = () => fieldSize * (0.2 + 0.6 * ctx.random())
    const { name } = ctx.client.data
    const look = { name, hue: Math.floor(ctx.random() * 360) }
    state.players.set(ctx.client.id, { ...look, x: place(), y: place(), dx: 0, dy: 0, score: 0, dashUntil: -dashPause })
  },

  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),

  timeStep(state, dt, ctx) {
    state.players.editEach((player) => {
      const pace = ctx.time < player.dashUntil ? dashSpeed : speed
      player.x = inField(player.x + player.dx * pace * dt)
      player.y = inField(player.y + player.dy * pace * dt)
    })
    // the pages need not run ahead what follows: it shows when the server says so
    ctx.serverOnly()
    for (const [gemId, gem] of state.gems) {
      for (const [id, { x, y }] of state.players) {
        if (Math.hypot(gem.x - x, gem.y - y) > playerRadius + 16) continue
        state.gems.delete(gemId)
        state.players.edit(id).score += gem.worth
        ctx.dispatch('collected', { by: id, x: gem.x, y: gem.y, worth: gem.worth })
        break
      }
    }
    if (state.gems.size < mostGems && ctx.random() < 0.4) {
      const place = () => inField(ctx.random() * fieldSize)
      state.gems.set(ctx.newId(), { x: place(), y: place(), worth: ctx.random() < 0.15 ? 5 : 1 })
    }
  },

  serverEvents: { collected: event<{ by: string; x: number; y: number; worth: number }>() },

  events: (on) => ({
    /** A key has gone down or up. */
    steer: on(z.object({ dx: between, dy: between }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.players.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),

    dash: on((state, _, ctx) => {
      const player = state.players.edit(ctx.client.id)
      if (ctx.time < player.dashUntil + dashPause) return ctx.reject('too_soon')
      player.dashUntil = ctx.time + dashSeconds
    }),
  }),

  // what the wire keeps of a number, and what is drawn between two versions
  precision: { players: { x: 0.1, y: 0.1, dx: 0.01, dy: 0.01 }, gems: { x: 0.1, y: 0.1 } },
  motion: { players: { fields: { x: 'linear', y: 'linear' } } },
})

function inField(place: number): number {
  return Math.min(fieldSize - playerRadius, Math.max(playerRadius, place))
}
