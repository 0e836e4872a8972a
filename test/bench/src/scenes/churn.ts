import type { Rows, Scene } from '../scene.js'
import { drawDistinct, drawId, drawInteger } from './draw.js'
import { worldSize } from './motion.js'

export interface Shot {
  x: number
  y: number
  heading: number
  owner: number
  /** The tick in which it was fired. */
  born: number
}

const count = 500
const dying = 50

export const churn: Scene<{ rows: Rows<Shot> }> = {
  name: 'churn',
  about:
    '500 bullets, 10 % die and are born each tick; ids are random strings, and the place of a bullet follows from its row',
  ticksPerRound: 200,
  precision: { rows: { x: 0.01, y: 0.01, heading: 0.01 } },
  begin(random) {
    let tick = 0
    const fire = (): [string, Shot] => [
      drawId(random, 8),
      {
        x: random() * worldSize,
        y: random() * worldSize,
        heading: random() * 2 * Math.PI,
        owner: drawInteger(random, 100),
        born: tick,
      },
    ]
    const first = Array.from({ length: count }, fire)
    const ids = first.map(([id]) => id)
    return {
      initialState: () => ({ rows: Object.fromEntries(first) }),
      next: () => {
        tick++
        const dead = drawDistinct(random, dying, count)
        const gone = dead.map((index) => ids[index]!)
        const born = dead.map(fire)
        for (const [place, index] of dead.entries()) ids[index] = born[place]![0]
        return {
          changes: 2 * dying,
          play({ rows }) {
            for (const id of gone) rows.delete(id)
            for (const [id, shot] of born) rows.set(id, shot)
          },
        }
      },
    }
  },
}
