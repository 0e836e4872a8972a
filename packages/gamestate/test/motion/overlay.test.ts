import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineGame, EntityMap, equalStates, GameStateStore, type Immutable, transact } from '../../src/index.js'
import type { PartMotion } from '../../src/motion/blend.js'
import { changedRows, eachRowIn, rowIn, withRows } from '../../src/motion/overlay.js'
import type { Row } from '../../src/rows/page.js'
import { runsOf } from '../support/runs.js'

interface State {
  round: number
  players: EntityMap<{ x: number }>
}

const { motion } = defineGame({
  initialState: () => ({
    players: new EntityMap<{ x: number }>(),
    list: [] as { x: number }[],
    record: {} as Record<string, { x: number }>,
    single: { x: 1 },
  }),
  motion: {
    players: { fields: { x: 'linear' } },
    list: { fields: { x: 'linear' } },
    record: { fields: { x: 'linear' } },
    single: { fields: { x: 'linear' } },
  },
})
const [players, list, record, single] = motion!.parts as [PartMotion, PartMotion, PartMotion, PartMotion]

const row = (x: number): Row => Object.freeze({ x })

function stateOf(rows: Record<string, number>): Immutable<State> {
  const entries = Object.entries(rows).map(([id, x]) => [id, { x }] as const)
  return new GameStateStore<State>({ round: 1, players: new EntityMap(entries) }).state
}

const rowsOf = (map: unknown): Record<string, number> =>
  Object.fromEntries([...(map as EntityMap<{ x: number }>)].map(([id, { x }]) => [id, x]))

describe('rows of another version', () => {
  test('replace, add and remove rows of a map, and leave the map as it is', () => {
    const map = stateOf({ a: 1, b: 2, c: 3 }).players
    const changed = withRows(
      players,
      map,
      new Map<string, Row | undefined>([
        ['a', row(10)],
        ['b', undefined],
        ['d', row(4)],
        ['e', undefined],
      ]),
    )
    expect(rowsOf(changed)).toEqual({ a: 10, c: 3, d: 4 })
    expect(rowsOf(map)).toEqual({ a: 1, b: 2, c: 3 })
    expect(rowIn(players, changed, 'c')).toBe(map.get('c'))
    expect(Object.isFrozen(changed)).toBe(true)
  })

  test('that are there already change nothing', () => {
    const map = stateOf({ a: 1 }).players
    expect(withRows(players, map, new Map([['a', map.get('a') as Row]]))).toBe(map)
    expect(withRows(undefined, map, new Map([['b', undefined]]))).toBe(map)
  })

  test('replace rows of lists, records and single rows', () => {
    const rows = [row(1), row(2)]
    expect(
      withRows(
        list,
        rows,
        new Map<number, Row | undefined>([
          [1, row(5)],
          [0, undefined],
          [7, row(7)],
        ]),
      ),
    ).toEqual([row(1), row(5)])
    expect(withRows(list, rows, new Map([[0, rows[0]]]))).toBe(rows)
    const records = { a: row(1), b: row(2) }
    expect(
      withRows(
        record,
        records,
        new Map<string, Row | undefined>([
          ['a', undefined],
          ['c', row(3)],
        ]),
      ),
    ).toEqual({
      b: row(2),
      c: row(3),
    })
    expect(withRows(single, row(1), new Map([['single', row(2)]]))).toEqual(row(2))
    expect(withRows(single, null, new Map([['single', row(2)]]))).toBeNull()
  })

  test('are found one by one, in parts of every kind', () => {
    const all = (part: PartMotion, value: unknown): unknown[] => {
      const found: unknown[] = []
      eachRowIn(part, value, ({ x }, id) => found.push([id, x]))
      return found
    }
    expect(all(players, stateOf({ a: 1, b: 2 }).players)).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(all(list, [row(1), row(2)])).toEqual([
      [0, 1],
      [1, 2],
    ])
    expect(all(record, { a: row(1) })).toEqual([['a', 1]])
    expect(all(single, row(9))).toEqual([['single', 9]])
    expect(all(single, null)).toEqual([])
    expect(rowIn(list, [row(1)], 0)).toEqual(row(1))
    expect(rowIn(single, row(9), 'single')).toEqual(row(9))
    expect([rowIn(single, row(9), 'x'), rowIn(record, {}, 'toString'), rowIn(list, [], 'length')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

test('what differs between two states: rows of maps by id, other parts as a whole', () => {
  const before = stateOf({ a: 1, b: 2, c: 3 })
  const { state: after } = transact<State, void>(before, (draft) => {
    draft.round = 2
    draft.players.edit('a').x = 5
    draft.players.delete('b')
    draft.players.set('d', { x: 4 })
  })
  expect(changedRows(before, after)).toEqual(
    new Map<string, unknown>([
      ['round', 'all'],
      ['players', new Set(['a', 'b', 'd'])],
    ]),
  )
  expect(changedRows(after, after).size).toBe(0)
})

test('law: the rows that differ, taken over, make one version of the other', () => {
  const numbers = fc.dictionary(fc.constantFrom(...'abcdefghij'), fc.integer({ min: 0, max: 3 }))
  fc.assert(
    fc.property(numbers, numbers, (rows, next) => {
      const before = stateOf(rows)
      const { state: after } = transact<State, void>(before, (draft) => {
        for (const id of [...draft.players.keys()]) if (!(id in next)) draft.players.delete(id)
        for (const [id, x] of Object.entries(next)) draft.players.set(id, { x })
      })
      const ids = (changedRows(before, after).get('players') ?? new Set()) as ReadonlySet<string>
      const changes = new Map([...ids].map((id) => [id, after.players.get(id) as Row | undefined]))
      const taken = withRows(players, before.players, changes) as EntityMap<{ x: number }>
      expect(rowsOf(taken)).toEqual(rowsOf(after.players))
      for (const [id, { x }] of before.players) expect(ids.has(id)).toBe(next[id] !== x)
      expect(equalStates(before.players, stateOf(rows).players)).toBe(true)
    }),
    { numRuns: runsOf(300) },
  )
})
