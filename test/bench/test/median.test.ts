import { describe, expect, it } from 'vitest'
import { median, medianRatio, quantile } from '../src/median.js'

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

describe('a quantile', () => {
  it.each([
    ['at 0 is the lowest number', [3, 1, 2], 0, 1],
    ['at 1 is the highest number', [3, 1, 2], 1, 3],
    ['between two numbers lies in proportion', [1, 2, 3, 4], 0.25, 1.75],
    ['of nothing is no number', [], 0.5, Number.NaN],
  ])('%s', (_, values, share, expected) => {
    expect(quantile(values, share)).toBe(expected)
  })
})
