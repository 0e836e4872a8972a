import { setFlagsFromString } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyDelta,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateStore,
  type Immutable,
  transact,
} from '../../src/index.js'
import type { Table } from '../../src/rows/table.js'
import { runsOf } from '../support/runs.js'

type Row = Record<string, unknown>
interface State {
  m: EntityMap<Row, number>
}

const tableOf = (state: Immutable<State>): Table => (state.m as unknown as EntityMap<Row, number>).table
const versionOf = (rows: readonly Row[]): Immutable<State> =>
  new GameStateStore<State>({ m: new EntityMap(rows.map((row, id) => [id, row] as const)) }).state
const change = (base: Immutable<State>, rule: (map: EntityMap<Row, number>) => void): Immutable<State> =>
  transact<State, void>(base as State, ({ m }) => rule(m)).state
const kindsOf = (state: Immutable<State>): (readonly number[] | undefined)[] =>
  tableOf(state).pages.map(({ layout }) => layout?.kinds)
const replicaOf = (state: Immutable<State>): Immutable<State> =>
  applyDelta<State>(undefined, encodeDelta<State>(undefined, state))

const [asNumbers, asBits, asValues] = [0, 1, 2]

describe('the columns of a page', () => {
  const rows = Array.from({ length: 40 }, (_, id) => ({ x: id / 4, on: id % 3 === 0, name: `n${id}` }))

  test('are of the kinds of their values, and numbers that become texts are values on that page', () => {
    const base = versionOf(rows)
    expect(kindsOf(base)).toEqual([
      [asNumbers, asBits, asValues],
      [asNumbers, asBits, asValues],
    ])
    const next = change(base, (m) => {
      m.edit(3).x = 'far'
      m.edit(35).x = 1e300
    })
    expect(kindsOf(next)).toEqual([
      [asValues, asBits, asValues],
      [asNumbers, asBits, asValues],
    ])
    expect([next.m.get(3), next.m.get(4), next.m.get(35)]).toEqual([
      { ...rows[3], x: 'far' },
      rows[4],
      { ...rows[35], x: 1e300 },
    ])
    const replica = applyDelta<State>(replicaOf(base), encodeDelta<State>(base, next))
    expect(equalStates(replica, next)).toBe(true)
    expect(kindsOf(replica)).toEqual(kindsOf(next))
  })

  test('are of the same kinds on a replica, however many fields the rows have', () => {
    for (const count of [1, 7, 8, 12, 30]) {
      const fields = Array.from({ length: count }, (_, field) => `f${field} of ${count}`)
      for (const value of [0.5, true]) {
        const base = versionOf(
          Array.from({ length: 40 }, () => Object.fromEntries(fields.map((name) => [name, value]))),
        )
        const replica = replicaOf(base)
        const wanted = fields.map(() => (value === true ? asBits : asNumbers))
        expect(kindsOf(base)).toEqual([wanted, wanted])
        expect(kindsOf(replica)).toEqual([wanted, wanted])
        // no layouts for the kinds on the way
        expect(tableOf(replica).shapes[1]!.layouts.size).toBeLessThan(3)
      }
    }
  })

  test('have flags that flip in several pages, and leave those of the version before', () => {
    const base = versionOf(rows)
    const next = change(base, (m) => {
      for (const id of [1, 2, 6, 31, 33, 39]) m.edit(id).on = !rows[id]!.on
    })
    const replica = replicaOf(base)
    expect(equalStates(applyDelta<State>(replica, encodeDelta<State>(base, next)), next)).toBe(true)
    expect(equalStates(replica, base)).toBe(true)
  })

  test('are row objects while the rows of the page have several shapes', () => {
    const base = versionOf(rows)
    const mixed = change(base, (m) => void m.set(2, { other: 1 }))
    expect(kindsOf(mixed)).toEqual([undefined, [asNumbers, asBits, asValues]])
    const again = change(mixed, (m) => void m.set(2, { ...rows[2]! }))
    expect(kindsOf(again)).toEqual(kindsOf(base))
    for (const state of [mixed, again]) expect(equalStates(replicaOf(state), state)).toBe(true)
  })

  test('are shared with the version before, if they have not changed', () => {
    const base = versionOf(rows)
    const next = change(base, (m) => {
      m.edit(3).x = 5
    })
    const [before, after] = [tableOf(base).pages[0]!, tableOf(next).pages[0]!]
    expect(after.columns.map((column, field) => column === before.columns[field])).toEqual([false, true, true])
    expect(tableOf(next).pages[1]).toBe(tableOf(base).pages[1])
  })

  test('are shared one by one, also those of parts that a rule has been given and has not changed', () => {
    const base = versionOf(rows.map((row) => ({ ...row, at: { x: row.x }, bag: [{ n: 1 }, { n: 2 }] })))
    const isShared = (next: Immutable<State>): boolean[] =>
      tableOf(next).pages[0]!.columns.map((column, field) => column === tableOf(base).pages[0]!.columns[field])
    const moved = change(base, (m) => {
      const row = m.edit(3) as { at: { x: number }; bag: { n: number }[] }
      row.at.x = row.bag[1]!.n
    })
    expect(moved.m.get(3)).toEqual({ ...rows[3], at: { x: 2 }, bag: [{ n: 1 }, { n: 2 }] })
    expect(isShared(moved)).toEqual([true, true, true, false, true])
    const equal = change(base, (m) => {
      m.edit(3).x = 7
      m.edit(4).at = { x: rows[4]!.x }
      m.edit(5).at = base.m.get(5)!.at
    })
    expect(isShared(equal)).toEqual([false, true, true, true, true])
  })

  test('hold numbers unboxed, on servers and replicas', () => {
    setFlagsFromString('--allow-natives-syntax')
    const isUnboxed = new Function('list', 'return %HasDoubleElements(list)') as (list: unknown) => boolean
    let state = versionOf(rows)
    let replica = replicaOf(state)
    for (let tick = 0; tick < 50; tick++) {
      const next = change(state, (m) => {
        m.editEach((row, id) => {
          row.x = (row.x as number) + (tick % 2 === 0 ? 1 : 0.3)
          if (id === 1) row.name = tick % 2 === 0 ? tick : null
        })
        if (tick % 5 === 0) m.set(40 + tick, { x: tick, on: false, name: '' })
      })
      replica = applyDelta<State>(replica, encodeDelta<State>(state, next))
      state = next
      for (const [place, one] of [state, replica].entries()) {
        for (const [number, { columns }] of tableOf(one).pages.entries()) {
          expect([tick, place, number, isUnboxed(columns[0])]).toEqual([tick, place, number, true])
        }
      }
    }
  })

  test('keep no text of a row that is gone', () => {
    const next = change(versionOf(rows), (m) => void m.delete(3))
    expect(tableOf(next).pages[0]!.columns[2]).not.toContain('n3')
  })
})

