import type { Rows, Scene, Script } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { dt, worldSize } from './motion.js'
import { rowsOf } from './rows-of.js'

export interface Fighter {
  x: number
  y: number
  /** Radians, from 0 to below 2π. */
  heading: number
  hp: number
  name: string
}

export interface Arena {
  rows: Rows<Fighter>
}

const usualCount = 100
/** Units per second. */
const speed = 6
/** Radians per second. */
const maxTurn = 3

export const arenaPrecision = { rows: { x: 0.01, y: 0.01, heading: 0.01 } }

/** Fighters run at one speed along their heading and turn as their players steer, which changes twice a second or so. */
export function beginArena(
  random: () => number,
  count = usualCount,
): Script<Arena> & { fighters(): Record<string, Fighter> } {
  const x = Float64Array.from({ length: count }, () => random() * worldSize)
  const y = Float64Array.from({ length: count }, () => random() * worldSize)
  const heading = Float64Array.from({ length: count }, () => random() * 2 * Math.PI)
  const turn = new Float64Array(count)
  const fighters = () =>
    rowsOf(count, (index) => ({
      x: x[index]!,
      y: y[index]!,
      heading: heading[index]!,
      hp: 1 + drawInteger(random, 100),
      name: drawName(random),
    }))
  return {
    fighters,
    initialState: () => ({ rows: fighters() }),
    next: () => {
      for (let index = 0; index < count; index++) {
        if (random() < 0.1) turn[index] = (random() * 2 - 1) * maxTurn
        heading[index] = wrap(heading[index]! + turn[index]! * dt, 2 * Math.PI)
        x[index] = wrap(x[index]! + Math.cos(heading[index]!) * speed * dt, worldSize)
        y[index] = wrap(y[index]! + Math.sin(heading[index]!) * speed * dt, worldSize)
      }
      const xs = x.slice()
      const ys = y.slice()
      const headings = heading.slice()
      return {
        changes: count,
        play({ rows }) {
          let index = 0
          rows.editEach((row) => {
            row.x = xs[index]!
            row.y = ys[index]!
            row.heading = headings[index]!
            index++
          })
        },
      }
    },
  }
}

export const arena: Scene<Arena> = {
  name: 'arena',
  about: '100 rows, all move and turn: x, y and heading of all change',
  ticksPerRound: 300,
  precision: arenaPrecision,
  begin: beginArena,
}

/** Bots in one process, each with a replica of its own. */
export const bots: Scene<Arena> = {
  ...arena,
  name: 'bots',
  about:
    'arena with 200 clients in one process, which all follow: client times are those of all together; ours share what they decode, as connections of one process do',
  ticksPerRound: 20,
  replicas: 200,
}

function wrap(value: number, size: number): number {
  return value < 0 ? value + size : value >= size ? value - size : value
}
