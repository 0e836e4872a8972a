import { describe, expect, test } from 'vitest'
import { columnForm } from '../../../src/codec/rows/column-data.js'
import { source } from '../../../src/codec/rows/forecast.js'
import { applyDelta, EntityMap, encodeDelta, equalStates, GameStateStore, transact } from '../../../src/index.js'

type Row = Record<string, unknown>
interface State {
  rows: EntityMap<Row>
}

const count = 20

/** The bytes of a delta in which one field of all rows changes, and what of them comes after the number of the field. */
function change(
  before: (index: number) => Row,
  field: string,
  after: (row: Row, index: number) => unknown,
  precision = {},
) {
  const rows = new EntityMap<Row>()
  for (let index = 0; index < count; index++) rows.set(`r${index}`, before(index))
  const options = { precision: { rows: precision } } as never
  const base = new GameStateStore<State>({ rows }).state
  let index = 0
  const next = transact<State, void>(base, (draft) => {
    draft.rows.editEach((row) => {
      row[field] = after(row, index++)
    })
  }).state
  const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, base, options))
  const delta = encodeDelta<State>(base, next, options)
  const seen = applyDelta<State>(undefined, encodeDelta<State>(undefined, next, options))
  expect(equalStates(applyDelta<State>(replica, delta), seen)).toBe(true)
  // key, map, sections, groups, shape, one run of slots from 0, one column, its field
  return delta.subarray(10)
}

describe('a column', () => {
  test.each<[string, Parameters<typeof change>, number]>([
    ['one value for all', [(i) => ({ a: i }), 'a', () => 'same'], columnForm.constant],
    ['bits for booleans', [(i) => ({ a: i }), 'a', (_, i) => i % 3 === 0], columnForm.bits],
    [
      'nothing for booleans that are the opposite',
      [(i) => ({ a: i % 3 === 0 }), 'a', (row) => !row.a],
      columnForm.flipped,
    ],
    ['quanta for integers', [(i) => ({ a: i }), 'a', (row, i) => (row.a as number) + i], columnForm.quanta],
    ['floats for other numbers', [(i) => ({ a: i }), 'a', (_, i) => Math.sqrt(i + 0.5)], columnForm.floats],
    ['texts by what they share', [(i) => ({ a: `player ${i}` }), 'a', (row) => `${row.a}!`], columnForm.texts],
    ['choices for a few values', [(i) => ({ a: i }), 'a', (_, i) => ['idle', 'run', null][i % 3]], columnForm.choices],
    ['each value for all else', [(i) => ({ a: i }), 'a', (_, i) => [i]], columnForm.values],
  ])('is written as %s', (_name, [before, field, after], form) => {
    expect(change(before, field, after)[0]).toBe(form)
  })

  test('takes a byte and a half a row at most for a position that moves by its velocity', () => {
    const before = (i: number): Row => ({ x: i * 31.7, vx: (i % 9) * 3.33 - 11 })
    const move = (row: Row): number => (row.x as number) + (row.vx as number) * 0.05
    const rounded = change(before, 'x', move, { x: 0.01 })
    expect([rounded[0], rounded[3]]).toEqual([columnForm.quanta, source.baseField])
    expect(rounded.length).toBeLessThan(count)
    const exact = change(before, 'x', move)
    expect([exact[0], exact[1]]).toEqual([columnForm.floats, source.baseField])
    expect(exact.length).toBeLessThan(20)
  })

  test.each([0, 7, count - 1])('has no forecast by a velocity of which row %i has too much', (fast) => {
    const before = (i: number): Row => ({ x: i * 31.7, vx: i === fast ? 1e300 : (i % 9) * 3.33 - 11 })
    const move = (row: Row, i: number): number => (row.x as number) + (i === fast ? 1 : (row.vx as number) * 0.05)
    const [form, , , from] = change(before, 'x', move, { x: 0.01 })
    expect([form, from]).not.toEqual([columnForm.quanta, source.baseField])
  })

  test('of a number that is to be rounded and cannot be is written value by value', () => {
    const written = change(
      (i) => ({ a: i }),
      'a',
      (_, i) => (i === 3 ? Number.NaN : i / 3),
      { a: 0.1 },
    )
    expect(written[0]).toBe(columnForm.values)
  })
})
