import { describe, expect, it } from 'vitest'
import { cameraFor, toField } from '../../src/browser/camera.js'
import { field } from '../../src/field.js'

const corner = { x: 0, y: 0 }

describe('the view', () => {
  it('shows the whole field on a large screen, wherever the player is', () => {
    const camera = cameraFor(1624, 1024, corner)
    expect(camera).toEqual(cameraFor(1624, 1024, { x: 900, y: 500 }))
    expect(camera).toEqual({ scale: 1, offsetX: 12, offsetY: 12 })
  })

  it('follows the player on a small screen, and shows a little beyond the edges', () => {
    const { scale, offsetX } = cameraFor(400, 700, { x: 800, y: 500 })
    expect(800 * scale + offsetX).toBeCloseTo(200)
    const atEdge = cameraFor(400, 700, corner)
    expect(atEdge.offsetX).toBeGreaterThan(0)
    const far = cameraFor(400, 700, { x: field.width, y: field.height })
    expect(field.width * far.scale + far.offsetX).toBeLessThan(400)
  })

  it('finds the place under a point of the screen', () => {
    const camera = cameraFor(1000, 500, { x: 300, y: 300 })
    const point = { x: 300 * camera.scale + camera.offsetX, y: 200 * camera.scale + camera.offsetY }
    expect(toField(camera, point.x, point.y).x).toBeCloseTo(300)
    expect(toField(camera, point.x, point.y).y).toBeCloseTo(200)
  })
})
