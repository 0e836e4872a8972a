import { expect, test } from 'vitest'
import { checkCounts } from '../src/check-counts.js'

test.each([1, 2, 1e9, Number.POSITIVE_INFINITY])('%d is a number of things', (value) => {
  expect(() => checkCounts({ maxThings: value })).not.toThrow()
})

test.each([[0], [-1], [1.5], [Number.NaN], [Number.NEGATIVE_INFINITY], ['5'], [undefined], [null]])(
  '%j is none, and the error names it: invalid_argument',
  (value) => {
    expect(() => checkCounts({ maxOthers: 1, maxThings: value as number })).toThrow(
      expect.objectContaining({
        name: 'ServerError',
        code: 'invalid_argument',
        message: `maxThings is a whole number from 1, not ${value}`,
      }),
    )
  },
)
