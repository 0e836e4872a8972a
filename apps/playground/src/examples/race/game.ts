// A lobby, a countdown and a race for coins. Only the host starts.
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import * as z from 'zod/mini'

export interface Runner {
  x: number
  y: number
  dx: number
  dy: number
  coins: number
}

export const [width, height, radius] = [1600, 1000, 40]
const speed = 460 // units a second
const roundSeconds = 20
const most = 14

export const race = defineGame({
  initialState: () => ({
    phase: 'lobby' as 'lobby' | 'countdown' | 'race' | 'over',
    /** Game time at which this phase ends. A clock that counted down would be sent with each tick. */
    endsAt: 0,
    winner: '',
    runners: new EntityMap<Runner>(),
    coins: new EntityMap<{ x: number; y: number }>(),
  }),
  tickRate: 30,
  precision: { runners: { x: 0.1, y: 0.1, dx: 0.01, dy: 0.01 }, coins: { x: 1, y: 1 } },
  motion: { runners: { fields: { x: 'linear', y: 'linear' } } },
  serverEvents: { coin: event<{ x: number; y: number }>() },

  onJoin(state, ctx) {
    const spot = { x: 200 + ctx.random() * (width - 400), y: 200 + ctx.random() * (height - 400) }
    state.runners.set(ctx.client.id, { ...spot, dx: 0, dy: 0, coins: 0 })
  },

  onLeave: (state, ctx) => void state.runners.delete(ctx.client.id),

  events: (on) => ({
    start: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host starts')
      if (state.phase !== 'lobby' && state.phase !== 'over') return ctx.reject('started', 'the race is on')
      state.runners.editEach((runner) => {
        runner.coins = 0
      })
      Object.assign(state, { phase: 'countdown', endsAt: ctx.time + 3, winner: '' })
    }),

    steer: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.runners.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),
  }),

  timeStep(state, dt, ctx) {
    if (state.phase === 'countdown' && ctx.time >= state.endsAt) {
      Object.assign(state, { phase: 'race', endsAt: ctx.time + roundSeconds })
    }
    if (state.phase !== 'race') return
    state.runners.editEach((runner) => {
      runner.x = Math.max(radius, Math.min(runner.x + runner.dx * speed * dt, width - radius))
      runner.y = Math.max(radius, Math.min(runner.y + runner.dy * speed * dt, height - radius))
    })
    // coins come and go when the server says so: a page does not run this ahead
    ctx.serverOnly()
    for (const [coinId, coin] of state.coins) {
      for (const [id, { x, y }] of state.runners) {
        if (Math.hypot(coin.x - x, coin.y - y) > radius + 24) continue
        state.coins.delete(coinId)
        state.runners.edit(id).coins++
        ctx.dispatch('coin', { x: coin.x, y: coin.y })
        break
      }
    }
    if (state.coins.size < most && ctx.random() < 0.15) {
      state.coins.set(ctx.newId(), { x: 60 + ctx.random() * (width - 120), y: 60 + ctx.random() * (height - 120) })
    }
    if (ctx.time < state.endsAt) return
    const best = [...state.runners].sort(([, a], [, b]) => b.coins - a.coins)[0]
    Object.assign(state, { phase: 'over', winner: String(best?.[0] ?? '') })
    for (const id of [...state.coins.keys()]) state.coins.delete(id)
  },
})
