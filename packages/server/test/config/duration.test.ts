import { expect, test } from 'vitest'
import { parseDuration } from '../../src/config/duration.js'

test.each([
  ['0', 0],
  ['0 s', 0],
  ['250 ms', 250],
  ['250ms', 250],
  ['1.5 s', 1500],
  ['5 min', 300_000],
  ['2 h', 7_200_000],
  ['1 d', 86_400_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', '10', '10 m', '10 S', 's', '-1 s', '1e3 s', '1,5 s', '1  s', ' 1 s', '1 s ', '1.s', 'Infinity s'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBe(undefined)
  },
)
