import { describe, expect, it } from 'vitest'
import { stickDirection, stickReach } from '../../src/browser/input/stick.js'

describe('stickDirection', () => {
  it.each([
    ['rests in the middle', 0, 0, 0, 0],
    ['rests when it trembles', 5, -5, 0, 0],
    ['is full before the edge', stickReach * 0.85, 0, 1, 0],
    ['is full beyond the edge', 0, -500, 0, -1],
  ])('%s', (_what, x, y, dx, dy) => {
    expect(stickDirection(x, y)).toEqual({ dx, dy })
  })

  it('grows with the way of the thumb, in its direction', () => {
    const soft = stickDirection(15, 15)
    const hard = stickDirection(25, 25)
    expect(soft.dx).toBe(soft.dy)
    expect(hard.dx).toBeGreaterThan(soft.dx)
    expect(soft.dx).toBeGreaterThan(0)
  })
})