describe('a row that was read', () => {
  const rows = Array.from({ length: 40 }, (_, id) => ({ x: id, name: `n${id}`, list: [id] }))

  test.each<[string, (base: Immutable<State>, next: Immutable<State>) => void]>([
    ['before the change', (base) => void base.m.get(3)],
    ['after the change, in the old version first', (base, next) => [base.m.get(3), next.m.get(3)]],
    ['after the change, in the new version first', (base, next) => [next.m.get(3), base.m.get(3)]],
  ])('%s is the same object in all versions in which it is the same row', (when, read) => {
    const base = versionOf(rows)
    if (when === 'before the change') read(base, base)
    const second = change(base, (m) => {
      m.edit(4).x = -1
    })
    const third = change(second, (m) => {
      m.edit(5).x = -1
      m.delete(6)
      m.set(50, { x: 1, name: '', list: [] })
    })
    read(base, third)
    for (const next of [second, third]) {
      expect(next.m.get(3)).toBe(base.m.get(3))
      expect(next.m.get(3)).toBe(next.m.get(3))
      expect(Object.isFrozen(next.m.get(3))).toBe(true)
      expect(next.m.get(4)).not.toBe(base.m.get(4))
      expect(next.m.get(4)!.list).toBe(base.m.get(4)!.list)
    }
  })

  test('is the same object in a subset, and in the replicas of later deltas', () => {
    const base = versionOf(rows)
    expect(base.m.filter((_, id) => id < 9).get(3)).toBe(base.m.get(3))
    expect(base.m.pick([3]).get(3)).toBe(base.m.get(3))
    const next = change(base, (m) => {
      m.edit(4).x = -1
    })
    const replica = replicaOf(base)
    const row = replica.m.get(3)
    const later = applyDelta<State>(replica, encodeDelta<State>(base, next))
    expect(later.m.get(3)).toBe(row)
    expect(later.m.get(4)).toEqual(next.m.get(4))
  })
})

describe('deltas', () => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -100, max: 100 }) },
    fc.double(),
    fc.boolean(),
    fc.constantFrom('a', 'b', null, -0, Number.NaN),
    fc.constantFrom([1], [1, 2]),
  )
  const row = fc.oneof(
    { weight: 4, arbitrary: fc.record({ x: value, y: value, on: fc.boolean() }) },
    fc.record({ x: value, name: fc.string() }),
    fc.constant({}),
  )
  const step = fc.oneof(
    fc.record({ set: fc.tuple(fc.nat(80), row) }),
    fc.record({ edit: fc.tuple(fc.nat(80), fc.constantFrom('x', 'y', 'on'), value) }),
    fc.record({ drop: fc.nat(80) }),
  )
  const versions = fc.array(fc.array(step, { maxLength: 20 }), { minLength: 1, maxLength: 5 })

  function play(m: EntityMap<Row, number>, steps: readonly object[]): void {
    for (const one of steps as { set?: [number, Row]; edit?: [number, string, unknown]; drop?: number }[]) {
      if (one.set !== undefined) m.set(...one.set)
      else if (one.drop !== undefined) m.delete(one.drop)
      else if (m.has(one.edit![0])) m.edit(one.edit![0])[one.edit![1]] = one.edit![2]
    }
  }

  test('lead from any version to any other one, whatever kinds and shapes rows have had', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), versions, fc.boolean(), (rows, script, areRead) => {
        const states = [versionOf(rows as Row[])]
        for (const steps of script) {
          const base = states.at(-1)!
          if (areRead) for (const _ of base.m);
          states.push(change(base, (m) => play(m, steps)))
        }
        for (const [from, base] of states.entries()) {
          const replica = replicaOf(base)
          expect(equalStates(replica, base)).toBe(true)
          for (const next of states.slice(from + 1)) {
            const delta = encodeDelta<State>(base, next)
            expect(equalStates(delta.length === 0 ? replica : applyDelta<State>(replica, delta), next)).toBe(true)
          }
        }
      }),
      { numRuns: runsOf(500) },
    )
  })
})
