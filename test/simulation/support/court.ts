import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'

interface Player {
  x: number
  y: number
}

export interface Court {
  score: number
  said: string[]
  players: EntityMap<Player>
  table: { cloth: { colour: string; holes: number }; price: number }
  load: string
}

/** A small game in which each rule shows one thing. */
export const court = defineGame({
  initialState: (): Court => ({
    score: 0,
    said: [],
    players: new EntityMap<Player>(),
    table: { cloth: { colour: 'green', holes: 0 }, price: 100 },
    load: '',
  }),
  tickRate: 20,
  serverEvents: { told: event<{ number: number; words: string[] }>(), other: event<{ at: number }>() },
  events: (on) => ({
    score: on(z.number(), (state, points) => {
      state.score += points
      return state.score
    }),
    say: on(z.string(), (state, words) => {
      state.said = [...state.said.slice(-9), words]
    }),
    setX: on(z.number(), (state, x, ctx) => {
      state.players.edit(ctx.client.id).x = x
    }),
    setY: on(z.number(), (state, y, ctx) => {
      state.players.edit(ctx.client.id).y = y
    }),
    burn: on((state) => void state.table.cloth.holes++),
    look: on(() => undefined),
    /** A client that claims an id. The claim is not believed. */
    claim: on(z.object({ clientId: z.string() }), (_state, data, ctx) => ({ says: data.clientId, is: ctx.client.id })),
    fill: on(z.int(), (state, characters) => {
      state.load = 'x'.repeat(characters)
    }),
    shout: on(z.int(), (_state, number, ctx) => {
      ctx.dispatch('told', { number, words: ['from', 'a rule'] })
      return number
    }),
    fail: on((state) => {
      state.score = -1000
      throw new Error('this rule always fails')
    }),
  }),
  onJoin: (state, ctx) => void state.players.set(ctx.client.id, { x: 0, y: 0 }),
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
})
