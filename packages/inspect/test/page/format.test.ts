import { expect, test } from 'vitest'
import { bytes, count, ms, percent, plural, shortNumber, span } from '../../page/src/parts/format.js'

const rows: [shown: string, expected: string][] = [
  [count(0), '0'],
  [count(1234), '1,234'],
  [count(12_345), '12.3k'],
  [count(4_560_000), '4.56M'],
  [count(0.12345), '0.123'],
  [bytes(512), '512 B'],
  [bytes(1234), '1.23 kB'],
  [bytes(121_000_000), '121 MB'],
  [ms(0.4213), '0.421 ms'],
  [ms(25.46), '25 ms'],
  [ms(1500), '1.5 s'],
  [ms(undefined), '–'],
  [percent(0), '0 %'],
  [percent(0.0123), '1.2 %'],
  [percent(0.719), '72 %'],
  [percent(Number.NaN), '–'],
  [span(59_000), '59 s'],
  [span(600_000), '10 min'],
  [span(3_660_000), '1 h 1 min'],
  [span(90_000_000), '1 d 1 h'],
  [plural(1, 'room'), '1 room'],
  [plural(2, 'room'), '2 rooms'],
  [shortNumber('350.5068975252252'), '350.5069'],
  [shortNumber('-1.5136195152113423e-7'), '-1.51362e-7'],
  [shortNumber('"350.5068975252252"'), '"350.5068975252252"'],
  [shortNumber('7.25'), '7.25'],
]

test.each(rows)('%s is how people read a number', (shown, expected) => {
  expect(shown).toBe(expected)
})
