import { defineGame, EntityMap } from '@tygase/gamestate'

interface Walker {
  x: number
  y: number
  heading: number
}

const walkers = 1000

/** A thousand rows, all of which move in each tick. */
export const crowd = defineGame({
  version: 1,
  tickRate: 20,
  initialState: () => {
    const rows = new EntityMap<Walker>()
    for (let id = 0; id < walkers; id++) rows.set(String(id), { x: id, y: 0, heading: id })
    return { rows }
  },
  events: (on) => ({
    push: on((state, _, ctx) => {
      state.rows.edit(String(Math.floor(ctx.random() * walkers))).heading = ctx.random() * 7
    }),
  }),
  timeStep(state, dt, ctx) {
    const turn = ctx.random() - 0.5
    state.rows.editEach((row) => {
      row.heading += turn * dt
      row.x += Math.cos(row.heading) * dt
      row.y += Math.sin(row.heading) * dt
    })
  },
  precision: { rows: { x: 0.01, y: 0.01, heading: 0.01 } },
})
