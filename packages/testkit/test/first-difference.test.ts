import { EntityMap } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { describeDifference, firstDifference } from '../src/first-difference.js'

const rows = (...ids: string[]) => new EntityMap<{ x: number }>(ids.map((id, x) => [id, { x }]))

const table: [what: string, a: unknown, b: unknown, message: string | undefined][] = [
  ['equal things', { a: [1, { b: null }] }, { a: [1, { b: null }] }, undefined],
  ['a number', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b: 1 against 2'],
  ['the two zeros', { a: 0 }, { a: -0 }, 'a: 0 against -0'],
  ['an element', { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, 'a[1].b: 2 against 3'],
  ['a longer array', { a: [1] }, { a: [1, 2] }, 'a[1]: undefined against 2'],
  ['a missing key', { a: 1, b: 2 }, { a: 1 }, 'b: 2 against undefined'],
  ['another kind', { a: [] }, { a: {} }, 'a: [] against {}'],
  ['bytes', { a: new Uint8Array([1]) }, { a: new Uint8Array([2]) }, 'a: bytes 1 against bytes 2'],
  [
    'a row',
    { m: rows('p', 'q') },
    {
      m: new EntityMap([
        ['p', { x: 0 }],
        ['q', { x: 7 }],
      ]),
    },
    'm.q.x: 1 against 7',
  ],
  ['a missing row', { m: rows('p', 'q') }, { m: rows('p') }, 'm.q: {"x":1} against undefined'],
  ['a map and an object', { m: rows() }, { m: {} }, 'm: an EntityMap of 0 against {}'],
  ['the order of keys', { o: { a: 1, b: 2 } }, { o: { b: 2, a: 1 } }, 'o: {"a":1,"b":2} against {"b":2,"a":1}'],
  [
    'the slots of rows',
    {
      m: new EntityMap([
        ['p', { x: 0 }],
        ['q', { x: 0 }],
      ]),
    },
    {
      m: new EntityMap([
        ['q', { x: 0 }],
        ['p', { x: 0 }],
      ]),
    },
    'm: the same content in another order',
  ],
  ['roots', 1, 2, 'the root: 1 against 2'],
]

describe('the first difference', () => {
  it.each(table)('of %s', (_, a, b, message) => {
    const difference = firstDifference(a, b)
    expect(difference && describeDifference(difference)).toBe(message)
  })

  it('is shown in a line, however large it is', () => {
    const difference = firstDifference({ a: 'x'.repeat(1000) }, { a: 1 })!
    expect(describeDifference(difference).length).toBeLessThan(200)
  })
})
