// The rules: run by the server, and by each page ahead of it. No clock, no randomness but ctx.random, nothing but the state.
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import * as z from 'zod/mini'
import { floorBetween, platforms, player as size, world } from './level.js'

const runSpeed = 380 // per second
const gravity = 2300 // per second, each second
const jumpSpeed = 860
const airJumpSpeed = 720
const bounceSpeed = 700
const mostFallSpeed = 1300
const stunSeconds = 0.7
const mostStars = 7
const starsToWin = 10
const pauseSeconds = 5

export interface Player {
  name: string
  hue: number
  /** The middle of the feet. */
  x: number
  y: number
  vx: number
  vy: number
  /** What the player holds down: -1 is left, 1 is right. */
  direction: number
  isGrounded: boolean
  /** True if one more jump is left, in the air. */
  mayJumpInAir: boolean
  stars: number
  /** Game time until which the player can do nothing. */
  stunnedUntil: number
}

export interface Star {
  x: number
  y: number
}

interface Hop {
  players: EntityMap<Player>
  stars: EntityMap<Star>
  /** Who has won this round, and the game time of the next one. */
  winner: { name: string; nextAt: number } | null
}

export const game = defineGame({
  initialState: (): Hop => ({ players: new EntityMap(), stars: new EntityMap(), winner: null }),
  tickRate: 30,
  joinData: z.object({ name: z.string().check(z.minLength(1), z.maxLength(16)) }),

  onJoin(state, ctx) {
    const { name } = ctx.client.data
    const look = { name, hue: Math.floor(ctx.random() * 360) }
    const place = { x: world.width * (0.2 + 0.6 * ctx.random()), y: 0, vx: 0, vy: 0 }
    const start = { direction: 0, isGrounded: false, mayJumpInAir: true, stars: 0, stunnedUntil: 0 }
    state.players.set(ctx.client.id, { ...look, ...place, ...start })
  },

  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),

  timeStep(state, dt, ctx) {
    state.players.editEach((player) => move(player, ctx.time < player.stunnedUntil, dt))
    // the pages need not run ahead what follows: it shows when the server says so
    ctx.serverOnly()
    for (const [id, { x, y, vy }] of state.players) {
      if (vy <= 0) continue
      for (const [otherId, other] of state.players) {
        const isOnHead = Math.abs(x - other.x) < size.half * 1.6 && Math.abs(y - (other.y - size.height)) < 22
        if (otherId === id || !isOnHead || ctx.time < other.stunnedUntil) continue
        const whom = state.players.edit(otherId)
        const who = state.players.edit(id)
        Object.assign(whom, { stunnedUntil: ctx.time + stunSeconds, vx: 0 })
        Object.assign(who, { vy: -bounceSpeed, mayJumpInAir: true, isGrounded: false })
        if (whom.stars > 0) {
          whom.stars--
          who.stars++
        }
        ctx.dispatch('stomped', { x: other.x, y: other.y - size.height })
        break
      }
    }
    for (const [starId, star] of state.stars) {
      for (const [id, { x, y }] of state.players) {
        if (Math.hypot(star.x - x, star.y - (y - size.height / 2)) > 48) continue
        state.stars.delete(starId)
        state.players.edit(id).stars++
        ctx.dispatch('collected', { x: star.x, y: star.y })
        break
      }
    }
    if (state.stars.size < mostStars && ctx.random() < 0.05) {
      const x = 30 + ctx.random() * (world.width - 60)
      const below = platforms.filter((platform) => x > platform.x && x < platform.x + platform.width)
      const { y } = below[Math.floor(ctx.random() * below.length)]!
      state.stars.set(ctx.newId(), { x, y: y - 56 })
    }
    if (state.winner === null) {
      const best = [...state.players.values()].find(({ stars }) => stars >= starsToWin)
      if (best !== undefined) state.winner = { name: best.name, nextAt: ctx.time + pauseSeconds }
    } else if (ctx.time >= state.winner.nextAt) {
      state.winner = null
      for (const id of state.players.keys()) state.players.edit(id).stars = 0
    }
  },

  serverEvents: {
    collected: event<{ x: number; y: number }>(),
    stomped: event<{ x: number; y: number }>(),
  },

  events: (on) => ({
    /** A key has gone down or up. */
    run: on(z.object({ direction: z.literal([-1, 0, 1]) }), (state, { direction }, ctx) => {
      state.players.edit(ctx.client.id).direction = direction
    }),

    jump: on((state, _, ctx) => {
      const player = state.players.edit(ctx.client.id)
      if (ctx.time < player.stunnedUntil) return ctx.reject('stunned')
      if (!player.isGrounded && !player.mayJumpInAir) return ctx.reject('in_the_air')
      Object.assign(player, {
        vy: player.isGrounded ? -jumpSpeed : -airJumpSpeed,
        mayJumpInAir: player.isGrounded,
        isGrounded: false,
      })
    }),

    /** The key of a jump is up: who lets go early jumps lower. */
    letGo: on((state, _, ctx) => {
      const player = state.players.edit(ctx.client.id)
      player.vy = Math.max(player.vy, -jumpSpeed / 3)
    }),
  }),

  // what the wire keeps of a number, and what is drawn between two versions
  precision: { players: { x: 0.1, y: 0.1, vx: 0.1, vy: 0.1 }, stars: { x: 1, y: 1 } },
  motion: { players: { fields: { x: 'linear', y: 'linear' } } },
})

function move(player: Player, isStunned: boolean, dt: number): void {
  const wanted = isStunned ? 0 : player.direction * runSpeed
  // feet on the ground grip
  const grip = Math.min(1, (player.isGrounded ? 14 : 7) * dt)
  const vx = player.vx + (wanted - player.vx) * grip
  player.vx = Math.abs(vx - wanted) < 1 ? wanted : vx
  player.x = Math.min(world.width - size.half, Math.max(size.half, player.x + player.vx * dt))
  player.vy = Math.min(mostFallSpeed, player.vy + gravity * dt)
  const to = player.y + player.vy * dt
  const floor = player.vy > 0 ? floorBetween(player.x, player.y, to) : undefined
  player.isGrounded = floor !== undefined
  player.y = floor?.y ?? to
  if (floor === undefined) return
  player.vy = 0
  player.mayJumpInAir = true
}
