import type { Rows, Scene } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { Motion } from './motion.js'
import { rowsOf } from './rows-of.js'

interface Wanderer {
  x: number
  y: number
  hp: number
  name: string
}

const count = 1_000

export const wander: Scene<{ rows: Rows<Wanderer> }> = {
  name: 'wander',
  about: '1,000 rows; x and y of all change by velocities that are drawn anew each tick and are in no row',
  ticksPerRound: 200,
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
        for (let index = 0; index < count; index++) motion.draw(index)
        motion.advanceAll()
        const xs = motion.x.slice()
        const ys = motion.y.slice()
        return {
          changes: count,
          play({ rows }) {
            let index = 0
            rows.editEach((row) => {
              row.x = xs[index]!
              row.y = ys[index]!
              index++
            })
          },
        }
      },
    }
  },
}
