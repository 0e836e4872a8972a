import type { Rows, Scene } from '../scene.js'
import { drawDistinct, drawInteger, drawName } from './draw.js'
import { Motion } from './motion.js'
import { rowId, rowsOf } from './rows-of.js'

interface Unit {
  x: number
  y: number
  hp: number
  name: string
}

function sparseScene(name: string, count: number, movers: number, ticksPerRound: number): Scene<{ rows: Rows<Unit> }> {
  return {
    name,
    about: `${count.toLocaleString('en')} rows; each tick ${movers.toLocaleString('en')} of them move, by velocities that are drawn anew`,
    ticksPerRound,
    precision: { rows: { x: 0.01, y: 0.01 } },
    begin(random) {
      const motion = new Motion(count, 10, random)
      return {
        initialState: () => ({
          rows: rowsOf(count, (index) => ({
            x: motion.x[index]!,
            y: motion.y[index]!,
            hp: 1 + drawInteger(random, 100),
            name: drawName(random),
          })),
        }),
        next: () => {
          const moved = drawDistinct(random, movers, count).map((index) => {
            motion.draw(index)
            motion.advance(index)
            return { id: rowId(index), x: motion.x[index]!, y: motion.y[index]! }
          })
          return {
            changes: movers,
            play({ rows }) {
              for (const { id, x, y } of moved) {
                const row = rows.edit(id)
                row.x = x
                row.y = y
              }
            },
          }
        },
      }
    },
  }
}

export const sparse = sparseScene('sparse', 10_000, 50, 100)

export const huge = sparseScene('huge', 100_000, 1_000, 20)
