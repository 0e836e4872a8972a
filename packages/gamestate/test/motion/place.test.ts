import { expect, test } from 'vitest'
import { placeBetween } from '../../src/motion/place.js'

test.each([
  [4, 8, { from: 3, to: 5, alpha: 0.5 }],
  [5, 8, { from: 3, to: 5, alpha: 1 }],
  [6, 2, { from: 5, to: 9, alpha: 0 }],
  [8, 2, { from: 5, to: 9, alpha: 0.5 }],
  [2, 8, { from: 3, to: 3, alpha: 1 }],
  [70, 8, { from: 5, to: 9, alpha: 1 }],
])(
  'a place is found between the versions that are known, and a long way moves at its end: %d in a span of %d',
  (place, span, found) => {
    expect(placeBetween([3, 5, 9], place, span)).toEqual(found)
  },
)
