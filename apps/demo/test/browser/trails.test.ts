import { describe, expect, it } from 'vitest'
import { Trails, trailMs } from '../../src/browser/trails.js'

describe('trails', () => {
  it('keep the way of the last moments', () => {
    const trails = new Trails()
    for (let step = 0; step <= 100; step++) trails.note([{ clientId: 'a', x: step * 10, y: 0 }], step * 16)
    const points = trails.of('a')
    expect(points.at(-1)).toEqual({ x: 1000, y: 0, atMs: 1600 })
    expect(points[0]?.atMs).toBeGreaterThanOrEqual(1600 - trailMs)
    expect(points.length).toBeGreaterThan(20)
  })

  it('vanish when a disc stands', () => {
    const trails = new Trails()
    trails.note([{ clientId: 'a', x: 0, y: 0 }], 0)
    trails.note([{ clientId: 'a', x: 20, y: 0 }], 16)
    trails.note([{ clientId: 'a', x: 20, y: 0 }], 1000)
    expect(trails.of('a')).toEqual([])
  })

  it('begin anew after a jump, and end with their disc', () => {
    const trails = new Trails()
    trails.note([{ clientId: 'a', x: 0, y: 0 }], 0)
    trails.note([{ clientId: 'a', x: 500, y: 0 }], 16)
    expect(trails.of('a')).toEqual([{ x: 500, y: 0, atMs: 16 }])
    trails.note([], 32)
    expect(trails.of('a')).toEqual([])
  })
})
