import { describe, expect, test } from 'vitest'
import { checkPrecision } from '../../src/rules/define-game.js'
import { refusal } from '../support/refusals.js'

const check = (precision: unknown): string => refusal(() => checkPrecision(precision, undefined))

describe('a declared precision', () => {
  test.each([
    undefined,
    0.5,
    {},
    { x: 0.01, y: 1e-300, z: 1e300, none: undefined },
    { players: { x: 0.01, '*': 5, at: { '*': { deep: 0.25 } } } },
    Object.assign(Object.create(null), { x: 1 }),
  ])('may be %o', (precision) => {
    expect(check(precision)).toBe('not refused')
  })

  test.each([0, -0, -0.01, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is not %d, anywhere',
    (step) => {
      expect(check(step)).toBe(`invalid_game: precision is a finite number above 0, not ${step}`)
      expect(check({ players: { y: 1, x: step } })).toBe(
        `invalid_game: precision of players.x is a finite number above 0, not ${step}`,
      )
      expect(check({ world: { '*': { n: step } } })).toContain('precision of world.*.n is')
    },
  )

  test.each(['0.01', true, null, [0.01], () => 1, new Map(), 1n])(
    'holds numbers and objects of them, not %o',
    (part) => {
      expect(check({ players: { x: part } })).toBe(
        'invalid_game: precision of players.x is a number or an object of them',
      )
    },
  )

  test('is not a cycle', () => {
    const ring: Record<string, unknown> = {}
    ring.next = ring
    expect(check(ring)).toContain('nested deeper than 100 levels, or a cycle')
  })
})
