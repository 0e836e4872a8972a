import { type Schema, schema, t } from '@colyseus/schema'
import type { Shot } from '../scenes/churn.js'
import { worldSize } from '../scenes/motion.js'
import type { Bullet } from '../scenes/volley.js'

type SchemaClass = new () => Schema

/** What Colyseus has to be told of a scene. */
export interface SceneSchemas {
  root: SchemaClass
  /** The class of what stands under `rows`. */
  row?: SchemaClass
  /** Fills a row; without it the row's own `assign` does. */
  fill?: (row: Schema, values: object) => void
  /** Classes of objects that ticks make, by their kind. */
  kinds?: Readonly<Record<string, SchemaClass>>
}

/** 600 units in 65,535 steps: 0.0092, within the 0.01 that the scenes ask for. */
const place = () => t.quantized({ min: 0, max: worldSize, bits: 16 })
/** 20 or 60 units per second in 65,534 steps; 8 bits would be too coarse for 0.01. */
const velocity = (max: number) => t.quantized({ min: -max, max, bits: 16 })
/** 2π in 65,535 steps; 8 bits would be too coarse for 0.01. The scenes wrap their angles themselves. */
const angle = () => t.quantized({ min: 0, max: 2 * Math.PI, bits: 16 })

const Flyer = schema(
  { x: place(), y: place(), vx: velocity(10), vy: velocity(10), hp: t.uint8(), name: t.string() },
  'Flyer',
)
const ExactFlyer = schema(
  { x: t.float64(), y: t.float64(), vx: t.float64(), vy: t.float64(), hp: t.uint8(), name: t.string() },
  'ExactFlyer',
)
const Unit = schema({ x: place(), y: place(), hp: t.uint8(), name: t.string() }, 'Unit')
const Fighter = schema({ x: place(), y: place(), heading: angle(), hp: t.uint8(), name: t.string() }, 'Fighter')
const ShotRow = schema({ x: place(), y: place(), heading: angle(), owner: t.uint8(), born: t.number() }, 'Shot')
const BulletRow = schema({ x: place(), y: place(), vx: velocity(30), vy: velocity(30), owner: t.uint8() }, 'Bullet')
const Guard = schema(
  {
    awake: t.boolean(),
    armed: t.boolean(),
    hidden: t.boolean(),
    running: t.boolean(),
    hurt: t.boolean(),
    alerted: t.boolean(),
    carrying: t.boolean(),
    blocking: t.boolean(),
  },
  'Guard',
)

const Item = schema({ kind: t.uint8(), count: t.uint8() }, 'Item')
const Stats = schema({ strength: t.uint8(), agility: t.uint8(), wit: t.uint8() }, 'Stats')
const Worn = schema({ head: t.uint8(), hand: t.uint8(), feet: t.uint8() }, 'Worn')
const Hero = schema({ name: t.string(), gold: t.uint16(), stats: Stats, worn: Worn, items: t.array(Item) }, 'Hero')

const Seat = schema({ name: t.string(), score: t.uint16(), hand: t.array('uint8') }, 'Seat')
const Table = schema(
  { round: t.number(), turn: t.uint8(), deck: t.array('uint8'), pile: t.array('uint8'), seats: t.array(Seat) },
  'Table',
)
const Line = schema({ from: t.uint8(), text: t.string() }, 'Line')
const Log = schema({ lines: t.array(Line) }, 'Log')
const Board = schema({ title: t.string(), body: t.string() }, 'Board')
const Boards = schema({ boards: t.array(Board) }, 'Boards')

function rowsOf(row: SchemaClass, more: Partial<SceneSchemas> = {}): SceneSchemas {
  return { root: schema({ rows: t.map(row) }, `${row.name}Rows`) as SchemaClass, row, ...more }
}

const arena = rowsOf(Fighter)
const units = rowsOf(Unit)

/** For each scene the tightest types that hold its values, as somebody would choose them who knows the game. */
export const colyseusSchemas: Readonly<Record<string, SceneSchemas>> = {
  swarm: rowsOf(Flyer),
  wander: units,
  sparse: units,
  idle: units,
  'idle-small': units,
  arena,
  aged: arena,
  lossless: rowsOf(ExactFlyer),
  churn: rowsOf(ShotRow, {
    fill(row, values) {
      const to = row as Schema & Shot
      const from = values as Shot
      to.x = from.x
      to.y = from.y
      to.heading = from.heading
      to.owner = from.owner
      to.born = from.born
    },
  }),
  volley: rowsOf(BulletRow, {
    fill(row, values) {
      const to = row as Schema & Bullet
      const from = values as Bullet
      to.x = from.x
      to.y = from.y
      to.vx = from.vx
      to.vy = from.vy
      to.owner = from.owner
    },
  }),
  flags: rowsOf(Guard),
  inventory: rowsOf(Hero, { fill: (row, values) => void row.restore(values as never), kinds: { item: Item } }),
  cards: { root: Table as SchemaClass },
  log: { root: Log as SchemaClass, kinds: { line: Line } },
  text: { root: Boards as SchemaClass },
}
