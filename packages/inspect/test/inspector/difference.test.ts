import { EntityMap, equalStates, GameStateStore, type Immutable } from '@tygase/gamestate'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Differences } from '../../src/inspector/difference.js'
import { absent, childrenOf, kindOfNode, valueAt } from '../../src/inspector/state-tree.js'

type AnyState = Record<string, unknown>
type State = Immutable<AnyState>

const sealed = (state: AnyState): State => new GameStateStore<AnyState>(state).state
const between = (before: unknown, after: unknown) => Differences.between(1, before, 2, after)

const key = fc.constantFrom('a', 'b', 'x', '0', 'toString', '__proto')
const leaf = fc.oneof(
  fc.constantFrom(0, -0, 1, Number.NaN, '', 'text', true, false, null),
  fc.uint8Array({ maxLength: 3 }),
)
const row = fc.dictionary(key, leaf, { maxKeys: 3, noNullPrototype: true })
const rows = fc
  .uniqueArray(fc.tuple(fc.constantFrom<string | number>('a', '1', 1, 2, ''), row), {
    selector: ([id]) => id,
    maxLength: 4,
  })
  .map((entries) => new EntityMap<object, string | number>(entries))
/** States of a few keys, so that two of them have places in common. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    rows,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const states = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }).map((state) => ({ ...state }))

/** Equal but for the order of keys and rows, which is no place in a state. */
function isAlike(a: unknown, b: unknown): boolean {
  const kind = kindOfNode(a)
  if (kind !== kindOfNode(b)) return false
  if (!['object', 'array', 'map'].includes(kind)) return equalStates(a, b)
  const [mine, others] = [[...childrenOf(a)], new Map(childrenOf(b))]
  return mine.length === others.size && mine.every(([key, child]) => others.has(key) && isAlike(child, others.get(key)))
}

describe('the differences of two versions', () => {
  test('are none exactly if both have the same values at the same places', () => {
    fc.assert(
      fc.property(states, states, (first, second) => {
        const [a, b] = [sealed(first), sealed(second)]
        const { differences, cut } = between(a, b)
        expect(cut).toBe(false)
        expect(differences.length === 0).toBe(isAlike(a, b))
        expect(between(a, a).differences).toEqual([])
        // the other way round the same places differ
        const turned = between(b, a)
          .differences.map(({ path }) => JSON.stringify(path))
          .sort()
        expect(differences.map(({ path }) => JSON.stringify(path)).sort()).toEqual(turned)
        for (const { path, kind, before, after } of differences) {
          const [was, is] = [valueAt(a, path), valueAt(b, path)]
          expect([was === absent, is === absent]).toEqual([kind === 'added', kind === 'removed'])
          expect([before === undefined, after === undefined]).toEqual([kind === 'added', kind === 'removed'])
          expect(Object.is(was, is)).toBe(false)
        }
      }),
    )
  })

  test.each([
    [{ a: 1 }, { a: 2 }, [{ path: ['a'], kind: 'changed', before: '1', after: '2' }]],
    [
      { a: 1 },
      { b: 1 },
      [
        { path: ['b'], kind: 'added', after: '1' },
        { path: ['a'], kind: 'removed', before: '1' },
      ],
    ],
    [{ a: 0 }, { a: -0 }, [{ path: ['a'], kind: 'changed', before: '0', after: '-0' }]],
    [{ a: [1, 2] }, { a: [1, 2, 3] }, [{ path: ['a', 2], kind: 'added', after: '3' }]],
    [{ a: [1] }, { a: { 0: 1 } }, [{ path: ['a'], kind: 'changed', before: '[1]', after: '{"0":1}' }]],
    [
      { a: new Uint8Array([1]) },
      { a: new Uint8Array([2]) },
      [{ path: ['a'], kind: 'changed', before: '"01"', after: '"02"' }],
    ],
    [{ a: new Uint8Array([1]) }, { a: new Uint8Array([1]) }, []],
  ])('of %j and %j are named by their paths', (a, b, expected) => {
    expect(between(sealed(a as AnyState), sealed(b as AnyState)).differences).toEqual(expected)
  })

  test('of a map are those of its rows and fields, by their ids', () => {
    const rows = (x: number) =>
      new EntityMap<{ x: number }, string | number>([
        [1, { x }],
        ['1', { x: 0 }],
      ])
    const { differences } = between(sealed({ m: rows(1) }), sealed({ m: rows(2) }))
    expect(differences).toEqual([{ path: ['m', 1, 'x'], kind: 'changed', before: '1', after: '2' }])
  })

  test('are cut at 500 of them, and at 40 KiB', () => {
    const list = (n: number) => sealed({ list: Array.from({ length: 2000 }, (_, place) => place * n) })
    const { differences, cut } = between(list(1), list(2))
    expect([differences.length, cut]).toEqual([500, true])
    const wide = (n: number) =>
      sealed(Object.fromEntries(Array.from({ length: 400 }, (_, place) => [`${place}${'k'.repeat(500)}`, n])))
    const few = between(wide(1), wide(2))
    expect([few.differences.length < 100, few.cut]).toEqual([true, true])
  })
})
