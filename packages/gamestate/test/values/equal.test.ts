import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EntityMap, equalStates, GameStateStore, transact } from '../../src/index.js'
import { type AnyState, drawState, edit } from '../support/random-state.js'

const map = (...ids: (string | number)[]): EntityMap<{ x: number }, string | number> =>
  new EntityMap(ids.map((id) => [id, { x: 1 }] as const))

describe('equalStates', () => {
  test.each<[string, unknown, unknown, boolean]>([
    ['NaN and NaN', Number.NaN, Number.NaN, true],
    ['0 and -0', 0, -0, false],
    ['1 and "1"', 1, '1', false],
    ['null and undefined', null, undefined, false],
    ['null and an object', null, {}, false],
    ['an object and null', {}, null, false],
    ['an array and an object', [], {}, false],
    ['an object and an array', {}, [], false],
    ['objects with other values', { a: 1 }, { a: 2 }, false],
    ['objects with other keys', { a: 1 }, { b: 1 }, false],
    ['objects with more keys', { a: 1 }, { a: 1, b: 1 }, false],
    ['the same keys in another order', { a: 1, b: 1 }, { b: 1, a: 1 }, false],
    ['arrays of another length', [1], [1, 2], false],
    ['equal arrays', [1, [2]], [1, [2]], true],
    ['equal bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
    ['other bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
    ['fewer bytes', Uint8Array.of(1, 2), Uint8Array.of(1), false],
    ['bytes and an array', Uint8Array.of(1), [1], false],
    ['a map and an object', map(), {}, false],
    ['an object and a map', {}, map(), false],
    ['maps with the same rows', map('a', 'b'), map('a', 'b'), true],
    ['maps with other ids', map('a'), map('b'), false],
    ['the ids 1 and "1"', map(1), map('1'), false],
    ['maps of another size', map('a'), map('a', 'b'), false],
    ['the same rows in other slots', map('a', 'b'), map('b', 'a'), false],
    ['other rows', map('a'), new EntityMap([['a', { x: 2 }]]), false],
    ['class instances', new Date(0), new Date(0), false],
  ])('says of %s: %s', (_, a, b, equal) => {
    expect(equalStates(a, b)).toBe(equal)
    expect(equalStates({ deep: [a] }, { deep: [b] })).toBe(equal)
  })

  test('compares the slots of rows, too', () => {
    const gap = transact<{ m: EntityMap<{ x: number }, string | number> }, void>(
      new GameStateStore({ m: map('a', 'b') }).state,
      (draft) => void draft.m.delete('a'),
    ).state
    expect(equalStates(gap, { m: map('b') })).toBe(false)
  })

  test('is reflexive, symmetric, and knows versions apart', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const a = new GameStateStore(drawState(draw)).state
        const b = transact<AnyState, void>(a, (draft) => edit(draw, draft)).state
        expect(equalStates(a, a)).toBe(true)
        expect(equalStates(a, b)).toBe(equalStates(b, a))
        if (a === b) expect(equalStates(a, b)).toBe(true)
      }),
    )
  })
})
