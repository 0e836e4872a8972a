import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Ship {
  x: number
  y: number
  angle: number
  health: number
  readyAt: number
  deadUntil: number
  kills: number
}

interface Shot {
  by: string
  x: number
  y: number
  vx: number
  vy: number
  diesAt: number
}

interface Space {
  ships: EntityMap<Ship>
  shots: EntityMap<Shot>
}

const size = 500
const shotSpeed = 200
const shotSeconds = 2
const pauseSeconds = 0.5
const reach = 10
const damage = 25
const deadSeconds = 3

export const game = defineGame({
  initialState: (): Space => ({ ships: new EntityMap(), shots: new EntityMap() }),
  tickRate: 20,
  onJoin(state, ctx) {
    const place = { x: size * ctx.random(), y: size * ctx.random() }
    state.ships.set(ctx.client.id, { ...place, angle: 0, health: 100, readyAt: 0, deadUntil: 0, kills: 0 })
  },
  onLeave(state, ctx) {
    state.ships.delete(ctx.client.id)
    for (const [id, { by }] of state.shots) if (by === ctx.client.id) state.shots.delete(id)
  },
  events: (on) => ({
    turn: on(z.object({ angle: z.number() }), (state, { angle }, ctx) => {
      state.ships.edit(ctx.client.id).angle = angle
    }),
    fire: on((state, _, ctx) => {
      const ship = state.ships.edit(ctx.client.id)
      if (ship.health <= 0) return ctx.reject('dead', 'you are dead')
      if (ctx.time < ship.readyAt) return ctx.reject('too_soon', 'the gun is hot')
      ship.readyAt = ctx.time + pauseSeconds
      state.shots.set(ctx.newId(), {
        by: ctx.client.id,
        x: ship.x,
        y: ship.y,
        vx: shotSpeed * Math.cos(ship.angle),
        vy: shotSpeed * Math.sin(ship.angle),
        diesAt: ctx.time + shotSeconds,
      })
    }),
  }),
  timeStep(state, dt, ctx) {
    for (const [id, ship] of state.ships) {
      if (ship.health > 0 || ctx.time < ship.deadUntil) continue
      Object.assign(state.ships.edit(id), { health: 100, x: size * ctx.random(), y: size * ctx.random() })
    }
    for (const [id, shot] of state.shots) {
      if (ctx.time >= shot.diesAt) {
        state.shots.delete(id)
        continue
      }
      const way = { x: shot.vx * dt, y: shot.vy * dt }
      const hit = [...state.ships].find(
        ([shipId, ship]) => shipId !== shot.by && ship.health > 0 && distanceToWay(ship, shot, way) < reach,
      )
      if (hit === undefined) {
        Object.assign(state.shots.edit(id), { x: shot.x + way.x, y: shot.y + way.y })
        continue
      }
      const target = state.ships.edit(hit[0])
      const { by } = shot
      state.shots.delete(id)
      target.health = Math.max(0, target.health - damage)
      if (target.health > 0) continue
      target.deadUntil = ctx.time + deadSeconds
      if (state.ships.has(by)) state.ships.edit(by).kills++
    }
  },
})

/** Distance of a place from the way that a shot flies in a tick. */
function distanceToWay(ship: Ship, from: { x: number; y: number }, way: { x: number; y: number }): number {
  const [x, y] = [ship.x - from.x, ship.y - from.y]
  const part = Math.min(1, Math.max(0, (x * way.x + y * way.y) / (way.x ** 2 + way.y ** 2)))
  return Math.hypot(x - part * way.x, y - part * way.y)
}
