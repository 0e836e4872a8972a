import { describe, expect, it } from 'vitest'
import { arena } from '../../src/arena.js'
import { itSpeed, move, runSpeed, withinUnit } from '../../src/rules/movement.js'
import { disc, seeded } from '../arena-play.js'

describe('move', () => {
  it('never leaves the arena, however it is steered', () => {
    const random = seeded(3)
    const player = disc(800, 450)
    for (let step = 0; step < 3000; step++) {
      if (step % 20 === 0) Object.assign(player, withinUnit(random() * 2 - 1, random() * 2 - 1))
      move(player, step % 2 === 0, 1 / 30)
      expect(player.x).toBeGreaterThanOrEqual(arena.radius)
      expect(player.x).toBeLessThanOrEqual(arena.width - arena.radius)
      expect(player.y).toBeGreaterThanOrEqual(arena.radius)
      expect(player.y).toBeLessThanOrEqual(arena.height - arena.radius)
    }
  })

  it.each([
    [false, runSpeed],
    [true, itSpeed],
  ])('comes up to its speed within a second (as it: %s)', (isIt, speed) => {
    const player = disc(100, 450, { dx: 1 })
    for (let step = 0; step < 30; step++) move(player, isIt, 1 / 30)
    expect(player.vx).toBeGreaterThan(0.99 * speed)
    expect(player.vx).toBeLessThanOrEqual(speed)
  })

  it('comes to rest, exactly, without a direction', () => {
    const player = disc(800, 450, { vx: 300, vy: -200 })
    for (let step = 0; step < 60; step++) move(player, false, 1 / 30)
    expect([player.vx, player.vy]).toEqual([0, 0])
  })
})

describe('withinUnit', () => {
  it('keeps short vectors and the direction of long ones', () => {
    expect(withinUnit(0.3, -0.4)).toEqual({ dx: 0.3, dy: -0.4 })
    expect(withinUnit(0, 0)).toEqual({ dx: 0, dy: 0 })
    expect(withinUnit(30, -40)).toEqual({ dx: 0.6, dy: -0.8 })
  })
})
