import type { Rows, Scene } from '../scene.js'
import { drawDistinct, drawInteger } from './draw.js'
import { Motion } from './motion.js'

export interface Bullet {
  x: number
  y: number
  vx: number
  vy: number
  owner: number
}

const count = 500
const dying = 50

export const volley: Scene<{ rows: Rows<Bullet> }> = {
  name: 'volley',
  about: 'churn with bullets that fly: x and y of all change, 10 % die and are born each tick, ids are counted',
  ticksPerRound: 200,
  precision: { rows: { x: 0.01, y: 0.01, vx: 0.01, vy: 0.01 } },
  begin(random) {
    const motion = new Motion(count, 30, random)
    let nextId = 0
    const ids = Array.from({ length: count }, () => `b${nextId++}`)
    const bullet = (index: number): [string, Bullet] => [
      ids[index]!,
      {
        x: motion.x[index]!,
        y: motion.y[index]!,
        vx: motion.vx[index]!,
        vy: motion.vy[index]!,
        owner: drawInteger(random, 100),
      },
    ]
    return {
      initialState: () => ({ rows: Object.fromEntries(ids.map((_, index) => bullet(index))) }),
      next: () => {
        const dead = drawDistinct(random, dying, count)
        const gone = dead.map((index) => ids[index]!)
        const isNew = new Set(dead)
        const moved: { id: string; x: number; y: number }[] = []
        const turned: { id: string; vx: number; vy: number }[] = []
        for (let index = 0; index < count; index++) {
          if (isNew.has(index)) continue
          const id = ids[index]!
          if (motion.advance(index)) turned.push({ id, vx: motion.vx[index]!, vy: motion.vy[index]! })
          moved.push({ id, x: motion.x[index]!, y: motion.y[index]! })
        }
        for (const index of dead) {
          motion.place(index)
          ids[index] = `b${nextId++}`
        }
        const born = dead.map(bullet)
        return {
          changes: count + dying,
          play({ rows }) {
            for (const id of gone) rows.delete(id)
            for (const { id, x, y } of moved) {
              const row = rows.edit(id)
              row.x = x
              row.y = y
            }
            for (const { id, vx, vy } of turned) {
              const row = rows.edit(id)
              row.vx = vx
              row.vy = vy
            }
            for (const [id, row] of born) rows.set(id, row)
          },
        }
      },
    }
  },
}
