import { describe, expect, it } from 'vitest'
import { faultOfNumber, faultOfOptions, type OptionRow } from '../src/option-table.js'

const row = (part: Partial<OptionRow>): OptionRow => ({
  name: 'size',
  default: 1,
  unit: 'bytes',
  min: 1,
  meaning: 'The size.',
  ...part,
})

describe('a number', () => {
  it.each([
    [row({}), 1],
    [row({}), Number.POSITIVE_INFINITY],
    [row({ max: 5 }), 5],
    [row({ min: Number.MIN_VALUE }), 0.1],
    [row({ whole: true }), Number.POSITIVE_INFINITY],
  ])('in the range of %j is allowed: %j', (option, value) => {
    expect(faultOfNumber(option, value)).toBeUndefined()
  })

  it.each([
    [row({}), 0, 'size is a number from 1, not 0'],
    [row({}), Number.NaN, 'size is a number from 1, not NaN'],
    [row({}), '2', 'size is a number from 1, not 2'],
    [row({ max: 5 }), 6, 'size is a number from 1 to 5, not 6'],
    [row({ min: Number.MIN_VALUE }), 0, 'size is a number above 0, not 0'],
    [row({ whole: true }), 1.5, 'size is a whole number from 1, not 1.5'],
  ])('outside of the range of %j is not: %j', (option, value, fault) => {
    expect(faultOfNumber(option, value)).toBe(fault)
  })
})

describe('the options of a call', () => {
  const rows = [row({}), row({ name: 'quick', default: false, unit: '' }), row({ name: 'logger', unit: '' })]

  it('may be left out, or be undefined', () => {
    expect(faultOfOptions('make', rows, {})).toBeUndefined()
    expect(faultOfOptions('make', rows, { size: undefined, quick: true, logger: console })).toBeUndefined()
  })

  it.each([
    [undefined, 'the options of make are an object'],
    [8080, 'the options of make are an object'],
    [{ sizes: 1 }, "make has no option 'sizes'; it has size, quick, logger"],
    [{ size: 0 }, 'size is a number from 1, not 0'],
    [{ quick: 1 }, 'quick is true or false, not 1'],
  ])('that are wrong are named: %j', (options, fault) => {
    expect(faultOfOptions('make', rows, options)).toBe(fault)
  })
})
