import { describe, expect, it } from 'vitest'
import { percentile } from '../src/net/percentile.js'

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

describe('a percentile', () => {
  it.each<[share: number, values: readonly number[], expected: number]>([
    [0.5, hundred, 50],
    [0.99, hundred, 99],
    [1, hundred, 100],
    [0.5, [7], 7],
    [0.99, [3, 1, 2], 3],
    [0.5, [10, 9, 100], 10],
    [0.5, [], Number.NaN],
  ])('of %f is the value that this share does not exceed', (share, values, expected) => {
    expect(percentile(values, share)).toBe(expected)
  })

  it('leaves the values as they are', () => {
    const values = [3, 1, 2]
    percentile(values, 0.5)
    expect(values).toEqual([3, 1, 2])
  })
})
