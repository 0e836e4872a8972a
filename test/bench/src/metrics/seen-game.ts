import { defineGame, EntityMap } from '@tygase/gamestate'

/** Of each room, whoever is in it. */
const rows = 10

interface Mover {
  x: number
  y: number
  dx: number
  dy: number
}

/** A small room: ten rows move 20 times a second, and clients turn them around. */
export const movers = defineGame({
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
