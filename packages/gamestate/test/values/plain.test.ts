import { describe, expect, test } from 'vitest'
import { checkKeys, invalidValue, isPlainObject, type Path, pathText, tooDeep } from '../../src/values/plain.js'
import { refusal } from '../support/refusals.js'

const path = (...keys: (string | number)[]): Path | undefined =>
  keys.reduce<Path | undefined>((parent, key) => ({ parent, key }), undefined)

describe('isPlainObject', () => {
  test.each<[string, unknown, boolean]>([
    ['an object literal', {}, true],
    ['an object without a prototype', Object.create(null), true],
    ['an array', [], false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a string', 'x', false],
    ['a function', () => 0, false],
    ['a Date', new Date(0), false],
    ['a Uint8Array', new Uint8Array(1), false],
    ['an object that inherits from another', Object.create({}), false],
  ])('says of %s: %s is plain: %s', (_, value, plain) => {
    expect(isPlainObject(value)).toBe(plain)
  })
})

describe('pathText', () => {
  test.each<[Path | undefined, string]>([
    [undefined, 'state'],
    [path('players'), 'players'],
    [path('players', 'p1', 'items', 0), 'players.p1.items.0'],
    [path(''), ''],
    [{ parent: path('players'), key: undefined }, 'players'],
    [{ parent: undefined, key: undefined }, 'state'],
  ])('writes a path from the root down', (given, text) => {
    expect(pathText(given)).toBe(text)
  })

  test('keeps the front of a path that is very long', () => {
    expect(pathText(path(...'abcdefghijklm'))).toBe('a.b.c.d.e.f.g.h.i.j.k.l.…')
  })
})

describe('checkKeys', () => {
  test('allows every string but __proto__', () => {
    checkKeys({ constructor: 1, toString: 2, prototype: 3, '': 4, 0: 5 }, undefined)
    expect(refusal(() => checkKeys(JSON.parse('{"__proto__": 1}'), path('a')))).toBe(
      'invalid_value: a.__proto__: this key is not allowed',
    )
  })

  test('refuses a symbol', () => {
    expect(refusal(() => checkKeys({ [Symbol('s')]: 1 }, path('a')))).toBe(
      'invalid_value: a: a state cannot hold the key Symbol(s)',
    )
  })
})

test('errors about values have the code invalid_value and name the path', () => {
  expect(invalidValue(undefined, path('a', 0))).toMatchObject({
    code: 'invalid_value',
    message: 'a.0: a state cannot hold undefined',
  })
  expect(tooDeep(path('a'))).toMatchObject({
    code: 'invalid_value',
    message: 'a: nested deeper than 100 levels, or a cycle',
  })
})
