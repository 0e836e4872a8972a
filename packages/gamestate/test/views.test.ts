import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../src/index.js'
import { Views } from '../src/internal.js'
import { runsOf } from './support/runs.js'

interface Hand {
  cards: string[]
}
interface Table {
  turn: string
  hands: EntityMap<Hand>
}

function tableOf(turn: string): Immutable<Table> {
  const hands = new EntityMap<Hand>([
    ['ann', { cards: ['2♥', '9♠'] }],
    ['bob', { cards: ['K♦'] }],
  ])
  return new GameStateStore<Table>({ turn, hands }).state
}

const ownHand = (state: Immutable<Table>, clientId: string): Immutable<Table> => ({
  ...state,
  hands: state.hands.filter((_, id) => id === clientId),
})

describe('views', () => {
  test('are made once for a version and a key, and are frozen', () => {
    const view = vi.fn(ownHand)
    const views = new Views(view)
    const state = tableOf('ann')
    const own = views.of(state, 'ann', views.keyOf(state, 'ann'))
    expect(views.of(state, 'ann', views.keyOf(state, 'ann'))).toBe(own)
    expect(view).toHaveBeenCalledTimes(1)
    expect(Object.isFrozen(own)).toBe(true)
    expect([...own.hands.keys()]).toEqual(['ann'])
    const other = views.of(state, 'bob', views.keyOf(state, 'bob'))
    expect([...other.hands.keys()]).toEqual(['bob'])
  })

  test('are shared by clients with the same key', () => {
    const views = new Views<Table>(
      (state) => ({ ...state, turn: 'anyone' }),
      () => 'team',
    )
    const state = tableOf('ann')
    expect(views.keyOf(state, 'ann')).toBe(views.keyOf(state, 'bob'))
    expect(views.of(state, 'bob', 'team')).toBe(views.of(state, 'ann', 'team'))
  })

  test('share with the version what they leave as it is', () => {
    const state = tableOf('ann')
    const view = new Views<Table>((whole) => ({ ...whole })).of(state, 'ann', 'ann')
    expect(view.hands).toBe(state.hands)
  })

  test.each<[string, unknown, string]>([
    ['a function in it', { turn: () => 1, hands: new EntityMap() }, 'turn'],
    ['nothing', undefined, 'view'],
    ['a text', 'all', 'view'],
  ])('are refused with %s', (_, made, path) => {
    const views = new Views<Table>(() => made as Immutable<Table>)
    expect(() => views.of(tableOf('ann'), 'ann', 'ann')).toThrow(
      expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining(path) }),
    )
  })

  test('keep 0 and -0 apart: the client has the very numbers of its view, wherever they stand and whatever they were before', () => {
    interface Numbers {
      list: number[]
      rows: EntityMap<{ [field: string]: number }, number>
    }
    const tableOfNumbers = (...values: number[]): fc.Arbitrary<number[][]> => {
      const number = fc.constantFrom(...values)
      return fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), { minLength: 40, maxLength: 40 })
    }
    // changes are counts only as long as all of a column are
    const numbers = fc.oneof(tableOfNumbers(0, -0, 1, -1, 0.5, Number.NaN), tableOfNumbers(0, -0, 1, -1))
    const ids = ['even', 'odd']
    const isOf = (clientId: string, id: number): boolean => id % 2 === ids.indexOf(clientId)
    const views = new Views<Numbers>(({ list, rows }, clientId) => ({
      list: list.filter((_, place) => isOf(clientId, place)),
      rows: rows.filter((_, id) => isOf(clientId, id)),
    }))
    const set = (state: Numbers, values: readonly (readonly number[])[]): void => {
      state.list = values.map(([first = 0]) => first)
      for (const [id, [x = 0, y = 0, z = 0]] of values.entries()) {
        if (!state.rows.has(id)) state.rows.set(id, { x, y, z })
        else Object.assign(state.rows.edit(id), { x, y, ...(z === 1 && { z }) })
      }
    }
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 2, maxLength: 4 }), (versions) => {
        let state = new GameStateStore<Numbers>({ list: [], rows: new EntityMap() }).state
        const bases: (Immutable<Numbers> | undefined)[] = [undefined, undefined]
        const replicas: (Immutable<Numbers> | undefined)[] = [undefined, undefined]
        for (const values of versions) {
          state = transact(state as Numbers, (draft) => set(draft, values)).state
          for (const [client, id] of ids.entries()) {
            const view = views.of(state, id, id)
            const delta = encodeDelta<Numbers>(bases[client], view, { isView: true })
            const replica = applyDelta<Numbers>(replicas[client], delta)
            // toEqual keeps 0 and -0 apart
            expect(replica.list).toEqual(view.list)
            expect([...replica.rows.entries()]).toEqual([...view.rows.entries()])
            bases[client] = view
            replicas[client] = replica
          }
        }
      }),
      { numRuns: runsOf(100) },
    )
  })

  test('need a text as their key', () => {
    const views = new Views<Table>(ownHand, () => 7 as unknown as string)
    expect(() => views.keyOf(tableOf('ann'), 'ann')).toThrow(expect.objectContaining({ code: 'invalid_value' }))
  })
})
