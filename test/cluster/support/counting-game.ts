import { defineGame, on } from '@tygase/gamestate'

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
  timeStep: (state) => {
    state.processId = process.pid
  },
  events: {
    add: on((state: { counts: { [clientId: string]: number } }, _: undefined, ctx) => ++state.counts[ctx.client.id]!),
  },
})
