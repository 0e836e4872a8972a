import { EntityMap, type Immutable, type ReadonlyEntityMap } from '@tygase/gamestate'
import type { WorldDice } from './worlds.js'

type Id = string | number

/** All fields that a thing of any kind has; each kind has some of them, in an order of its own. */
interface Thing {
  x?: number | null
  y?: number
  /** What is no speed moves nothing. */
  vx?: number | string | null
  vy?: number
  ax?: number
  hp?: number
  team?: number
  gold?: number | null
  isOpen?: boolean
  name?: string
  curse?: string
  power?: number
  [mark: `mark${number}`]: number
}

export interface Crowd {
  things: EntityMap<Thing, Id>
  /** Whom somebody looks at; with ids of things that have gone. */
  seen: Id[]
}

type Things = ReadonlyEntityMap<Thing, Id>

/** Steps of the fields that are declared where a crowd is written with precision. */
export const crowdPrecision = { things: { x: 0.01, y: 0.01, vx: 0.01, vy: 0.001, hp: 1, gold: 1 } }

const teams = 4

/** What a thing of each kind is made as. Relics are for nobody, and come between kinds that are for all. */
const kinds: Record<string, (dice: WorldDice) => Thing> = {
  walker: (dice) => ({
    x: dice.below(1e5) / 100,
    y: dice.below(1e5) / 100,
    vx: Math.round(dice.about0() * 100) / 10,
    vy: Math.round(dice.about0() * 100) / 10,
    hp: 100,
    team: dice.below(teams),
    name: `walker-${dice.below(100)}`,
  }),
  relic: (dice) => ({ curse: `c${dice.below(1000)}`, power: dice.below(10) }),
  bullet: (dice) => ({ vx: 10 + dice.below(20), team: dice.below(teams), x: dice.below(1000), ax: dice.below(5) }),
  idol: (dice) => ({ power: dice.below(100), curse: 'none', hp: 5 }),
  chest: (dice) => ({ gold: dice.below(1000), isOpen: dice.random() < 0.5, x: dice.below(1000), team: 0 }),
  // of 31 fields, which are too many for a shape
  banner: (dice) => ({
    team: dice.below(teams),
    ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`mark${index}`, index])),
  }),
}

const kindNames = Object.keys(kinds)

export function begin(dice: WorldDice, count: number): Crowd {
  const things = new EntityMap<Thing, Id>()
  for (let index = 0; index < count; index++) things.set(idOf(index), make(dice, kindNames[index % kindNames.length]!))
  return { things, seen: Array.from({ length: count >> 1 }, (_, index) => idOf(3 * index)) }
}

function idOf(index: number): Id {
  return index % 5 === 0 ? index : `t${index}`
}

function make(dice: WorldDice, kind: string): Thing {
  return kinds[kind]!(dice)
}

const stepSeconds = 0.05

function move(row: Thing): void {
  if (typeof row.x !== 'number' || typeof row.vx !== 'number' || !Number.isFinite(row.vx)) return
  row.x += row.vx * stepSeconds
  if (row.y !== undefined && row.vy !== undefined) row.y += row.vy * stepSeconds
}

type Happening = (crowd: Crowd, dice: WorldDice) => void

/** Something for about one thing in so many. */
function oneIn(many: number, change: (row: Thing, dice: WorldDice) => void): Happening {
  return ({ things }, dice) => {
    for (const id of [...things.keys()]) if (dice.below(many) === 0) change(things.edit(id), dice)
  }
}

