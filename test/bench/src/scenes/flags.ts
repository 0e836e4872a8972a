import type { Rows, Scene } from '../scene.js'
import { rowsOf } from './rows-of.js'

interface Guard {
  awake: boolean
  armed: boolean
  hidden: boolean
  running: boolean
  hurt: boolean
  alerted: boolean
  carrying: boolean
  blocking: boolean
}

const count = 1_000
/** How likely each flag flips in a tick. */
const flipping = 0.25

export const flags: Scene<{ rows: Rows<Guard> }> = {
  name: 'flags',
  about: '8 booleans on each of 1,000 rows; each flips with a chance of 25 % a tick',
  ticksPerRound: 200,
  begin(random) {
    const draw = () => random() < 0.5
    return {
      initialState: () => ({
        rows: rowsOf(count, () => ({
          awake: draw(),
          armed: draw(),
          hidden: draw(),
          running: draw(),
          hurt: draw(),
          alerted: draw(),
          carrying: draw(),
          blocking: draw(),
        })),
      }),
      next: () => {
        const flips = new Uint8Array(count)
        for (let bit = 0; bit < 8; bit++) {
          for (let index = 0; index < count; index++) if (random() < flipping) flips[index]! |= 1 << bit
        }
        return {
          changes: flips.reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0),
          play({ rows }) {
            let index = 0
            rows.editEach((row) => {
              const bits = flips[index++]!
              if ((bits & 1) !== 0) row.awake = !row.awake
              if ((bits & 2) !== 0) row.armed = !row.armed
              if ((bits & 4) !== 0) row.hidden = !row.hidden
              if ((bits & 8) !== 0) row.running = !row.running
              if ((bits & 16) !== 0) row.hurt = !row.hurt
              if ((bits & 32) !== 0) row.alerted = !row.alerted
              if ((bits & 64) !== 0) row.carrying = !row.carrying
              if ((bits & 128) !== 0) row.blocking = !row.blocking
            })
          },
        }
      },
    }
  },
}
