import { expect, test } from 'vitest'
import { describeMeasure, growthBetween, type Measure } from './measure.js'

const measure: Measure = { heapBytes: 10 * 1024 * 1024, handles: 3, timers: 1, sessions: 0 }

test('what is alike has not grown, nor has what is less', () => {
  expect(growthBetween(measure, measure)).toEqual([])
  expect(growthBetween(measure, { heapBytes: 1, handles: 0, timers: 0, sessions: 0 })).toEqual([])
})

test('a heap has grown when it is more than two megabytes larger', () => {
  expect(growthBetween(measure, { ...measure, heapBytes: 12 * 1024 * 1024 })).toEqual([])
  expect(growthBetween(measure, { ...measure, heapBytes: 12 * 1024 * 1024 + 1 })).toEqual(['heap'])
})

test.each(['handles', 'timers', 'sessions'] as const)('one of the %s that remains is growth', (what) => {
  expect(growthBetween(measure, { ...measure, [what]: measure[what] + 1 })).toEqual([what])
})

test('a measure is one line', () => {
  expect(describeMeasure(measure)).toBe('10.00 MB heap, 3 handles, 1 timers, 0 sessions')
})
