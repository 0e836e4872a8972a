import { expect, it } from 'vitest'
import { momentWords, spanWords } from '../../src/terminal/time-words.js'

it.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min 0 s'],
  [3_599_999, '59 min 59 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms are %s', (ms, words) => {
  expect(spanWords(ms)).toBe(words)
})

it('a moment is written with its day and time where one is, in equal width', () => {
  expect(momentWords(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe('2026-01-02 03:04:05')
})
