import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileAccess, interpretAccess } from '../../src/rows/shape.js'
import { compileComparison, interpretComparison } from '../../src/rows/shape-comparison.js'
import { runsOf } from '../support/runs.js'

const fields = ['x', 'y z', '"', '\u2028', 'constructor', '0']
const values = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, 'a', true, null, undefined, 1n))
const rows = fc.tuple(...fields.map(() => values)).map((list) => Object.fromEntries(fields.map((f, i) => [f, list[i]])))

const isFlat = (row: object): boolean =>
  Object.values(row).every((value) => value === null || ['number', 'string', 'boolean'].includes(typeof value))

/** Code that is made for a shape and its interpreted twin do the same: what the tests of everything else hold for one holds for both. */
describe('access to rows by made code and by names', () => {
  // keys that are integers come first in an object
  const sorted = ['0', ...fields.slice(0, -1)]
  const compiled = { ...compileAccess(sorted), ...compileComparison(sorted) }
  const interpreted = { ...interpretAccess(sorted), ...interpretComparison(sorted) }

  test('copies, compares and checks alike', () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        expect(compiled.copy(a)).toEqual(interpreted.copy(a))
        expect(Object.keys(compiled.copy(a))).toEqual(Object.keys(interpreted.copy(a)))
        expect(compiled.differences(a, b)).toBe(interpreted.differences(a, b))
        expect(compiled.differences(a, { ...a })).toBe(interpreted.differences(a, { ...a }))
        // of rows that were flat, as it is asked for no others
        if (isFlat(a)) expect(compiled.edited(a, b)).toBe(interpreted.edited(a, b))
        expect(compiled.edited(a, { ...a, more: 1 })).toBe(-1)
        expect(interpreted.edited(a, { ...a, more: 1 })).toBe(-1)
        expect(compiled.hasFields(a)).toBe(true)
        expect(interpreted.hasFields({ ...a, more: 1 })).toBe(false)
      }),
      { numRuns: runsOf(2000) },
    )
  })

  test('reads and writes columns alike', () => {
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 5 }), fc.nat({ max: fields.length - 1 }), (list, field) => {
        const one = new Float64Array(8)
        const other = new Float64Array(8)
        for (const start of [list.length >> 1, 0]) {
          const isRead = compiled.readNumbers[field]!(list, one, start, list.length)
          expect(interpreted.readNumbers[field]!(list, other, start, list.length)).toBe(isRead)
          expect(one).toEqual(other)
        }
        const written = list.map((row) => ({ ...row }))
        const alike = list.map((row) => ({ ...row }))
        compiled.writeNumbers[field]!(written, one)
        interpreted.writeNumbers[field]!(alike, one)
        expect(written).toEqual(alike)
      }),
    )
  })
})
