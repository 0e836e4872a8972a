import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Player {
  x: number
  y: number
  dx: number
  dy: number
}

const size = 100
const speed = 20
const reach = 4
const safeSeconds = 3

export const game = defineGame({
  initialState: () => ({ players: new EntityMap<Player>(), it: '', safeUntil: 0 }),
  tickRate: 20,
  onJoin(state, ctx) {
    state.players.set(ctx.client.id, { x: size * ctx.random(), y: size * ctx.random(), dx: 0, dy: 0 })
    if (state.it === '') state.it = ctx.client.id
  },
  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    if (state.it !== ctx.client.id) return
    const ids = [...state.players.keys()].map(String)
    state.it = ids[Math.floor(ctx.random() * ids.length)] ?? ''
  },
  events: (on) => ({
    steer: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.players.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),
  }),
  timeStep(state, dt, ctx) {
    state.players.editEach((player) => {
      player.x = inField(player.x + player.dx * speed * dt)
      player.y = inField(player.y + player.dy * speed * dt)
    })
    const it = state.players.get(state.it)
    if (it === undefined || ctx.time < state.safeUntil) return
    let nearest = { id: '', distance: reach }
    for (const [id, { x, y }] of state.players) {
      const distance = Math.hypot(x - it.x, y - it.y)
      if (id !== state.it && distance < nearest.distance) nearest = { id: String(id), distance }
    }
    if (nearest.id === '') return
    state.it = nearest.id
    state.safeUntil = ctx.time + safeSeconds
  },
})

function inField(place: number): number {
  return Math.min(size, Math.max(0, place))
}
