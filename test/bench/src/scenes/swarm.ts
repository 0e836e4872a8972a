import type { Rows, Scene, Script } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { Motion } from './motion.js'
import { rowId, rowsOf } from './rows-of.js'

interface Flyer {
  x: number
  y: number
  vx: number
  vy: number
  hp: number
  name: string
}

interface Swarm {
  rows: Rows<Flyer>
}

const count = 1_000

function beginSwarm(random: () => number): Script<Swarm> {
  const motion = new Motion(count, 10, random)
  return {
    initialState: () => ({
      rows: rowsOf(count, (index) => ({
        x: motion.x[index]!,
        y: motion.y[index]!,
        vx: motion.vx[index]!,
        vy: motion.vy[index]!,
        hp: 1 + drawInteger(random, 100),
        name: drawName(random),
      })),
    }),
    next: () => {
      const turned = motion
        .advanceAll()
        .map((index) => ({ id: rowId(index), vx: motion.vx[index]!, vy: motion.vy[index]! }))
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
          for (const { id, vx, vy } of turned) {
            const row = rows.edit(id)
            row.vx = vx
            row.vy = vy
          }
        },
      }
    },
  }
}

export const swarm: Scene<Swarm> = {
  name: 'swarm',
  about: '1,000 rows; x and y of all change by constant velocities, which are fields of the row',
  ticksPerRound: 200,
  precision: { rows: { x: 0.01, y: 0.01, vx: 0.01, vy: 0.01 } },
  begin: beginSwarm,
}
