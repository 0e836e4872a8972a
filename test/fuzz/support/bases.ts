import { EntityMap, type Immutable } from '@tygase/gamestate'
import { Dice } from '../dice.js'
import { type AnyState, drawRow, versionOf } from './draw-state.js'

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { n: value }
  return value
}

function bodies(count: number): EntityMap<Record<string, unknown>, string | number> {
  return new EntityMap(
    Array.from({ length: count }, (_, index) => [
      `player-${index}`,
      {
        x: index * 1.37,
        y: (index % 7) - 3,
        alive: index % 2 === 0,
        name: ['idle', 'walk', 'run'][index % 3]!,
        hp: index,
      },
    ]),
  )
}

function motley(): EntityMap<Record<string, unknown>, string | number> {
  const dice = new Dice(5)
  return new EntityMap(
    Array.from({ length: 24 }, (_, index) => [index % 3 === 0 ? index : `id ${index * 1.5}`, drawRow(dice)]),
  )
}

function withGaps(): EntityMap<Record<string, unknown>, string | number> {
  const map = bodies(70)
  for (let index = 0; index < 70; index++)
    if (index % 3 === 1 || (index > 20 && index < 40)) map.delete(`player-${index}`)
  return map
}

/**
 * The versions that deltas of the fuzzers start from. The files in test/fuzz/found name them by their place: new ones go to
 * the end.
 */
export const bases: readonly Immutable<AnyState>[] = [
  versionOf({}),
  versionOf({
    phase: 'lobby',
    turn: 3,
    deck: ['a', 'b', 'c'],
    at: { x: 1, y: 2.5 },
    __prot0__: { a: 1 },
    raw: new Uint8Array([1, 2, 3]),
  }),
  versionOf({
    list: Array.from({ length: 20 }, (_, index) => index),
    hands: [
      { id: 1, cards: [1, 2, 3] },
      { id: 2, cards: [] },
      { id: 3, cards: [4] },
    ],
    grid: [
      [1, 2, 3],
      [4, 5, 6],
    ],
  }),
  versionOf({ map: bodies(5) }),
  versionOf({ map: bodies(100), tick: 7 }),
  versionOf(bodies(40) as unknown as AnyState),
  versionOf({ deep: nested(90), beside: 1 }),
  versionOf({
    wide: Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, key])),
    1: 'one',
    0: 'zero',
  }),
  versionOf({ map: motley(), other: motley() }),
  versionOf({ map: withGaps(), text: 'the quick brown fox jumps over the lazy dog' }),
]
