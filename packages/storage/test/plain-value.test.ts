import { EntityMap } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { plainCopy } from '../src/stored-value.js'

class Ship {
  x = 1
}

const cycle: { self?: unknown } = {}
cycle.self = cycle
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

const refused: [what: string, value: unknown, message: string][] = [
  ['undefined', undefined, 'value: undefined cannot be kept'],
  ['undefined in an array', { a: [1, undefined] }, 'value.a[1]: undefined cannot be kept'],
  ['a hole in an array', new Array(2), 'value[0]: undefined cannot be kept'],
  ['a function', { at: { x: () => 1 } }, 'value.at.x: a function cannot be kept'],
  ['a symbol', [Symbol('a')], 'value[0]: a symbol cannot be kept'],
  ['a bigint', { gold: 1n }, 'value.gold: a bigint cannot be kept'],
  ['an instance of a class', { ships: [new Ship()] }, 'value.ships[0]: an instance of Ship cannot be kept'],
  ['a date', { at: new Date(0) }, 'value.at: an instance of Date cannot be kept'],
  ['a map', new Map(), 'value: an instance of Map cannot be kept'],
  ['an entity map', { players: new EntityMap() }, 'value.players: an instance of EntityMap cannot be kept'],
  ['numbers of another kind', { x: new Float64Array(1) }, 'value.x: an instance of Float64Array cannot be kept'],
  ['an object with a prototype of its own', Object.create({ constructor: '' }), 'value: an object with a prototype'],
  ['a key that is a symbol', { a: { [Symbol('b')]: 1 } }, 'value.a: the key Symbol(b) cannot be kept'],
  ['a key __proto__', { a: JSON.parse('{"__proto__": 1}') }, 'value.a: the key __proto__ cannot be kept'],
  ['a cycle', cycle, 'nested deeper than 110 levels, or a cycle'],
  ['what is nested too deep', deep(111), 'nested deeper than 110 levels, or a cycle'],
]

test.each(refused)('%s is refused with its path', (_, value, message) => {
  expect(() => plainCopy(value)).toThrow(
    expect.objectContaining({ code: 'storage_value_invalid', message: expect.stringContaining(message) }),
  )
})

test('of what is plain all is copied, objects as maps', () => {
  const bytes = Uint8Array.of(1)
  const value = { a: [1, { b: 'text' }], none: null, bytes, left: undefined }
  expect(plainCopy(value)).toEqual(
    new Map<string, unknown>([
      ['a', [1, new Map([['b', 'text']])]],
      ['none', null],
      ['bytes', bytes],
    ]),
  )
  expect(plainCopy(deep(110))).toEqual(deep(110))
})

test('half a character becomes U+FFFD, in texts and in keys', () => {
  expect(plainCopy({ 'a\ud800': 'b\udc00c' })).toEqual(new Map([['a\ufffd', 'b\ufffdc']]))
})
