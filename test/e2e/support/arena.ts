import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'

export interface Player {
  x: number
  y: number
  name: string
}

export interface Arena {
  round: number
  players: EntityMap<Player>
  log: string[]
}

/** A game small enough to see through: players that move, and a row for each client that is there. */
export const arena = defineGame({
  initialState: (): Arena => ({ round: 0, players: new EntityMap<Player>(), log: [] }),
  tickRate: 50,
  serverEvents: { moved: event<{ by: string }>(), news: event<{ text: string }>(), ask: event<{ question: string }>() },
  events: (on) => ({
    move: on(z.object({ dx: z.number(), dy: z.number() }), (state, data, ctx) => {
      const me = state.players.edit(ctx.client.id)
      me.x += data.dx
      me.y += data.dy
      ctx.dispatch('moved', { by: ctx.client.id })
      return { x: me.x, y: me.y }
    }),
    buy: on(z.object({ item: z.string() }), (_state, data, ctx) => {
      if (data.item === 'moon') return ctx.reject('too_expensive', 'the moon is too expensive')
      return `${data.item} bought`
    }),
    note: on(z.string().max(100), (state, text) => {
      state.log.push(text)
    }),
    nextRound: on((state) => {
      state.round++
    }),
  }),
  onJoin: (state, ctx) => {
    state.players.set(ctx.client.id, { x: 0, y: 0, name: `player ${ctx.client.id}` })
  },
  onLeave: (state, ctx) => {
    state.players.delete(ctx.client.id)
  },
})
