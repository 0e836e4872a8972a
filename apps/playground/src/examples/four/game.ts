// Four in a row: two play in turns, the others watch. A wrong move is refused with a reason.
import { defineGame } from '@tygase/gamestate'
import * as z from 'zod/mini'

export const [columns, rows] = [7, 6]

export const four = defineGame({
  initialState: () => ({
    /** A cell for each column and row, from the bottom: 0 is empty, 1 and 2 are the players. */
    board: Array.from({ length: columns * rows }, () => 0),
    /** Ids of all who are here. The first two play. */
    here: [] as string[],
    turn: 1 as 1 | 2,
    winner: 0,
    /** The cells of the four. */
    line: [] as number[],
    /** Game time at which a new game begins. */
    againAt: 0,
    wins: [0, 0],
  }),
  tickRate: 10,

  onJoin: (state, ctx) => void state.here.push(ctx.client.id),

  onLeave(state, ctx) {
    const place = state.here.indexOf(ctx.client.id)
    state.here.splice(place, 1)
    // the next in the row takes the seat
    if (place < 2) state.wins[place] = 0
  },

  events: (on) => ({
    drop: on(z.object({ column: z.int().check(z.minimum(0), z.maximum(columns - 1)) }), (state, { column }, ctx) => {
      const player = state.here.indexOf(ctx.client.id) + 1
      if (player > 2) return ctx.reject('watching', 'you watch: two play')
      if (state.againAt > 0) return ctx.reject('over', 'the game is over')
      if (player !== state.turn) return ctx.reject('not_your_turn', 'it is not your turn')
      let row = 0
      while (row < rows && state.board[row * columns + column] !== 0) row++
      if (row === rows) return ctx.reject('full', 'this column is full')
      const cell = row * columns + column
      state.board[cell] = player
      state.turn = player === 1 ? 2 : 1
      state.line = lineThrough(state.board, cell)
      const isFull = state.board.every((value) => value !== 0)
      if (state.line.length > 0) {
        state.winner = player
        state.wins[player - 1]!++
      }
      if (state.winner > 0 || isFull) state.againAt = ctx.time + 3
    }),
  }),

  timeStep(state, _dt, ctx) {
    if (state.againAt === 0 || ctx.time < state.againAt) return
    state.board.fill(0)
    Object.assign(state, { winner: 0, line: [], againAt: 0 })
  },
})

/** The cells of four or more in a row through this one; none if there are fewer. */
export function lineThrough(board: readonly number[], cell: number): number[] {
  const [x, y] = [cell % columns, Math.floor(cell / columns)]
  for (const [dx, dy] of [
    [1, 0],
    [0, 1],
    [1, 1],
    [1, -1],
  ] as const) {
    const found = [cell]
    for (const way of [1, -1]) {
      for (let step = 1; step < 4; step++) {
        const [cx, cy] = [x + dx * way * step, y + dy * way * step]
        if (cx < 0 || cx >= columns || cy < 0 || cy >= rows || board[cy * columns + cx] !== board[cell]) break
        found.push(cy * columns + cx)
      }
    }
    if (found.length >= 4) return found
  }
  return []
}
