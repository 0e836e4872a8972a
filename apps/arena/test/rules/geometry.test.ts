import { describe, expect, it } from 'vitest'
import { bodyRadius, field, pickupSpots, walls, waypoints } from '../../src/field.js'
import { distanceToDisc, distanceToWall, isClear, keepOut, sees } from '../../src/rules/geometry.js'

describe('the field', () => {
  it('has room for a disc at each waypoint and pick-up', () => {
    for (const { x, y } of [...waypoints, ...pickupSpots]) {
      const disc = { x, y }
      keepOut(disc, bodyRadius)
      expect(disc, `${x}, ${y}`).toEqual({ x, y })
    }
  })

  it('has a way between any two waypoints', () => {
    const reached = new Set([0])
    for (const index of reached) {
      waypoints.forEach((spot, other) => {
        if (isClear(waypoints[index]!, spot)) reached.add(other)
      })
    }
    expect(reached.size).toBe(waypoints.length)
  })

  it('is the same from all corners', () => {
    const turned = walls.map((wall) => ({ ...wall, x: field.width - wall.x - wall.width }))
    for (const wall of turned) expect(walls).toContainEqual(wall)
  })
})

describe('a ray', () => {
  it('ends at the first wall, at the edge, and at its range', () => {
    expect(distanceToWall({ x: 640, y: 500 }, 1, 0, 1000)).toBe(100)
    expect(distanceToWall({ x: 100, y: 500 }, -1, 0, 1000)).toBe(100)
    expect(distanceToWall({ x: 100, y: 100 }, 1, 0, 300)).toBe(300)
  })

  it('meets a disc at its edge, and passes one beside or behind it', () => {
    const from = { x: 0, y: 0 }
    expect(distanceToDisc(from, 1, 0, { x: 100, y: 0 }, 20)).toBe(80)
    expect(distanceToDisc(from, 1, 0, { x: 100, y: 21 }, 20)).toBe(Number.POSITIVE_INFINITY)
    expect(distanceToDisc(from, 1, 0, { x: -100, y: 0 }, 20)).toBe(Number.POSITIVE_INFINITY)
    expect(distanceToDisc(from, 1, 0, { x: 5, y: 0 }, 20)).toBe(0)
  })
})

describe('a look', () => {
  it('does not go through a wall', () => {
    expect(sees({ x: 700, y: 500 }, { x: 900, y: 500 })).toBe(false)
    expect(sees({ x: 700, y: 400 }, { x: 900, y: 400 })).toBe(true)
  })

  it('sees a disc whose middle is behind a corner by its side', () => {
    const disc = { x: 900, y: 446 }
    expect(isClear({ x: 640, y: 446 }, disc)).toBe(false)
    expect(sees({ x: 640, y: 446 }, disc)).toBe(true)
  })
})

it('a disc in a wall is moved out on the shortest way', () => {
  const disc = { x: 735, y: 500 }
  keepOut(disc, bodyRadius)
  expect(disc).toEqual({ x: 740 - bodyRadius, y: 500 })
})
