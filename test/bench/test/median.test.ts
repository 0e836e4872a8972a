import { describe, expect, it } from 'vitest'
import { median, medianRatio } from '../src/median.js'

describe('the median', () => {
  it.each([
    ['of one number is that number', [3], 3],
    ['is the one in the middle, whatever the order', [9, 1, 5], 5],
    ['of an even count is the mean of the two in the middle', [4, 1, 3, 100], 3.5],
    ['of nothing is no number', [], Number.NaN],
  ])('%s', (_, values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('of ratios is taken pair by pair', () => {
    expect(medianRatio([2, 9, 8], [1, 3, 2])).toBe(3)
  })
})
