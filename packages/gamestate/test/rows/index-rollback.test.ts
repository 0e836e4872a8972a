import { describe, expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../../src/index.js'

interface State {
  map: EntityMap<{ x: number }>
}

const first = (): Immutable<State> => new GameStateStore<State>({ map: new EntityMap([['a', { x: 1 }]]) }).state
const indexOf = (state: Immutable<State>) => (state.map as State['map']).table.index

/** The index of ids is shared by all versions of a map. An id that no version has had must not stay in it. */
describe('the index of ids', () => {
  test.each<[string, (draft: State) => void]>([
    [
      'throws',
      ({ map }) => {
        map.set('gone', { x: 1 })
        throw new Error('stop')
      },
    ],
    [
      'takes back what it did',
      ({ map }) => {
        map.set('gone', { x: 1 })
        map.delete('gone')
      },
    ],
    [
      'takes back one of two rows',
      ({ map }) => {
        map.set('gone', { x: 1 })
        map.set('b', { x: 1 })
        map.delete('gone')
      },
    ],
    [
      'is refused for a row',
      ({ map }) => {
        map.set('gone', { x: 1 })
        map.edit('gone').x = (() => 1) as never
      },
    ],
    [
      'drops the map',
      (draft) => {
        draft.map.set('gone', { x: 1 })
        draft.map = new EntityMap()
      },
    ],
  ])('keeps nothing of a rule that %s', (_, rule) => {
    const state = first()
    try {
      transact<State, void>(state, rule)
    } catch {}
    expect(indexOf(state).hints('gone')).toBeUndefined()
    expect(indexOf(state).hints('a')).toBe(0)
  })

  test('keeps nothing of a delta that is refused', () => {
    const state = first()
    const next = transact<State, void>(state, ({ map }) => void map.set('gone', { x: 1 })).state
    const delta = encodeDelta(state, next)
    const own = applyDelta<State>(undefined, encodeDelta(undefined, state))
    expect(() => applyDelta(own, delta.slice(0, -1))).toThrow()
    expect(indexOf(own).hints('gone')).toBeUndefined()
    expect(indexOf(applyDelta(own, delta)).hints('gone')).toBe(1)
  })

  test('knows an id while its transaction runs, and from then on', () => {
    const state = first()
    const next = transact<State, void>(state, ({ map }) => {
      map.set('b', { x: 2 })
      map.delete('b')
      map.set('c', { x: 3 })
      map.set('b', { x: 4 })
      map.edit('b').x++
      expect([map.get('b'), map.get('c'), map.has('d')]).toEqual([{ x: 5 }, { x: 3 }, false])
      const inner = transact<State, void>(state, (other) => {
        other.map.set('b', { x: 6 })
      }).state
      expect(inner.map.get('b')).toEqual({ x: 6 })
      expect(map.get('b')).toEqual({ x: 5 })
    }).state
    expect([next.map.get('b'), next.map.get('c'), state.map.get('b')]).toEqual([{ x: 5 }, { x: 3 }, undefined])
  })
})
