import { applyDelta, encodeDelta, type Immutable, transact } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { DecodedMap, type DecodedState, decodeDelta, FormCounts } from './decoder/index.js'
import { begin, type Crowd, crowdPrecision, happenings, looks, seenBy } from './support/crowds.js'
import { expectSame, rounded } from './support/plain.js'
import { WorldDice } from './support/worlds.js'

const met = new FormCounts()

/** What somebody sees of a version, as both readers have it. */
interface Sight {
  readonly view: Immutable<Crowd>
  readonly held: DecodedState
  readonly ours: Immutable<Crowd>
}

const ways = [
  { name: 'without precision', options: {}, wanted: (view: Immutable<Crowd>) => view },
  {
    name: 'with precision',
    options: { precision: crowdPrecision },
    wanted: (view: Immutable<Crowd>) => rounded(view, crowdPrecision),
  },
]

type Way = (typeof ways)[number]

/** Reads what leads from what was seen, if anything was, to the view. */
function read({ options, wanted }: Way, from: Sight | undefined, view: Immutable<Crowd>): Sight {
  const delta = encodeDelta<Crowd>(from?.view, view, options)
  const held = decodeDelta(delta, from?.held, met)
  const ours = applyDelta<Crowd>(from?.ours, delta)
  expectSame(held, wanted(view))
  expectSame(ours, wanted(view))
  return { view, held, ours }
}

function mapOf(held: DecodedState): DecodedMap {
  const map = held instanceof DecodedMap ? held : held.things
  return map instanceof DecodedMap ? map : expect.fail('no map')
}

/** Versions in which each thing happens at least twice, mostly together with another one. */
function drawVersions(dice: WorldDice): Immutable<Crowd>[] {
  let crowd = transact<Crowd, void>({} as Crowd, (draft) => {
    Object.assign(draft, begin(dice, 60))
  }).state
  const all = Object.values(happenings)
  return [...all, ...all].map((happen) => {
    crowd = transact(crowd, (draft: Crowd) => {
      happen(draft, dice)
      if (dice.below(3) > 0) all[dice.below(all.length)]!(draft, dice)
    }).state
    return crowd
  })
}

describe.each(ways)('of a map of many kinds of rows, $name,', (way) => {
  test.each(Object.entries(looks))('a part is decoded to each version in turn: %s', (_, look) => {
    for (const seed of [31, 32, 33]) {
      let seen: Sight | undefined
      for (const crowd of drawVersions(new WorldDice(seed))) seen = read(way, seen, seenBy(look, crowd))
    }
  })

  test('any part is decoded to any other one, of an earlier or a later version', () => {
    const dice = new WorldDice(34)
    const all = Object.values(looks)
    const versions = drawVersions(dice)
    const one = <T>(of: readonly T[]): T => of[dice.below(of.length)]!
    let seen: Sight | undefined
    for (let leaps = 0; leaps < 400; leaps++) {
      // what has been told before goes on being known, until somebody begins anew
      if (dice.below(20) === 0) seen = undefined
      seen = read(way, seen, seenBy(one(all), one(versions)))
    }
  })
})

test.each(Object.entries(looks).filter(([look]) => look !== 'all'))(
  'nobody is told of a kind of rows that there are none of to see: %s',
  (_, look) => {
    let seen: Sight | undefined
    const known = new Set([0])
    for (const crowd of drawVersions(new WorldDice(35))) {
      seen = read(ways[0]!, seen, seenBy(look, crowd))
      const map = mapOf(seen.held)
      for (const { shape } of map.slots.values()) known.add(shape)
      expect([...map.shapes.keys()].filter((shape) => !known.has(shape))).toEqual([])
    }
  },
)

test.each([
  ['shapes', ['shape behind a gap', 'shape passed over', 'shape told again']],
  ['forecasts', [2, 3, 4].map((kind) => `forecast ${kind} in form 4, changed rows`)],
  ['tables', ['sections 12', 'sections 18', 'sections 1a', 'sections 1f']],
])('every form of %s has been met', (_, forms) => {
  expect(forms.filter((form) => met.of(form) === 0)).toEqual([])
})
