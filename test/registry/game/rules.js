import { defineGame, EntityMap } from '@tygase/gamestate'

export const race = defineGame({
  version: 1,
  initialState: () => ({ laps: 0, runners: new EntityMap() }),
  tickRate: 50,
  onJoin: (state, ctx) => void state.runners.set(ctx.client.id, { x: 0 }),
  events: (on) => ({
    run: on((state, _data, ctx) => {
      state.runners.edit(ctx.client.id).x += 1
      state.laps += 1
      return state.laps
    }),
  }),
})
