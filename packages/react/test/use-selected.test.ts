import { EntityMap } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { sameParts } from '../src/use-selected.js'

const row = Object.freeze({ x: 1 })
const map = new EntityMap<{ x: number }>()

describe('the default equality', () => {
  test.each<[string, boolean, unknown, unknown]>([
    ['the same number', true, 1, 1],
    ['NaN', true, Number.NaN, Number.NaN],
    ['another number', false, 1, 2],
    ['0 and -0', false, 0, -0],
    ['lists of the same rows', true, [row, 2], [row, 2]],
    ['lists of equal rows that are other objects', false, [row], [{ x: 1 }]],
    ['lists of other lengths', false, [row], [row, row]],
    ['objects of the same parts', true, { a: row, b: 1 }, { b: 1, a: row }],
    ['objects of other keys', false, { a: undefined }, { b: undefined }],
    ['a list and an object', false, [], {}],
    ['null and an object', false, null, {}],
    ['the same map', true, map, map],
    ['other maps', false, new EntityMap(), new EntityMap()],
    ['bytes', false, new Uint8Array(1), new Uint8Array(1)],
  ])('for %s is %s', (_, isSame, a, b) => {
    expect([sameParts(a, b), sameParts(b, a)]).toEqual([isSame, isSame])
  })
})
