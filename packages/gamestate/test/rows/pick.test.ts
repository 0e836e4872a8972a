import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { runsOf } from '../support/runs.js'

interface State {
  m: EntityMap<{ x: number }, number>
}

function versionOf(count: number): Immutable<State> {
  const m = new EntityMap<{ x: number }, number>()
  for (let id = 0; id < count; id++) m.set(id, { x: id })
  return new GameStateStore<State>({ m }).state
}

const idsOf = (map: Iterable<readonly [number, unknown]>): number[] => [...map].map(([id]) => id)

describe('pick', () => {
  test('gives the rows with the ids, the very same ones, in the order of their slots', () => {
    const { m } = versionOf(100)
    const some = m.pick([70, 3, 35])
    expect(idsOf(some)).toEqual([3, 35, 70])
    expect(some.get(35)).toBe(m.get(35))
    expect([some.size, some.has(4), some.get(4)]).toEqual([3, false, undefined])
  })

  test.each<[string, Iterable<number>]>([
    ['a set', new Set([1, 2])],
    ['a frozen array', Object.freeze([2, 1])],
    ['an array with an id twice', [1, 2, 1]],
    ['a generator', versionOf(3).m.pick([1, 2]).keys()],
    ['ids that no row has', [1, 2, 99, -1]],
  ])('takes %s', (_, ids) => {
    expect(idsOf(versionOf(5).m.pick(ids))).toEqual([1, 2])
  })

  test('of all rows is the map itself, of none an empty one', () => {
    const { m } = versionOf(3)
    expect(m.pick([0, 1, 2])).toBe(m)
    expect([...m.pick([])]).toEqual([])
  })

  test('of a subset takes rows of the subset only', () => {
    const part = versionOf(100).m.filter((row) => row.x % 2 === 0)
    expect(idsOf(part.pick([1, 2, 3, 4, 98]))).toEqual([2, 4, 98])
    expect(idsOf(part.filter((row) => row.x > 94))).toEqual([96, 98])
  })

  test('of a subset does not remember the rows that the same list picked of the whole map', () => {
    const { m } = versionOf(40)
    const ids = Object.freeze([1, 2, 3, 35])
    expect(idsOf(m.pick(ids))).toEqual([1, 2, 3, 35])
    const even = m.filter((row) => row.x % 2 === 0)
    expect(idsOf(even.pick(ids))).toEqual([2])
    expect(idsOf(m.filter((row) => row.x % 2 === 1).pick(ids))).toEqual([1, 3, 35])
    expect(idsOf(m.pick(ids))).toEqual([1, 2, 3, 35])
    const goesOn: Immutable<State> = { m: even }
    const later = transact(goesOn as State, (draft) => {
      draft.m.edit(2).x = 7
    }).state
    expect([...later.m.pick(ids)]).toEqual([[2, { x: 7 }]])
  })

  test('is not for a map that a transaction has changed', () => {
    const pickDraft = (draft: State): unknown => {
      draft.m.edit(1).x = 5
      return draft.m.pick([1])
    }
    expect(() => transact(versionOf(3), pickDraft)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

const script = fc.array(
  fc.record({
    edits: fc.array(fc.nat(79), { maxLength: 4 }),
    deletes: fc.array(fc.nat(99), { maxLength: 3 }),
    sets: fc.array(fc.nat(99), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 8 },
)

test('a frozen list picks what a filter by its ids lets through, in whatever version it is asked for', () => {
  fc.assert(
    fc.property(script, fc.array(fc.uniqueArray(fc.nat(99)), { minLength: 1, maxLength: 3 }), (steps, lists) => {
      const frozen = lists.map((ids) => Object.freeze(ids))
      const states = [versionOf(80)]
      for (const { edits, deletes, sets } of steps) {
        const { state } = transact(states[states.length - 1] as State, (draft) => {
          for (const id of edits) if (draft.m.has(id)) draft.m.edit(id).x++
          for (const id of deletes) draft.m.delete(id)
          for (const id of sets) draft.m.set(id, { x: -id })
        })
        states.push(state)
      }
      // there and back again: what is remembered is of the version that was asked last
      for (const { m } of [...states, ...states.toReversed()]) {
        for (const ids of frozen) {
          const odd = m.filter((row) => row.x % 2 !== 0)
          expect([...m.pick(ids)]).toEqual([...m.filter((_, id) => ids.includes(id))])
          expect([...odd.pick(ids)]).toEqual([...odd.filter((_, id) => ids.includes(id))])
        }
      }
    }),
    { numRuns: runsOf(1000) },
  )
})
