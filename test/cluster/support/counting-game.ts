import { defineGame, on } from '@tygase/gamestate'
import { z } from 'zod'

/** Counts the events of each client, so that a lost or doubled one shows, and names the process in which the room is. */
export const counting = defineGame({
  initialState: (): { processId: number; counts: { [clientId: string]: number } } => ({ processId: 0, counts: {} }),
  tickRate: 20,
  onJoin: (state, ctx) => {
    state.counts[ctx.client.id] = 0
  },
  onLeave: (state, ctx) => {
    delete state.counts[ctx.client.id]
  },
  events: {
    hosted: on(z.number(), (state: { processId: number }, processId) => {
      state.processId = processId
    }),
    add: on((state: { counts: { [clientId: string]: number } }, _: undefined, ctx) => ++state.counts[ctx.client.id]!),
  },
})
