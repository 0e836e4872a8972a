import type { Make, Rows, Scene } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { rowId, rowsOf } from './rows-of.js'

interface Item {
  kind: number
  count: number
}

interface Hero {
  name: string
  gold: number
  stats: { strength: number; agility: number; wit: number }
  worn: { head: number; hand: number; feet: number }
  items: Item[]
}

type Change = (rows: Rows<Hero>, make: Make) => unknown

const count = 200
const changesPerTick = 5
const maxItems = 12

export const inventory: Scene<{ rows: Rows<Hero> }> = {
  name: 'inventory',
  about: '200 rows with nested objects and an array of objects, five small changes a tick',
  ticksPerRound: 300,
  begin(random) {
    const drawItem = () => ({ kind: drawInteger(random, 60), count: 1 + drawInteger(random, 20) })
    const drawStat = () => 1 + drawInteger(random, 30)
    /** How many items each hero has. */
    const held = Array.from({ length: count }, () => drawInteger(random, 9))

    const drawChange = (): Change => {
      const index = drawInteger(random, count)
      const id = rowId(index)
      const items = held[index]!
      const place = drawInteger(random, items)
      const amount = drawInteger(random, 60)
      const chance = random()
      if (chance < 0.25) return editing(id, (hero) => earn(hero, amount))
      if (chance < 0.4) return editing(id, ({ worn }) => wield(worn, amount))
      if (chance < 0.5) return editing(id, ({ stats }) => train(stats, amount))
      if (items === 0 || (chance < 0.65 && items < maxItems)) {
        const item = drawItem()
        held[index]!++
        return editing(id, (hero, make) => hero.items.push(make('item', item)))
      }
      if (chance < 0.8) {
        held[index]!--
        return editing(id, (hero) => hero.items.splice(place, 1))
      }
      return editing(id, (hero) => recount(hero.items[place]!, amount))
    }

    return {
      initialState: () => ({
        rows: rowsOf(count, (index) => ({
          name: drawName(random),
          gold: drawInteger(random, 5_000),
          stats: { strength: drawStat(), agility: drawStat(), wit: drawStat() },
          worn: { head: drawInteger(random, 60), hand: drawInteger(random, 60), feet: drawInteger(random, 60) },
          items: Array.from({ length: held[index]! }, drawItem),
        })),
      }),
      next: () => {
        const changes = Array.from({ length: changesPerTick }, drawChange)
        return {
          changes: changesPerTick,
          play({ rows }, make) {
            for (const change of changes) change(rows, make)
          },
        }
      },
    }
  },
}

function editing(id: string, change: (hero: Hero, make: Make) => unknown): Change {
  return (rows, make) => change(rows.edit(id), make)
}

function earn(hero: Hero, gold: number): void {
  hero.gold += gold
}

function wield(worn: Hero['worn'], kind: number): void {
  worn.hand = kind
}

function train(stats: Hero['stats'], agility: number): void {
  stats.agility = agility
}

function recount(item: Item, count: number): void {
  item.count = count
}
