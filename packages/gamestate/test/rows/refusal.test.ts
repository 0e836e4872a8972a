import { deepStrictEqual, notDeepStrictEqual } from 'node:assert/strict'
import { produce } from 'immer'
import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { refusal } from '../support/refusals.js'

interface State {
  n: number
  part: { map: EntityMap<{ x: number }> }
  map: EntityMap<{ x: number }>
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    n: 0,
    part: { map: new EntityMap([['a', { x: 0 }]]) },
    map: new EntityMap([['a', { x: 0 }]]),
  }).state

describe('a comparison of maps', () => {
  const map = (x: number): EntityMap<{ x: number }> => new EntityMap([['a', { x }]])
  const past = transact<{ map: EntityMap<{ x: number }> }, void>(new GameStateStore({ map: map(1) }).state, (draft) => {
    draft.map.set('b', { x: 2 })
    draft.map.delete('b')
    draft.map.edit('a').x = 2
  }).state.map

  test('by toEqual goes by their rows', () => {
    expect({ map: map(1) }).toEqual({ map: map(1) })
    expect(past).toEqual(map(2))
    expect(past).toStrictEqual(map(2))
    expect({ map: map(1) }).not.toEqual({ map: map(2) })
    expect(map(1)).not.toEqual(new EntityMap([['b', { x: 1 }]]))
    expect(map(1)).not.toEqual(new EntityMap())
  })

  test.each([
    ['equal', 1],
    ['other', 2],
  ])('field by field throws for %s rows, as the fields do not have the rows', (_, x) => {
    expect(refusal(() => deepStrictEqual(map(1), map(x)))).toContain('compared with equalStates')
    expect(refusal(() => notDeepStrictEqual({ map: map(1) }, { map: map(x) }))).toContain('compared with equalStates')
  })
})

describe('a copy of a state', () => {
  test('by structuredClone throws, for versions and for drafts', () => {
    const state = first()
    expect(() => structuredClone(state)).toThrow(/entityMapCannotBeCloned/)
    expect(() => structuredClone(state.map)).toThrow(/entityMapCannotBeCloned/)
    transact<State, void>(state, (draft) => {
      expect(() => structuredClone(draft)).toThrow()
      expect(() => structuredClone(draft.part)).toThrow()
      expect(() => structuredClone(draft.map)).toThrow(/entityMapCannotBeCloned/)
    })
  })

  test('by spreading holds the maps; a map that is spread is refused as a part of a state', () => {
    const state = first()
    expect({ ...state }.map).toBe(state.map)
    const rule = (draft: State): void => {
      draft.map = { ...draft.map } as State['map']
    }
    expect(refusal(() => transact<State, void>(state, rule))).toContain('invalid_value: map.table: a state cannot hold')
  })

  test('by immer keeps its rows', () => {
    const state = first()
    const next = produce(state, (draft) => {
      draft.n = 1
    })
    expect(next.map).toBe(state.map)
  })
})
