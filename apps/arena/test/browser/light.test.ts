import { expect, it } from 'vitest'
import { litFrom } from '../../src/browser/draw/light.js'
import { isClear } from '../../src/rules/geometry.js'

/** The even-odd rule. */
function isInside(polygon: readonly { x: number; y: number }[], x: number, y: number): boolean {
  let inside = false
  polygon.forEach((a, index) => {
    const b = polygon.at(index - 1)!
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
  })
  return inside
}

it('the lit part of the field is the part that is seen', () => {
  const viewer = { x: 620, y: 340 }
  const lit = litFrom(viewer)
  let wrong = 0
  for (let x = 10; x < 1600; x += 20) {
    // inside of walls all is dark: nobody is there
    for (let y = 10; y < 1000; y += 20) if (isInside(lit, x, y) !== isClear(viewer, { x, y })) wrong++
  }
  // of 4,000 places, those at the very edge of a wall may differ
  expect(wrong).toBeLessThan(20)
})
