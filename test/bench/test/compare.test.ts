import { describe, expect, it } from 'vitest'
import { findDifference } from '../src/compare.js'

const precision = { rows: { x: 0.01 }, list: { x: 0.01 }, clock: 0.5 }

describe('two states', () => {
  it.each([
    ['are the same tree', { a: [1, { b: 'c' }], d: null }, { a: [1, { b: 'c' }], d: null }],
    ['have their keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['have NaN in the same place', { a: Number.NaN }, { a: Number.NaN }],
    ['differ by the precision of the place', { clock: 1, rows: {} }, { clock: 1.5, rows: {} }],
    ['differ by the precision of a field of the rows', { rows: { p1: { x: 1 } } }, { rows: { p1: { x: 1.009 } } }],
    ['differ by the precision of the elements of an array', { list: [{ x: 1 }] }, { list: [{ x: 1.009 }] }],
  ])('do not differ where they %s', (_, expected, actual) => {
    expect(findDifference(expected, actual, precision)).toBeUndefined()
  })

  it.each([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b: 1 became 2'],
    ['another type', { a: 1 }, { a: '1' }, 'a: 1 became "1"'],
    ['an object for an array', { a: [] }, { a: {} }, 'a: [] became {}'],
    ['null for an object', { a: {} }, { a: null }, 'a: {} became null'],
    ['-0 for 0', { a: 0 }, { a: -0 }, 'a: 0 became 0'],
    ['a key too few', { a: 1, b: 2 }, { a: 1 }, 'b: 2 became nothing'],
    ['a key too many', { a: 1 }, { a: 1, b: 2 }, 'b: nothing became 2'],
    ['an element too many', [1], [1, 2], '1: nothing became 2'],
    ['a row too few', { rows: { p1: {} } }, { rows: {} }, 'rows.p1: {} became nothing'],
    ['more than the precision', { rows: { p1: { x: 1 } } }, { rows: { p1: { x: 1.02 } } }, 'rows.p1.x: 1 became 1.02'],
    [
      'a field without precision',
      { rows: { p1: { y: 1 } } },
      { rows: { p1: { y: 1.001 } } },
      'rows.p1.y: 1 became 1.001',
    ],
    ['another tree altogether', { a: 1 }, 3, 'state: {"a":1} became 3'],
  ])('differ by %s', (_, expected, actual, difference) => {
    expect(findDifference(expected, actual, precision)).toBe(difference)
  })
})

describe('two states with several maps', () => {
  it('have the precision of the rows of each map', () => {
    const own = { players: { x: 0.01 }, bullets: { x: 1 } }
    const state = (x: number) => ({ players: { p1: { x } }, bullets: { b1: { x } } })
    const compare = (maps: string[]) => findDifference(state(1), state(1.5), own, maps)
    expect(compare(['players', 'bullets'])).toBe('players.p1.x: 1 became 1.5')
    expect(
      findDifference({ bullets: { b1: { x: 1 } } }, { bullets: { b1: { x: 1.5 } } }, own, ['bullets']),
    ).toBeUndefined()
  })
})
