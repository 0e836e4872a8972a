import { EntityMap } from '@tygase/gamestate'
import { createSeededRandom } from '@tygase/testkit/internal'

/** A row with a field for each kind of thing that a game keeps. */
export interface Body {
  x: number
  y: number
  vx: number
  vy: number
  ax: number
  hp: number
  score: number | null
  isAlive: boolean
  name: string
  mood: string
  mixed: unknown
  single: number
  parts: { wear: number; bag: number[] }
  extra?: number
}

type Bodies = EntityMap<Body, string | number>

export interface World {
  bodies: Bodies
}

const stepSeconds = 0.05
const moods = ['idle about', 'walk about', 'run about']

/** Steps of the fields that are declared where a world is written with precision. */
export const worldPrecision = { bodies: { x: 0.01, y: 0.01, vx: 0.01, vy: 0.01, hp: 1, score: 1 } }

export const idKinds: Record<string, (index: number) => string | number> = {
  texts: (index) => `p${index}`,
  integers: (index) => index * 3,
  'texts and numbers': (index) => (index % 2 === 0 ? `p${index}` : index + 0.5),
}

/** Draws worlds and what happens in them; the same for the same seed. */
export class WorldDice {
  readonly random: () => number

  constructor(seed: number) {
    this.random = createSeededRandom(seed)
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  /** About 0, seldom beyond 2, to hundredths. */
  about0(): number {
    return Math.round((this.random() + this.random() + this.random() - 1.5) * 100) / 75
  }

  world(count: number, idOf: (index: number) => string | number, isOrderly: boolean): World {
    const rows = Array.from({ length: count }, (_, index): [string | number, Body] => [
      idOf(index),
      isOrderly ? this.orderly(index) : this.wild(index),
    ])
    return { bodies: new EntityMap(rows) }
  }

  orderly(index: number): Body {
    return {
      x: index,
      y: index % 7,
      vx: (index % 5) - 2,
      vy: 1,
      ax: 0.5,
      hp: index % 2 === 0 ? 1000 : 1,
      score: null,
      isAlive: true,
      name: `player-${index}`,
      mood: moods[0]!,
      mixed: index % 2 === 0 ? index : `t${index}`,
      single: Math.fround(this.random()),
      parts: { wear: index, bag: [index, 1] },
    }
  }

  wild(index: number): Body {
    return {
      x: this.below(1e5) / 100,
      y: this.below(1e5) / 100,
      vx: this.about0(),
      vy: this.about0(),
      ax: this.random(),
      hp: this.below(100),
      score: index % 3 === 0 ? null : this.below(1e6),
      isAlive: this.random() < 0.5,
      name: `n${this.below(1e6)}`,
      mood: moods[index % 3]!,
      mixed: null,
      single: Math.fround(this.random()),
      parts: { wear: this.random(), bag: [] },
    }
  }
}

type Happening = (bodies: Bodies, dice: WorldDice) => void

/** Something for each row: `change` is called with the row and its number. */
function each(change: (row: Body, index: number, dice: WorldDice) => void): Happening {
  return (bodies, dice) => {
    let index = 0
    bodies.editEach((row) => change(row, index++, dice))
  }
}

/** Something for the rows whose numbers `which` picks. */
function some(which: (index: number) => boolean, change: (bodies: Bodies, id: string | number) => void): Happening {
  return (bodies) => {
    for (const [index, id] of [...bodies.keys()].entries()) if (which(index)) change(bodies, id)
  }
}

function hurt(bodies: Bodies, id: string | number): void {
  bodies.edit(id).hp -= 1
}

function move(row: Body): void {
  row.x += row.vx * stepSeconds
  row.y += row.vy * stepSeconds
}

export const happenings: Record<string, Happening> = {
  'rows move by their velocity': each(move),
  'velocities grow, and rows move by them': each((row) => {
    row.vx += row.ax * stepSeconds
    move(row)
  }),
  'rows move, and a few bounce': each((row, index) => {
    move(row)
    if (index % 17 === 0) row.x -= 3.33
  }),
  'rows tremble': each((row, _, dice) => {
    row.x += dice.about0()
  }),
  'rows tremble, and a few jump': each((row, index, dice) => {
    row.x += dice.about0() + (index % 37 === 0 ? 1e6 : 0)
  }),
  'rows are anywhere': each((row, _, dice) => {
    row.x = (dice.random() - 0.5) * 10 ** dice.below(12)
  }),
  'rows are set on a grid': each((row, _, dice) => {
    row.x = dice.below(1000) / 100
    row.hp = dice.below(100)
  }),
  'single rows are hurt': some((index) => index % 97 === 3, hurt),
  'rows in a row are hurt': some((index) => index % 100 < 30, hurt),
  'rows here and there are hurt': some((index) => index % 7 === 0 || index % 3 === 1, hurt),
  'some are hurt, and all move': (bodies, dice) => {
    happenings['rows here and there are hurt']!(bodies, dice)
    bodies.editEach(move)
  },
  'all wake or die': each((row) => {
    row.isAlive = !row.isAlive
  }),
  'some wake, some die': each((row, _, dice) => {
    row.isAlive = dice.random() < 0.5
  }),
  'moods are lost for numbers and found again': each((row, index) => {
    row.mixed = typeof row.mixed === 'boolean' ? index : index % 3 === 0
  }),
  'all are of one mood': each((row) => {
    row.mood = 'gone'
  }),
  'each is of a mood': each((row, _, dice) => {
    row.mood = moods[dice.below(3)]!
  }),
  'names grow': each((row, _, dice) => {
    row.name += dice.below(1000)
  }),
  'scores begin': each((row, _, dice) => {
    row.score = row.score === null ? dice.below(1000) : null
  }),
  'anything becomes anything': each((row, _, dice) => {
    row.mixed = [null, dice.random(), `m${dice.random()}`, [dice.below(3)]][dice.below(4)]
  }),
  'single precision is drawn anew': each((row, _, dice) => {
    row.single = Math.fround(dice.random())
  }),
  'parts wear off': each((row, index) => {
    row.parts.wear++
    row.parts.bag.push(index)
  }),
  'many rows go': some(
    (index) => index % 3 === 0,
    (bodies, id) => bodies.delete(id),
  ),
  'few rows go': some(
    (index) => index % 83 === 7,
    (bodies, id) => bodies.delete(id),
  ),
  'rows come': (bodies, dice) => {
    const isText = typeof [...bodies.keys()][0] === 'string'
    for (let index = 0; index < 40; index++) bodies.set(isText ? `new${index}` : 5000 + index, dice.wild(index))
  },
  'rows get another field': some(
    (index) => index % 50 === 0,
    (bodies, id) => {
      bodies.edit(id).extra = 1
    },
  ),
}
