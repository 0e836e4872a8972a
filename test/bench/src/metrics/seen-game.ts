import { defineGame, EntityMap } from '@tygase/gamestate'

interface Mover {
  x: number
  y: number
  dx: number
  dy: number
}

/** Rows move 20 times a second, whoever is there, and clients turn them around. @param rows of each room */
export const moversOf = (rows: number) =>
  defineGame({
    initialState: () => ({
      movers: new EntityMap<Mover>(
        Array.from({ length: rows }, (_, id) => [`m${id}`, { x: id, y: -id, dx: 1 + id / 10, dy: 1 - id / 10 }]),
      ),
    }),
    tickRate: 20,
    precision: { movers: { x: 0.01, y: 0.01 } },
    events: (on) => ({
      turn: on((state, _data, ctx) => {
        const mover = state.movers.edit(`m${Math.floor(ctx.random() * rows)}`)
        mover.dx = -mover.dx
        mover.dy = -mover.dy
      }),
    }),
    timeStep(state, dt) {
      state.movers.editEach((mover) => {
        mover.x += mover.dx * dt
        mover.y += mover.dy * dt
      })
    },
  })
