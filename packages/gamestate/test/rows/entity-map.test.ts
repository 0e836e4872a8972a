import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

interface Row {
  x: number
  tags?: string[]
}
type Id = string | number
interface State {
  m: EntityMap<Row, Id>
}

const rows = (...ids: Id[]): EntityMap<Row, Id> => new EntityMap(ids.map((id) => [id, { x: 0 }] as const))
const versionOf = (map: EntityMap<Row, Id>): Immutable<State> => new GameStateStore<State>({ m: map }).state
const change = (base: Immutable<State>, rule: (map: EntityMap<Row, Id>) => void): Immutable<State> =>
  transact<State, void>(base, (draft) => rule(draft.m)).state

describe('an EntityMap', () => {
  test('holds the rows it was made with, as copies', () => {
    const row = { x: 1, tags: ['a'] }
    const map = new EntityMap<Row, Id>([['a', row]])
    row.x = 2
    row.tags.push('b')
    expect(map.get('a')).toEqual({ x: 1, tags: ['a'] })
    expect(map.size).toBe(1)
  })

  test('is an object from id to row in JSON', () => {
    const map = new EntityMap<Row, Id>([
      ['a', { x: 1 }],
      [7, { x: 2, tags: ['t'] }],
    ])
    expect(JSON.parse(JSON.stringify({ map }))).toEqual({ map: { a: { x: 1 }, 7: { x: 2, tags: ['t'] } } })
  })

  test('has no row under an id that is not there', () => {
    const { m } = versionOf(rows('a'))
    for (const id of ['b', '', 0, Number.NaN, -1, '__proto__', 'constructor']) {
      expect(m.get(id)).toBeUndefined()
      expect(m.has(id)).toBe(false)
    }
  })

  test('tells 1 and "1" apart, and not 0 and -0', () => {
    const map = rows(1, '1', -0)
    expect([...map.keys()]).toEqual([1, '1', 0])
    map.edit(1).x = 5
    expect(map.get('1')).toEqual({ x: 0 })
    expect(map.has(0)).toBe(true)
    map.set(0, { x: 7 })
    expect(map.get(-0)).toEqual({ x: 7 })
    expect(map.size).toBe(3)
  })

  test.each<unknown>([Number.NaN, Infinity, -Infinity, undefined, null, {}, Symbol('s'), true, 1n])(
    'refuses %s as an id',
    (id) => {
      expect(refusal(() => rows().set(id as Id, { x: 0 }))).toContain(
        'invalid_value: an id is a string or a finite number',
      )
    },
  )

  test.each<[string, unknown]>([
    ['null', null],
    ['a number', 1],
    ['an array', []],
    ['a class instance', new Date(0)],
    ['an entity map', rows()],
  ])('refuses %s as a row', (_, row) => {
    expect(refusal(() => rows().set('p1', row as Row))).toContain('invalid_value: p1: a state cannot hold')
  })

  test('refuses to edit a row that is not there', () => {
    expect(refusal(() => rows('a').edit('b'))).toBe('row_missing: there is no row with the id "b"')
    expect(refusal(() => rows('a').edit(7))).toBe('row_missing: there is no row with the id 7')
  })

  test('says whether there was a row to delete', () => {
    const map = rows('a')
    expect(map.delete('a')).toBe(true)
    expect(map.delete('a')).toBe(false)
    expect(map.size).toBe(0)
  })

  test('gives the same writable row as often as it is edited in a transaction', () => {
    change(versionOf(rows('a')), (map) => {
      const row = map.edit('a')
      row.x = 1
      expect(map.edit('a')).toBe(row)
      expect(map.get('a')).toBe(row)
    })
  })

  test('keeps the copy of a row that is set, which may be edited after that', () => {
    const given = { x: 1 }
    const next = change(versionOf(rows()), (map) => {
      map.set('a', given)
      map.edit('a').x++
    })
    expect(given).toEqual({ x: 1 })
    expect(next.m.get('a')).toEqual({ x: 2 })
  })

  test('iterates by keys, values, entries and forEach in one order', () => {
    const map = rows('c', 'a', 2)
    map.set('a', { x: 9 })
    const entries = [...map]
    expect(entries).toEqual([
      ['c', { x: 0 }],
      ['a', { x: 9 }],
      [2, { x: 0 }],
    ])
    expect([...map.entries()]).toEqual(entries)
    expect([...map.keys()]).toEqual(entries.map(([id]) => id))
    expect([...map.values()]).toEqual(entries.map(([, row]) => row))
    const visited: unknown[] = []
    map.forEach((row, id) => {
      visited.push([id, row])
    })
    expect(visited).toEqual(entries)
  })

  test('removes all rows at once', () => {
    const base = versionOf(rows(...Array.from({ length: 100 }, (_, id) => id)))
    const next = change(base, (map) => {
      map.clear()
      expect([...map]).toEqual([])
      map.set('a', { x: 1 })
    })
    expect([...next.m]).toEqual([['a', { x: 1 }]])
    expect(base.m.size).toBe(100)
    expect(change(next, (map) => map.clear()).m.size).toBe(0)
  })
})

