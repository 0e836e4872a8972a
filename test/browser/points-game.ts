import { defineGame, EntityMap } from '@tygase/gamestate'
import * as z from 'zod/mini'

/** A game of points, for pages that come back. */
export const points = defineGame({
  initialState: () => ({ players: new EntityMap<{ points: number }>() }),
  onJoin(state, { client }) {
    state.players.set(client.id, { points: 0 })
  },
  onLeave(state, { client }) {
    state.players.delete(client.id)
  },
  events: (on) => ({
    score: on(z.number(), (state, more, { client }) => {
      const player = state.players.edit(client.id)
      player.points += more
      return player.points
    }),
  }),
})
