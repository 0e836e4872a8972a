import { expect, it } from 'vitest'
import { stickDirection } from '../../src/browser/input/sticks.js'

it('a thumb that hardly moves rests', () => {
  expect(stickDirection(5, 5)).toBeUndefined()
})

it('a thumb at the edge or beyond gives full speed, in steps', () => {
  expect(stickDirection(45, 0)).toEqual({ dx: 1, dy: 0 })
  expect(stickDirection(0, -500)).toEqual({ dx: 0, dy: -1 })
  const { dx, dy } = stickDirection(20, 13)!
  expect([dx * 16, dy * 16].every(Number.isInteger)).toBe(true)
})