export const happenings: Record<string, Happening> = {
  'things move by their velocity': ({ things }) => things.editEach(move),
  'velocities grow, and things move by them': ({ things }) =>
    things.editEach((row) => {
      if (typeof row.vx === 'number') row.vx += (row.ax ?? 2) * stepSeconds
      move(row)
    }),
  'things move, and some bounce': ({ things }, dice) =>
    things.editEach((row) => {
      move(row)
      if (typeof row.vx === 'number' && typeof row.x === 'number' && dice.below(5) === 0) row.x -= row.vx + 0.03
    }),
  'some are hurt': oneIn(4, (row) => {
    if (row.hp !== undefined) row.hp -= 1
  }),
  'some are hurt while all move': (crowd, dice) => {
    happenings['some are hurt']!(crowd, dice)
    happenings['things move by their velocity']!(crowd, dice)
  },
  'some are healed far beyond what they had': oneIn(6, (row, dice) => {
    if (row.hp !== undefined) row.hp += dice.below(10 ** (1 + dice.below(9)))
  }),
  'some are anywhere': oneIn(9, (row, dice) => {
    if (row.x !== undefined) row.x = (dice.random() - 0.5) * 10 ** dice.below(14)
  }),
  'some have speeds that are none': oneIn(6, (row, dice) => {
    if (row.vx !== undefined) row.vx = [null, 'fast', Number.NaN, Number.POSITIVE_INFINITY, 3][dice.below(5)]!
  }),
  'some are moved by hand, while all move': (crowd, dice) => {
    happenings['things move by their velocity']!(crowd, dice)
    oneIn(3, (row) => {
      if (typeof row.x === 'number') row.x += 2
    })(crowd, dice)
  },
  'some are nowhere': oneIn(12, (row) => {
    if (row.x !== undefined) row.x = row.x === null ? 3 : null
  }),
  'names grow': oneIn(4, (row, dice) => {
    if (row.name !== undefined) row.name += dice.below(10)
  }),
  'names grow, and all move': (crowd, dice) => {
    happenings['names grow']!(crowd, dice)
    happenings['things move by their velocity']!(crowd, dice)
  },
  'gold is lost and found': oneIn(3, (row, dice) => {
    if (row.gold !== undefined)
      row.gold = row.gold === null ? dice.below(1000) : dice.below(3) === 0 ? null : row.gold + 7
  }),
  'chests are opened': oneIn(3, (row) => {
    if (row.isOpen !== undefined) row.isOpen = !row.isOpen
  }),
  'what nobody sees grows': ({ things }) =>
    things.editEach((row) => {
      if (row.power !== undefined) row.power += 3
    }),
  'marks fade': oneIn(2, (row) => {
    if (row.mark0 !== undefined) row.mark0 += 1
  }),
  'some change sides': oneIn(4, (row, dice) => {
    if (row.team !== undefined) row.team = dice.below(teams)
  }),
  'some become another thing': ({ things }, dice) => {
    for (const id of [...things.keys()])
      if (dice.below(12) === 0) things.set(id, make(dice, kindNames[dice.below(kindNames.length)]!))
  },
  'things of one kind go': ({ things }, dice) => {
    const gone = Object.keys(make(dice, kindNames[dice.below(kindNames.length)]!)).join()
    for (const [id, row] of [...things]) if (Object.keys(row).join() === gone) things.delete(id)
  },
  'some go': ({ things }, dice) => {
    for (const id of [...things.keys()]) if (dice.below(8) === 0) things.delete(id)
  },
  'others come': ({ things }, dice) => {
    for (let count = dice.below(12); count > 0; count--)
      things.set(idOf(dice.below(1000)), make(dice, kindNames[dice.below(kindNames.length)]!))
  },
  'somebody looks elsewhere': (crowd, dice) => {
    crowd.seen = crowd.seen.filter(() => dice.below(3) > 0)
    for (const id of crowd.things.keys()) if (dice.below(4) === 0 && !crowd.seen.includes(id)) crowd.seen.push(id)
  },
}

/** What is seen of a crowd, by who looks. */
export const looks: Record<string, (crowd: Immutable<Crowd>) => Things> = {
  'all but relics and idols': ({ things }) => things.filter((row) => row.curse === undefined),
  'those on the left': ({ things }) => things.filter((row) => typeof row.x === 'number' && row.x < 500),
  'those of a team': ({ things }) => things.filter((row) => row.team === 1),
  'those on a list': ({ things, seen }) => things.pick(seen),
  'those on a list of the moment': ({ things }) =>
    things.pick([...things.keys(), 'nobody', -1].filter(isOdd).reverse()),
  all: ({ things }) => things.filter(() => true),
  none: ({ things }) => things.filter(() => false),
}

function isOdd(_: unknown, index: number): boolean {
  return index % 2 === 1
}

/** What one sees, as a state. */
export function seenBy(look: (crowd: Immutable<Crowd>) => Things, crowd: Immutable<Crowd>): Immutable<Crowd> {
  return { things: look(crowd), seen: [] }
}
