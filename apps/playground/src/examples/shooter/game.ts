// A shooter: a shot is judged by what the screen of the shooter showed.
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import * as z from 'zod/mini'

export interface Player {
  x: number
  y: number
  dx: number
  dy: number
  /** Of the aim, in radians. */
  angle: number
  health: number
  kills: number
  /** Rises with each return to the field. */
  lives: number
}

export const [width, height, radius] = [1600, 1000, 40]
const speed = 380 // units a second
const pause = 0.35 // seconds between two shots
export const walls = [
  { x: 380, y: 250, width: 70, height: 500 },
  { x: 1150, y: 250, width: 70, height: 500 },
  { x: 640, y: 465, width: 320, height: 70 },
]

const number = z.number()

export const shooter = defineGame({
  initialState: () => ({ players: new EntityMap<Player>(), readyAt: {} as Record<string, number> }),
  tickRate: 30,
  precision: { players: { x: 0.1, y: 0.1, dx: 0.01, dy: 0.01, angle: 0.01 } },
  motion: {
    players: {
      fields: { x: 'linear', y: 'linear', angle: 'angle' },
      cut: (from, to) => from.lives !== to.lives, // nobody flies back to the start
    },
  },
  serverEvents: {
    // what both ends compute alike: a place would differ by what the wire rounds
    shot: event<{ by: string; angle: number }>({ predict: true }),
    hit: event<{ by: string; whom: string }>({ predict: true }),
  },

  onJoin(state, ctx) {
    const spot = spotOf(ctx.random)
    state.players.set(ctx.client.id, { ...spot, dx: 0, dy: 0, angle: 0, health: 100, kills: 0, lives: 1 })
    state.readyAt[ctx.client.id] = 0
  },

  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    delete state.readyAt[ctx.client.id]
  },

  events: (on) => ({
    steer: on(z.object({ dx: number, dy: number }), (state, { dx, dy }, ctx) => {
      const length = Math.max(1, Math.hypot(dx, dy))
      Object.assign(state.players.edit(ctx.client.id), { dx: dx / length, dy: dy / length })
    }),

    aim: on(z.object({ angle: number }), (state, { angle }, ctx) => {
      state.players.edit(ctx.client.id).angle = angle
    }),

    shoot: on(
      z.object({ angle: number }),
      (state, { angle }, ctx) => {
        const { id } = ctx.client
        const me = state.players.edit(id)
        if (ctx.time < (state.readyAt[id] ?? 0)) return ctx.reject('too_soon', 'the gun is not ready')
        state.readyAt[id] = ctx.time + pause
        me.angle = angle
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
        let reach = reachOf(me.x, me.y, cos, sin)
        let whom: string | undefined
        // the others as this client saw them
        for (const [other, { x, y, lives }] of ctx.seen.players) {
          const along = (x - me.x) * cos + (y - me.y) * sin
          const beside = (y - me.y) * cos - (x - me.x) * sin
          if (other === id || along <= 0 || along > reach || Math.abs(beside) > radius) continue
          // it may be gone by now, or be back elsewhere
          if (state.players.get(other)?.lives !== lives) continue
          whom = String(other)
          reach = along
        }
        ctx.dispatch('shot', { by: id, angle })
        if (whom === undefined) return
        ctx.dispatch('hit', { by: id, whom })
        const target = state.players.edit(whom)
        target.health -= 25
        if (target.health > 0) return
        ctx.serverOnly()
        me.kills++
        Object.assign(target, { ...spotOf(ctx.random), health: 100, lives: target.lives + 1 })
      },
      { rewind: true },
    ),
  }),

  timeStep(state, dt) {
    state.players.editEach((player) => {
      const x = within(player.x + player.dx * speed * dt, width)
      if (!isBlocked(x, player.y)) player.x = x
      const y = within(player.y + player.dy * speed * dt, height)
      if (!isBlocked(player.x, y)) player.y = y
    })
  },
})

function within(value: number, size: number): number {
  return Math.max(radius, Math.min(value, size - radius))
}

function isBlocked(x: number, y: number): boolean {
  return walls.some(
    (wall) =>
      x > wall.x - radius &&
      x < wall.x + wall.width + radius &&
      y > wall.y - radius &&
      y < wall.y + wall.height + radius,
  )
}

function spotOf(random: () => number): { x: number; y: number } {
  const side = random() < 0.5 ? 160 : width - 160
  return { x: side, y: within(random() * height, height) }
}

/** How far a shot flies until it meets a wall. */
export function reachOf(x: number, y: number, cos: number, sin: number): number {
  let reach = 1900
  for (const wall of walls) {
    for (let far = 0; far < reach; far += 10) {
      const [px, py] = [x + cos * far, y + sin * far]
      if (px > wall.x && px < wall.x + wall.width && py > wall.y && py < wall.y + wall.height) reach = far
    }
  }
  return reach
}
