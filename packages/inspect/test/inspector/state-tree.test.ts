import { EntityMap, GameStateStore } from '@tygase/gamestate'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  absent,
  childAt,
  isPath,
  kindOfNode,
  previewOf,
  sizeOf,
  textOf,
  treeAnswer,
  valueAt,
} from '../../src/inspector/state-tree.js'

const { state } = new GameStateStore({
  text: 'a "quoted" text',
  list: [1, null, true, [Number.NaN, -0, Number.POSITIVE_INFINITY]],
  bytes: new Uint8Array([0, 255]),
  rows: new EntityMap<{ x: number }, string | number>([
    ['a', { x: 1 }],
    [7, { x: 2 }],
  ]),
  empty: { object: {}, list: [], map: new EntityMap() },
})

describe('a node of a state', () => {
  test.each([
    [['text'], 'text', 0, '"a \\"quoted\\" text"'],
    [['list'], 'array', 4, '[1,null,true,[NaN,-0,Infinity]]'],
    [['list', 1], 'null', 0, 'null'],
    [['list', 2], 'boolean', 0, 'true'],
    [['list', 3, 1], 'number', 0, '-0'],
    [['bytes'], 'bytes', 0, '"00ff"'],
    [['rows'], 'map', 2, '{"a":{"x":1},"7":{"x":2}}'],
    [['rows', 7], 'object', 1, '{"x":2}'],
    [['rows', 'a', 'x'], 'number', 0, '1'],
    [['empty'], 'object', 3, '{"object":{},"list":[],"map":{}}'],
  ] as const)('at %j is of the kind %s, with %i children and the text %s', (path, kind, size, text) => {
    const value = valueAt(state, path)
    expect([kindOfNode(value), sizeOf(value), previewOf(value)]).toEqual([kind, size, text])
  })

  test.each([
    ['rows', '7'],
    ['rows', 'toString'],
    ['rows', '__proto__'],
    ['list', '0'],
    ['list', 4],
    ['list', -1],
    ['list', 'length'],
    ['text', 0],
    ['text', 'length'],
    ['bytes', 0],
    ['empty', '__proto__'],
    ['empty', 'constructor'],
    ['empty', 'hasOwnProperty'],
    ['nowhere', 'x'],
  ])('is not what %s has at %j: a key is an own one', (key, part) => {
    expect(valueAt(state, [key, part])).toBe(absent)
  })

  test('that is no part of a state has a kind, and no children', () => {
    for (const value of [undefined, () => {}, Symbol('x'), new Date(0), new Map([[1, 2]]), new (class X {})()]) {
      expect([sizeOf(value), childAt(value, 'x')]).toEqual([0, absent])
      expect(['undefined', 'other']).toContain(kindOfNode(value))
      expect(typeof previewOf(value)).toBe('string')
    }
  })
})

describe('the text of a value', () => {
  test('is JSON of plain data, and is cut at its length, whatever the value is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 200 }), (value, most) => {
        const whole = textOf(value, 1e6)
        expect(whole.cut).toBe(false)
        expect(whole.text.replaceAll('-0', '0')).toBe(JSON.stringify(value).replaceAll('-0', '0'))
        const part = textOf(value, most)
        expect(part.cut).toBe(whole.text.length > most)
        // a text that is cut within may end otherwise
        expect(part.text.length).toBeLessThanOrEqual(most)
      }),
    )
  })

  test('of a value without end ends', () => {
    const ring: unknown[] = []
    ring.push(ring)
    expect(textOf(ring, 1000).text).toContain('…')
    const { text, cut } = textOf(
      Array.from({ length: 1e6 }, () => 'x'.repeat(100)),
      1000,
    )
    expect([text.length, cut]).toEqual([1000, true])
  })
})

test('the children of a node come in pages', () => {
  const list = Array.from({ length: 450 }, (_, place) => place)
  const pages = [0, 200, 400, 600].map((from) => treeAnswer(1, list, from).children.map(({ key }) => key))
  expect(pages.map((keys) => [keys.length, keys[0], keys.at(-1)])).toEqual([
    [200, 0, 199],
    [200, 200, 399],
    [50, 400, 449],
    [0, undefined, undefined],
  ])
  expect(treeAnswer(1, list, 10, 3).children.map(({ key }) => key)).toEqual([10, 11, 12])
})

test.each([
  [[], true],
  [['a', 1, -1.5], true],
  [new Array(32).fill('a'), true],
  [new Array(33).fill('a'), false],
  [['x'.repeat(1000)], true],
  [['x'.repeat(1001)], false],
  [[Number.NaN], false],
  [[null], false],
  [[[]], false],
  ['a', false],
  [undefined, false],
])('%j is a path: %s', (value, expected) => {
  expect(isPath(value)).toBe(expected)
})
