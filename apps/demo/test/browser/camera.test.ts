import { describe, expect, it } from 'vitest'
import { arena } from '../../src/arena.js'
import { aim, isVisible, minScale } from '../../src/browser/camera.js'

const corners = [
  { x: 0, y: 0 },
  { x: arena.width, y: arena.height },
  { x: arena.width / 2, y: arena.height / 2 },
]

describe('aim', () => {
  it.each([
    [1600, 900],
    [2560, 1440],
    [1280, 1280],
  ])('shows all of the arena, in the middle, on %i x %i', (width, height) => {
    for (const focus of corners) {
      const { scale, offsetX, offsetY } = aim(width, height, focus)
      expect(offsetX).toBeGreaterThanOrEqual(0)
      expect(offsetX * 2 + arena.width * scale).toBeCloseTo(width)
      expect(offsetY * 2 + arena.height * scale).toBeCloseTo(height)
    }
  })

  it.each([
    [390, 480, minScale],
    [640, 390, minScale],
    [320, 200, minScale],
    // upright: the arena fills the height
    [390, 600, (600 - 28) / arena.height],
    [820, 900, 0.8],
  ])('keeps the focus on the screen and discs large enough on %i x %i', (width, height, scale) => {
    for (const focus of corners) {
      const camera = aim(width, height, focus)
      expect(camera.scale).toBe(scale)
      const x = focus.x * camera.scale + camera.offsetX
      const y = focus.y * camera.scale + camera.offsetY
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(width)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(height)
    }
  })

  it('does not look farther beyond a wall than the margin', () => {
    expect(aim(390, 600, { x: 0, y: 0 }).offsetX).toBe(14)
    const right = aim(390, 600, { x: arena.width, y: 0 })
    expect(right.offsetX + arena.width * right.scale).toBeCloseTo(390 - 14)
  })
})

describe('isVisible', () => {
  it('is so for a disc that is on the screen in part', () => {
    const camera = { scale: 1, offsetX: 0, offsetY: 0 }
    expect(isVisible(camera, 100, 100, { x: -20, y: 50 })).toBe(true)
    expect(isVisible(camera, 100, 100, { x: -40, y: 50 })).toBe(false)
    expect(isVisible(camera, 100, 100, { x: 50, y: 140 })).toBe(false)
  })
})
