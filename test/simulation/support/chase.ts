import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'

export interface Runner {
  readonly name: string
  x: number
  y: number
  dx: number
  dy: number
}

export interface Chase {
  /** By client id. */
  players: EntityMap<Runner>
  /** The client that has to catch another one; empty if there is none. */
  chaser: string
  /** Game time in seconds until which no player can be caught. */
  protectedUntil: number
}

/** A player that was caught is safe for so long, in seconds. */
export const protectionSeconds = 5
/** A player at most so far away is caught, in units. */
const reach = 15
/** Units a second. */
const speed = 100

/** The example game of PyGaSe: the first player is the chaser; a player that is caught becomes the chaser. */
export const chase = defineGame({
  initialState: (): Chase => ({ players: new EntityMap<Runner>(), chaser: '', protectedUntil: 0 }),
  tickRate: 20,
  serverEvents: {
    /** To a player that has joined. */
    playerCreated: event<{ id: string }>(),
    caught: event<{ by: string; whom: string }>(),
  },
  events: (on) => ({
    join: on(z.object({ name: z.string(), x: z.number(), y: z.number() }), (state, { name, x, y }, ctx) => {
      const { id } = ctx.client
      if (state.players.has(id)) return ctx.reject('joined_already', 'a client has one player')
      state.players.set(id, { name, x, y, dx: 0, dy: 0 })
      if (state.chaser === '') state.chaser = id
      ctx.dispatch('playerCreated', { id }, { to: id })
    }),
    move: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
      if (!state.players.has(ctx.client.id)) return ctx.reject('not_joined', 'join first')
      Object.assign(state.players.edit(ctx.client.id), { dx, dy })
    }),
  }),
  timeStep(state, dt, ctx) {
    state.players.editEach((player) => {
      player.x += player.dx * speed * dt
      player.y += player.dy * speed * dt
    })
    const chaser = state.players.get(state.chaser)
    if (chaser === undefined || ctx.time < state.protectedUntil) return
    for (const [whom, { x, y }] of state.players) {
      if (whom === state.chaser || Math.hypot(x - chaser.x, y - chaser.y) > reach) continue
      ctx.dispatch('caught', { by: state.chaser, whom })
      state.chaser = whom
      state.protectedUntil = ctx.time + protectionSeconds
      return
    }
  },
  onLeave(state, ctx) {
    state.players.delete(ctx.client.id)
    if (state.chaser === ctx.client.id) state.chaser = [...state.players.keys()][0] ?? ''
  },
})
