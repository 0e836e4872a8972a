import { describe, expect, test } from 'vitest'
import { editVersion } from '../src/edit.js'
import { applyDelta, EntityMap, encodeDelta, equalStates, GameStateStore, type Immutable } from '../src/index.js'
import { refusal } from './support/refusals.js'

interface State {
  n: number
  part: { n: number; map: EntityMap<{ x: number }> }
  list: { v: number }[]
  map: EntityMap<{ x: number; bag: { gold: number } }>
  bytes: Uint8Array
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    n: 0,
    part: { n: 0, map: new EntityMap([['a', { x: 0 }]]) },
    list: [{ v: 1 }, { v: 2 }],
    map: new EntityMap([['a', { x: 0, bag: { gold: 1 } }]]),
    bytes: Uint8Array.of(1),
  }).state

/** The same version as a replica has it. */
const decoded = (): Immutable<State> => applyDelta<State>(undefined, encodeDelta(undefined, first()))

describe.each([
  ['of a store', first],
  ['of a replica', decoded],
])('a version %s', (_, make) => {
  test('is edited at every depth, maps included, and stays as it is', () => {
    const base = make()
    const next = editVersion<State>(base, (state) => {
      state.n = 1
      state.list[0]!.v = 7
      state.part.map.edit('a').x = 2
      state.map.set('b', { x: 3, bag: { gold: 0 } })
      state.map.edit('a').bag.gold = 5
    })
    expect([next.n, next.list, next.part.map.get('a'), [...next.map]]).toEqual([
      1,
      [{ v: 7 }, { v: 2 }],
      { x: 2 },
      [
        ['a', { x: 0, bag: { gold: 5 } }],
        ['b', { x: 3, bag: { gold: 0 } }],
      ],
    ])
    expect(equalStates(base, first())).toBe(true)
  })

  test('shares with the next one what has not changed, and is the next one if nothing has', () => {
    const base = make()
    const next = editVersion<State>(base, (state) => {
      state.list[0]!.v = 7
    })
    expect(next.list[1]).toBe(base.list[1])
    expect(next.part).toBe(base.part)
    expect(next.map).toBe(base.map)
    const same = editVersion<State>(base, (state) => {
      state.n++
      state.n--
      state.map.edit('a').x = 0
    })
    expect(same).toBe(base)
  })

  test('gives one that a store takes, and whose maps only rules change', () => {
    const store = new GameStateStore<State>(make() as State)
    const next = editVersion<State>(store.state, (state) => void state.map.edit('a').x++)
    store.commit(next, 1)
    expect(store.state).toBe(next)
    expect(refusal(() => (next.map as State['map']).edit('a'))).toMatch(/^transaction_over: /)
    expect(() => Object.assign(next.map.get('a')!, { x: 9 })).toThrow(TypeError)
  })
})

test('a recipe may return another state', () => {
  const next = editVersion<State>(first(), (state) => ({ ...state, n: 5 }))
  expect(next.n).toBe(5)
  expect(next.map.get('a')).toEqual({ x: 0, bag: { gold: 1 } })
})

test.each<[string, (state: State) => unknown, string]>([
  ['in a part', (state) => ((state.part as { n: unknown }).n = () => 1), 'part.n: a state cannot hold a function'],
  [
    'in a row',
    (state) => Object.assign(state.map.edit('a'), { bad: () => 1 }),
    'map.a.bad: a state cannot hold a function',
  ],
])('a value %s that a state cannot hold is refused with its path', (_, recipe, message) => {
  const base = first()
  expect(refusal(() => editVersion<State>(base, (state) => void recipe(state)))).toBe(`invalid_value: ${message}`)
  expect(equalStates(base, first())).toBe(true)
})

test('a recipe that returns a promise is refused', () => {
  const recipe = (async () => {}) as never
  expect(refusal(() => editVersion<State>(first(), recipe))).toMatch(/^invalid_argument: the recipe returned a promise/)
})
