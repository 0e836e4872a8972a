import { defineGame, event } from '@tygase/gamestate'

/** The game of the React page: a number that all count up. */
export const tally = defineGame({
  initialState: () => ({ count: 0 }),
  tickRate: 50,
  serverEvents: { counted: event<number>() },
  events: (on) => ({
    count: on((state, _, ctx) => {
      state.count++
      ctx.dispatch('counted', state.count)
    }),
  }),
})
