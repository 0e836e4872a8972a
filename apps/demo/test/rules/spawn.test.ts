import { describe, expect, it } from 'vitest'
import { arena } from '../../src/arena.js'
import { chooseColour, findSpot } from '../../src/rules/spawn.js'
import { seeded } from '../arena-play.js'

describe('findSpot', () => {
  it('is within the arena, and away from the one who is there', () => {
    const random = seeded(1)
    for (let time = 0; time < 200; time++) {
      const { x, y } = findSpot([{ x: 100, y: 100 }], random)
      expect(x).toBeGreaterThan(arena.radius)
      expect(x).toBeLessThan(arena.width - arena.radius)
      expect(y).toBeGreaterThan(arena.radius)
      expect(y).toBeLessThan(arena.height - arena.radius)
      expect(Math.hypot(x - 100, y - 100)).toBeGreaterThan(4 * arena.radius)
    }
  })
})

describe('chooseColour', () => {
  it.each([
    ['the wish where it is free', 5, [0, 1], 5],
    ['the first free one where it is not', 1, [0, 1], 2],
    ['the first free one without a wish', undefined, [0, 2], 1],
    ['one of the least used when all are taken', 3, [...Array(12).keys(), 0, 1, 2], 3],
  ])('is %s', (_what, wish, used, expected) => {
    expect(
      chooseColour(
        wish,
        used.map((colour) => ({ colour })),
      ),
    ).toBe(expected)
  })
})
