import type { Rows, Scene } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { dt, worldSize } from './motion.js'
import { rowId, rowsOf } from './rows-of.js'

interface Point {
  x: number
  y: number
}

export interface Snake {
  name: string
  score: number
  /** The numbers of the fields that it covers, on a board of 256 by 256; the tail comes first. */
  cells: number[]
  /** The smoke behind it, the oldest puff first. */
  trail: Point[]
}

const count = 50
const cellCount = 40
const pointCount = 20
const boardSize = 256
/** Units per second. */
const speed = 20
/** From one field to the next: right, down, left, up. */
const steps = [1, boardSize, -1, -boardSize]
const ways: readonly Point[] = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
]

export const trail: Scene<{ rows: Rows<Snake> }> = {
  name: 'trail',
  about:
    '50 rows with an array of 40 numbers and one of 20 points each; both move along in each tick: the first is dropped, one is added',
  ticksPerRound: 100,
  precision: { rows: { trail: { x: 0.01, y: 0.01 } } },
  begin(random) {
    const snakes = Array.from({ length: count }, () => ({
      way: drawInteger(random, 4),
      cell: drawInteger(random, boardSize * boardSize),
      x: random() * worldSize,
      y: random() * worldSize,
    }))
    const creep = (snake: (typeof snakes)[number]) => {
      if (random() < 0.1) snake.way = (snake.way + (random() < 0.5 ? 1 : 3)) % 4
      const { x, y } = ways[snake.way]!
      snake.cell = (snake.cell + steps[snake.way]! + boardSize * boardSize) % (boardSize * boardSize)
      snake.x = wrap(snake.x + (x * speed + random() - 0.5) * dt)
      snake.y = wrap(snake.y + (y * speed + random() - 0.5) * dt)
      return { cell: snake.cell, point: { x: snake.x, y: snake.y } }
    }
    const first = snakes.map((snake) => Array.from({ length: cellCount }, () => creep(snake)))
    return {
      initialState: () => ({
        rows: rowsOf(count, (index) => ({
          name: drawName(random),
          score: drawInteger(random, 5_000),
          cells: first[index]!.map(({ cell }) => cell),
          trail: first[index]!.slice(-pointCount).map(({ point }) => ({ ...point })),
        })),
      }),
      next: () => {
        const heads = snakes.map((snake, index) => ({ id: rowId(index), ...creep(snake) }))
        return {
          changes: 4 * count,
          play({ rows }, make) {
            for (const { id, cell, point } of heads) {
              const snake = rows.edit(id)
              snake.cells.shift()
              snake.cells.push(cell)
              snake.trail.shift()
              snake.trail.push(make('point', { ...point }))
            }
          },
        }
      },
    }
  },
}

function wrap(value: number): number {
  return value < 0 ? value + worldSize : value >= worldSize ? value - worldSize : value
}
