import type { Rows, Scene } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { worldSize } from './motion.js'
import { rowsOf } from './rows-of.js'

interface Unit {
  x: number
  y: number
  hp: number
  name: string
}

function idleScene(name: string, count: number): Scene<{ rows: Rows<Unit> }> {
  return {
    name,
    about: `${count.toLocaleString('en')} rows, nothing changes`,
    ticksPerRound: 100,
    precision: { rows: { x: 0.01, y: 0.01 } },
    begin: (random) => ({
      initialState: () => ({
        rows: rowsOf(count, () => ({
          x: random() * worldSize,
          y: random() * worldSize,
          hp: 1 + drawInteger(random, 100),
          name: drawName(random),
        })),
      }),
      next: () => ({ changes: 0, play() {} }),
    }),
  }
}

export const idle = idleScene('idle', 10_000)

/** What a tick of `idle` is compared with: it should cost the same. */
export const idleSmall = idleScene('idle-small', 100)
