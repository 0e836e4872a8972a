import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { runsOf } from '../support/runs.js'

interface Row {
  x: number
  name: string
}
interface State {
  m: EntityMap<Row, number>
}

function versionOf(count: number): Immutable<State> {
  const m = new EntityMap<Row, number>()
  for (let id = 0; id < count; id++) m.set(id, { x: id, name: `n${id}` })
  return new GameStateStore<State>({ m }).state
}

const idsOf = (map: Iterable<readonly [number, unknown]>): number[] => [...map].map(([id]) => id)

test('a filtered map holds the rows that were kept, the very same ones, and no others', () => {
  const { m } = versionOf(100)
  const some = m.filter((row) => row.x % 7 === 0)
  expect(idsOf(some)).toEqual([0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 98])
  expect(some.size).toBe(15)
  expect(some.get(14)).toBe(m.get(14))
  expect(some.get(15)).toBeUndefined()
  expect(some.has(15)).toBe(false)
})

test('all rows are the map itself, and none an empty one', () => {
  const { m } = versionOf(40)
  expect(m.filter(() => true)).toBe(m)
  const none = m.filter(() => false)
  expect([none.size, idsOf(none)]).toEqual([0, []])
})

test('a map that a transaction has changed is not filtered', () => {
  const base = versionOf(3)
  const filterDraft = (draft: State): unknown => {
    draft.m.edit(1).x = 5
    return draft.m.filter(() => true)
  }
  expect(() => transact(base, filterDraft)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test('bytes of a filtered map say nothing of the rows that were left out', () => {
  const { m } = versionOf(64)
  const text = new TextDecoder('latin1').decode(encodeDelta(undefined, { m: m.filter((row) => row.x === 5) }))
  expect(text).toContain('n5')
  for (const hidden of ['n4', 'n6', 'n63']) expect(text).not.toContain(hidden)
})

const steps = fc.array(
  fc.record({
    edits: fc.array(fc.nat(79), { maxLength: 12 }),
    sets: fc.array(fc.nat(99), { maxLength: 6 }),
    deletes: fc.array(fc.nat(99), { maxLength: 6 }),
    modulus: fc.integer({ min: 1, max: 5 }),
    rest: fc.nat(4),
  }),
  { minLength: 1, maxLength: 6 },
)

test('a client with the deltas between filtered maps has the rows that pass the filter, whatever happens', () => {
  fc.assert(
    fc.property(steps, (script) => {
      let state = versionOf(80)
      let view: Immutable<State> | undefined
      let replica: Immutable<State> | undefined
      for (const { edits, sets, deletes, modulus, rest } of script) {
        state = transact(state as State, (draft) => {
          for (const id of edits) if (draft.m.has(id)) draft.m.edit(id).x += 1
          for (const id of deletes) draft.m.delete(id)
          for (const id of sets) draft.m.set(id, { x: id * 2, name: `again${id}` })
        }).state
        const next: Immutable<State> = { m: state.m.filter((row, id) => (row.x + id) % modulus === rest % modulus) }
        const delta = encodeDelta(view, next)
        replica = delta.length === 0 ? replica : applyDelta<State>(replica, delta)
        view = next
        const wanted = [...state.m].filter(([id, row]) => (row.x + id) % modulus === rest % modulus)
        expect([...(replica?.m ?? [])]).toEqual(wanted)
        expect([...next.m]).toEqual(wanted)
      }
    }),
    { numRuns: runsOf(2000) },
  )
})

test('a state may go on with a filtered map', () => {
  fc.assert(
    fc.property(steps, (script) => {
      let state: Immutable<State> = { m: versionOf(80).m.filter((row) => row.x % 3 !== 0) }
      let replica = applyDelta<State>(undefined, encodeDelta(undefined, state))
      const model = new Map<number, Row>([...state.m].map(([id, row]) => [id, { ...row }]))
      for (const { edits, sets, deletes } of script) {
        const next: Immutable<State> = transact(state as State, (draft) => {
          for (const id of sets) draft.m.set(id, { x: id, name: 'new' })
          for (const id of edits) if (draft.m.has(id)) draft.m.edit(id).x += 1
          for (const id of deletes) draft.m.delete(id)
        }).state
        for (const id of sets) model.set(id, { x: id, name: 'new' })
        for (const id of edits) if (model.has(id)) model.get(id)!.x += 1
        for (const id of deletes) model.delete(id)
        const delta = encodeDelta(state, next)
        if (delta.length > 0) replica = applyDelta<State>(replica, delta)
        state = next
        const byId = (a: readonly [number, unknown], b: readonly [number, unknown]): number => a[0] - b[0]
        expect([...state.m].sort(byId)).toEqual([...model].sort(byId))
        expect([...replica.m]).toEqual([...state.m])
        expect(state.m.size).toBe(model.size)
      }
    }),
    { numRuns: runsOf(2000) },
  )
})

test('a state that goes on with filtered maps again and again takes no more slots than rows', () => {
  let state = versionOf(100)
  for (let round = 1; round <= 200; round++) {
    const kept: Immutable<State> = { m: state.m.filter((row) => row.x % 4 !== round % 4) }
    state = transact(kept as State, (draft) => {
      for (let id = 0; draft.m.size < 100; id++) if (!draft.m.has(id)) draft.m.set(id, { x: id + round, name: '' })
    }).state
  }
  const slots = [...(state.m as EntityMap<Row, number>).table.slots()]
  expect(slots[slots.length - 1]).toBeLessThan(128)
})
