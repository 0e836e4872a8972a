import { describe, expect, test } from 'vitest'
import { editVersion } from '../../src/edit-version.js'
import { applyDelta, EntityMap, encodeDelta, equalStates, type Immutable } from '../../src/index.js'

type Row = Record<string, number | string>

interface State {
  rows: EntityMap<Row>
}

/** A state, and one with a few changes of it. */
function changed(rows: [id: string, row: Row][], change: (map: EntityMap<Row>) => unknown) {
  const base = editVersion({ rows: new EntityMap(rows) } as never as Immutable<State>, () => {})
  const next = editVersion<State>(base, ({ rows: map }) => void change(map))
  return { base, next }
}

const longId = 'x'.repeat(1_000_000)
const fields = Array.from({ length: 10_000 }, (_, field) => `f${field}`)
const wide = (): Row => Object.fromEntries(fields.map((field, place) => [field, place]))
const many = Array.from({ length: 200_000 }, (_, id): [string, Row] => [`${id}`, { x: id }])

describe('a state of unusual size is the same at the other end, whole and by its change', () => {
  test.each<[string, [string, Row][], (map: EntityMap<Row>) => unknown, mostDeltaBytes: number]>([
    [
      'ids of a million letters',
      [
        [longId, { x: 1 }],
        [`${longId}y`, { x: 2 }],
      ],
      (map) => Object.assign(map.edit(longId), { x: 3 }),
      100,
    ],
    [
      'rows of 10,000 fields',
      [
        ['a', wide()],
        ['b', wide()],
      ],
      (map) => Object.assign(map.edit('b'), { f9999: -1 }),
      100,
    ],
    ['200,000 rows', many, (map) => Object.assign(map.edit('199999'), { x: -1 }), 100],
    ['200,000 rows, all of which go', many, (map) => [...map.keys()].map((id) => map.delete(id)), 100],
  ])('%s', (_, rows, change, mostDeltaBytes) => {
    const { base, next } = changed(rows, change)
    const there = applyDelta<State>(undefined, encodeDelta<State>(undefined, base)) as Immutable<State>
    expect(equalStates(there, base)).toBe(true)
    const delta = encodeDelta<State>(base, next)
    expect(delta.length).toBeLessThan(mostDeltaBytes)
    expect(equalStates(applyDelta<State>(there, delta), next)).toBe(true)
  })
})
