import { EntityMap, equalStates, GameStateStore, type Immutable, transact } from '@tygase/gamestate'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differencesBetween, inShort } from '../src/differences.js'

interface State {
  round: number
  title: string
  list: number[]
  ball: { x: number; tags: string[] }
  discs: EntityMap<{ x: number; name: string }>
  extra?: { deep: boolean }
}

const first: Immutable<State> = new GameStateStore<State>({
  ...{ round: 1, title: 'one', list: [1, 2, 3], ball: { x: 1, tags: ['a'] } },
  discs: new EntityMap([
    ['ada', { x: 1, name: 'Ada' }],
    ['bob', { x: 2, name: 'Bob' }],
  ]),
}).state

const after = (rule: (draft: State) => void): Immutable<State> => transact<State, void>(first, rule).state

describe('the differences of two states', () => {
  test('have a path as in code, and both values', () => {
    const next = after((draft) => {
      draft.round = 2
      draft.list[1] = 20
      draft.list.push(4)
      draft.ball.tags[0] = 'b'
      draft.discs.edit('ada').x = 1.23456789
      draft.discs.delete('bob')
      draft.discs.set('cleo', { x: 3, name: 'Cleo' })
      draft.extra = { deep: true }
    })
    expect(differencesBetween(first, next)).toEqual({
      isCut: false,
      list: [
        { path: 'round', kind: 'changed', before: '1', after: '2' },
        { path: 'list[1]', kind: 'changed', before: '2', after: '20' },
        { path: 'list[3]', kind: 'added', before: '', after: '4' },
        { path: 'ball.tags[0]', kind: 'changed', before: '"a"', after: '"b"' },
        { path: 'discs.ada.x', kind: 'changed', before: '1', after: '1.234568' },
        { path: 'discs.bob', kind: 'removed', before: '{"x":2,"name":"Bob"}', after: '' },
        { path: 'discs.cleo', kind: 'added', before: '', after: '{"x":3,"name":"Cleo"}' },
        { path: 'extra', kind: 'added', before: '', after: '{"deep":true}' },
      ],
    })
  })

  test('end at the limit', () => {
    const next = after((draft) => {
      for (let place = 0; place < 500; place++) draft.list[place] = -place - 1
    })
    const { list, isCut } = differencesBetween(first, next, 50)
    expect([list.length, isCut]).toEqual([50, true])
  })

  test('are none exactly if both are equal', () => {
    const rule = fc.record({
      round: fc.integer({ min: 1, max: 2 }),
      x: fc.constantFrom(1, 2, Number.NaN),
      name: fc.constantFrom('Ada', 'Eve'),
      list: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(rule, rule, (one, other) => {
        const [a, b] = [one, other].map(({ round, x, name, list }) =>
          after((draft) => {
            Object.assign(draft, { round, list })
            Object.assign(draft.discs.edit('ada'), { x, name })
          }),
        )
        expect(differencesBetween(a, b).list.length === 0).toBe(equalStates(a, b))
      }),
    )
  })

  test.each([
    [1 / 3, '0.3333333'],
    [-0, '0'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['text', '"text"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [new Uint8Array(5), '5 bytes'],
    [new EntityMap([['a', { x: 1 }]]), '1 rows'],
    ['x'.repeat(100), `"${'x'.repeat(58)}…`],
    [[1, { a: true }], '[1,{"a":true}]'],
  ])('show %o as %s', (value, text) => {
    expect(inShort(value)).toBe(text)
  })
})