describe('a map of a version', () => {
  const writes: [string, (map: EntityMap<Row, Id>) => void][] = [
    ['set', (map) => void map.set('b', { x: 1 })],
    ['delete', (map) => void map.delete('a')],
    ['edit', (map) => void map.edit('a')],
    ['clear', (map) => map.clear()],
    ['editEach', (map) => map.editEach(() => {})],
  ]
  test.each(writes)('refuses %s', (_, write) => {
    const { m } = versionOf(rows('a'))
    const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, versionOf(rows('a'))))
    for (const map of [m, replica.m]) {
      expect(refusal(() => write(map as EntityMap<Row, Id>))).toBe(
        'transaction_over: only rules that run change an EntityMap',
      )
    }
  })

  test('has frozen rows', () => {
    const row = versionOf(new EntityMap<Row, Id>([['a', { x: 0, tags: ['t'] }]])).m.get('a') as Row
    expect(() => {
      row.x = 1
    }).toThrow(TypeError)
    expect(() => row.tags?.push('u')).toThrow(TypeError)
  })

  test('has nested rows on a replica too, which a rule may edit without touching the version', () => {
    const base = versionOf(new EntityMap<Row, Id>([['a', { x: 0, tags: ['t'] }]]))
    const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, base))
    const next = change(replica, (map) => void map.edit('a').tags?.push('u'))
    expect(next.m.get('a')).toEqual({ x: 0, tags: ['t', 'u'] })
    expect(replica.m.get('a')).toEqual({ x: 0, tags: ['t'] })
  })
})

describe('identity', () => {
  test('a row that was edited and is as before stays the old object, and the version the old one', () => {
    const base = versionOf(
      new EntityMap<Row, Id>([
        ['a', { x: 1, tags: ['t'] }],
        ['b', { x: 0 }],
      ]),
    )
    const same = change(base, (map) => {
      map.edit('a').x = 2
      map.edit('a').x = 1
      map.edit('a').tags?.push('u')
      map.edit('a').tags?.pop()
      map.set('b', { x: 0 })
      map.editEach(() => {})
    })
    expect(same).toBe(base)
  })

  test('rows, and parts of a row, that have not changed keep their identity', () => {
    const base = versionOf(
      new EntityMap<Row, Id>([
        ['a', { x: 1, tags: ['t'] }],
        ['b', { x: 0 }],
      ]),
    )
    const next = change(base, (map) => {
      map.edit('a').x = 2
    })
    expect(next.m.get('b')).toBe(base.m.get('b'))
    expect(next.m.get('a')?.tags).toBe(base.m.get('a')?.tags)
    expect(next.m.get('a')).not.toBe(base.m.get('a'))
  })
})

describe('iteration while rows come and go', () => {
  test.each<[string, (map: EntityMap<Row, Id>, visit: (id: unknown, row: unknown) => void) => void]>([
    [
      'for of',
      (map, visit) => {
        for (const [id, row] of map) visit(id, row)
      },
    ],
    ['forEach', (map, visit) => map.forEach((row, id) => void visit(id, row))],
    ['editEach', (map, visit) => map.editEach((row, id) => visit(id, row))],
  ])('%s leaves out rows that are deleted before their turn, and shows what was done to the others', (_, iterate) => {
    for (const openFirst of [false, true]) {
      const met: unknown[] = []
      const next = change(versionOf(rows(...Array.from({ length: 40 }, (_, id) => id))), (map) => {
        if (openFirst) map.edit(0)
        iterate(map, (id, row) => {
          met.push([id, (row as Row).x])
          if (id !== 0) return
          for (let other = 1; other < 38; other++) map.delete(other)
          map.edit(38).x = 5
        })
      })
      expect(met).toEqual([
        [0, 0],
        [38, 5],
        [39, 0],
      ])
      expect([...next.m.keys()]).toEqual([0, 38, 39])
    }
  })

  test('ends though the body adds rows', () => {
    const next = change(versionOf(rows(0, 1, 2)), (map) => {
      let id = 100
      for (const [old] of map) if (typeof old === 'number' && old < 100) map.set(id++, { x: 1 })
    })
    expect(next.m.size).toBe(6)
  })
})

describe('slots', () => {
  test('the lowest free slot is taken, whatever page it is on', () => {
    const base = versionOf(rows(...Array.from({ length: 100 }, (_, id) => id)))
    const next = change(base, (map) => {
      map.delete(70)
      map.delete(3)
      map.set('first', { x: 1 })
      map.set('second', { x: 1 })
      map.set('third', { x: 1 })
    })
    const ids = [...next.m.keys()]
    expect(ids.indexOf('first')).toBe(3)
    expect(ids.indexOf('second')).toBe(70)
    expect(ids.indexOf('third')).toBe(100)
  })

  test('the same history gives the same order, and a replica has it too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 40 }), fc.boolean()), { maxLength: 200 }), (steps) => {
        const play = (): Immutable<State>[] => {
          const versions = [versionOf(rows())]
          for (const [id, set] of steps) {
            versions.push(change(versions.at(-1)!, (map) => void (set ? map.set(id, { x: id }) : map.delete(id))))
          }
          return versions
        }
        const [first, second] = [play(), play()]
        let replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, first[0]!))
        first.forEach((version, index) => {
          if (index > 0) replica = applyDelta<State>(replica, encodeDelta<State>(first[index - 1], version))
          expect([...second[index]!.m.keys()]).toEqual([...version.m.keys()])
          expect([...replica.m]).toEqual([...version.m])
        })
      }),
      { numRuns: runsOf(2000) },
    )
  })
})
