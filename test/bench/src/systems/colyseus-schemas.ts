import { type ArraySchema, type Schema, schema, t } from '@colyseus/schema'
import type { Shot } from '../scenes/churn.js'
import type { Missile } from '../scenes/events.js'
import { worldSize } from '../scenes/motion.js'
import { maxSpeed as maxBodySpeed, roomSize } from '../scenes/physics.js'
import type { Snake as SnakeValues } from '../scenes/trail.js'
import type { Bullet } from '../scenes/volley.js'

type SchemaClass = new () => Schema

/** The class of the rows of a map. */
interface RowSchema {
  row: SchemaClass
  /** Fills a row; without it the row's own `assign` does. */
  fill?: ((row: Schema, values: object) => void) | undefined
}

/** What Colyseus has to be told of a scene. */
export interface SceneSchemas extends Partial<RowSchema> {
  root: SchemaClass
  /** The classes of rows in a scene that has several maps. In others `row` is the class of what stands under `rows`. */
  maps?: Readonly<Record<string, RowSchema>>
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

/** The sides of a quaternion: 2 in 65,534 steps. 8 bits would be too coarse for 0.001. */
const quaternion = () => t.quantized({ min: -1, max: 1, bits: 16 })
const bodyPlace = () => t.quantized({ min: 0, max: roomSize, bits: 16 })
const bodySpeed = () => velocity(maxBodySpeed)

/** At rest the velocities are 0, which a symmetrical range carries exactly. */
const Body = schema(
  {
    x: bodyPlace(),
    y: bodyPlace(),
    z: bodyPlace(),
    qx: quaternion(),
    qy: quaternion(),
    qz: quaternion(),
    qw: quaternion(),
    vx: bodySpeed(),
    vy: bodySpeed(),
    vz: bodySpeed(),
    wx: bodySpeed(),
    wy: bodySpeed(),
    wz: bodySpeed(),
    asleep: t.boolean(),
  },
  'Body',
)

const Point = schema({ x: place(), y: place() }, 'Point')
const Snake = schema({ name: t.string(), score: t.uint16(), cells: t.array('uint16'), trail: t.array(Point) }, 'Snake')

const Tile = schema({ kind: t.uint8(), hp: t.uint8() }, 'Tile')
const Grid = schema({ heights: t.array('uint16'), tiles: t.array(Tile) }, 'Grid')

const Pilot = schema({ x: place(), y: place(), heading: angle(), hp: t.uint8(), name: t.string() }, 'Pilot')
const MissileRow = schema({ x: place(), y: place(), heading: angle(), owner: t.string() }, 'Missile')
const Loot = schema({ kind: t.uint8(), count: t.uint8(), owner: t.string() }, 'Loot')
const Monster = schema({ hp: t.uint8(), target: t.string() }, 'Monster')
const Zone = schema({ name: t.string(), owner: t.string(), points: t.uint16() }, 'Zone')
const Battle = schema(
  {
    players: t.map(Pilot),
    missiles: t.map(MissileRow),
    loot: t.map(Loot),
    monsters: t.map(Monster),
    zones: t.map(Zone),
  },
  'Battle',
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

const restore = (row: Schema, values: object): void => void row.restore(values as never)

const arena = rowsOf(Fighter)
const units = rowsOf(Unit)

/** For each scene the tightest types that hold its values, as somebody would choose them who knows the game. */
export const colyseusSchemas: Readonly<Record<string, SceneSchemas>> = {
  swarm: rowsOf(Flyer),
  wander: units,
  sparse: units,
  huge: units,
  idle: units,
  'idle-small': units,
  arena,
  bots: arena,
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
  inventory: rowsOf(Hero, { fill: restore, kinds: { item: Item } }),
  physics: rowsOf(Body),
  trail: rowsOf(Snake, {
    fill(row, values) {
      const to = row as Schema & { cells: ArraySchema<number>; trail: ArraySchema<Schema> } & Record<string, unknown>
      const { name, score, cells, trail } = values as SnakeValues
      to.name = name
      to.score = score
      to.cells.push(...cells)
      // `restore` would leave out what is quantized
      for (const point of trail) to.trail.push(new Point().assign(point))
    },
    kinds: { point: Point },
  }),
  grid: { root: Grid as SchemaClass },
  events: {
    root: Battle as SchemaClass,
    maps: {
      players: { row: Pilot },
      missiles: {
        row: MissileRow,
        fill(row, values) {
          const to = row as Schema & Missile
          const from = values as Missile
          to.x = from.x
          to.y = from.y
          to.heading = from.heading
          to.owner = from.owner
        },
      },
      loot: { row: Loot },
      monsters: { row: Monster },
      zones: { row: Zone },
    },
  },
  cards: { root: Table as SchemaClass },
  log: { root: Log as SchemaClass, kinds: { line: Line } },
  text: { root: Boards as SchemaClass },
}
