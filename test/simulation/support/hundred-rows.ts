import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Row {
  x: number
  y: number
  hp: number
}

/** A room of 100 rows. An event of a client changes a given number of fields. */
export const hundredRows = defineGame({
  initialState: () => ({
    rows: new EntityMap<Row>(
      Array.from({ length: 100 }, (_, i) => [`row${i}`, { x: i, y: 100 - i, hp: 100 }] as const),
    ),
  }),
  tickRate: 20,
  precision: { rows: { x: 0.125, y: 0.125 } },
  events: (on) => ({
    hurt: on(z.int(), (state, count, ctx) => {
      for (let i = 0; i < count; i++) {
        const row = state.rows.edit(`row${(i * 7) % 100}`)
        if (i % 2 === 0) row.hp -= 1 + Math.floor(ctx.random() * 20)
        else row.x += Math.floor(ctx.random() * 40) / 8
      }
      return count
    }),
  }),
})
