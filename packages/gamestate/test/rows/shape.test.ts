import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  blankColumn,
  columnKind,
  compileReader,
  interpretReader,
  kindOfValue,
  layoutOf,
  storeNumber,
  storeValue,
} from '../../src/rows/columns.js'
import { lowestBit } from '../../src/rows/page.js'
import { compileRowCode, interpretRowCode } from '../../src/rows/row-code.js'
import { type Column, compileCopy, type Row, shapeOf } from '../../src/rows/shape.js'
import { compileComparison, interpretComparison } from '../../src/rows/shape-comparison.js'
import { runsOf } from '../support/runs.js'

// keys that are integers come first in an object
const fields = ['0', 'x', 'y z', '"', '\u2028', 'constructor']
const kinds = [
  columnKind.numbers,
  columnKind.numbers,
  columnKind.bits,
  columnKind.values,
  columnKind.bits,
  columnKind.values,
]
const numbers = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN))
const others = fc.oneof(numbers, fc.constantFrom('a', 'b', null), fc.boolean())
const anything = fc.oneof(others, fc.constantFrom(undefined, 1n), fc.constant([1, [2]]))

const rowOf = (values: readonly unknown[]): Row =>
  Object.fromEntries(fields.map((field, index) => [field, values[index]]))
const anyRow = fc.tuple(...fields.map(() => anything)).map(rowOf)
/** A row that columns of these kinds hold. */
const fitting = fc.tuple(numbers, numbers, fc.boolean(), others, fc.boolean(), others).map(rowOf)
const page = fc.array(fitting, { minLength: 32, maxLength: 32 })

function columnsOf(rows: readonly Row[]): Column[] {
  return fields.map((field, place) => {
    const kind = kinds[place]!
    const column = blankColumn(kind)
    if (typeof column === 'number')
      return rows.reduce((bits, row, i) => (row[field] === true ? bits | (1 << i) : bits), 0)
    rows.forEach((row, i) => {
      if (kind === columnKind.numbers) storeNumber(column as number[], i, row[field] as number)
      else storeValue(column, i, row[field])
    })
    return column
  })
}

/** Code that is made for a shape and its interpreted twin do the same: what the tests of everything else hold for one holds for both. */
describe('rows by made code and by names', () => {
  const layout = layoutOf(shapeOf(fields), kinds)
  const compiled = { row: compileReader(fields, kinds), ...compileRowCode(layout), ...compileComparison(fields) }
  const interpreted = {
    row: interpretReader(fields, kinds),
    ...interpretRowCode(layout),
    ...interpretComparison(fields),
  }

  test('are copied and compared alike', () => {
    const copy = compileCopy(fields)
    fc.assert(
      fc.property(anyRow, anyRow, (a, b) => {
        expect(copy(a)).toEqual({ ...a })
        expect(Object.keys(copy(a))).toEqual(Object.keys(a))
        expect(compiled.differences(a, b)).toBe(interpreted.differences(a, b))
        expect(compiled.differences(a, { ...a })).toBe(interpreted.differences(a, { ...a }))
        expect(compiled.hasFields(a)).toBe(true)
        expect(interpreted.hasFields({ ...a, more: 1 })).toBe(false)
      }),
      { numRuns: runsOf(2000) },
    )
  })

  test('are read from columns alike', () => {
    fc.assert(
      fc.property(page, fc.nat(31), (rows, index) => {
        const columns = columnsOf(rows)
        expect(compiled.row(columns, index)).toEqual(rows[index])
        expect(interpreted.row(columns, index)).toEqual(rows[index])
        expect(Object.keys(compiled.row(columns, index))).toEqual(Object.keys(interpreted.row(columns, index)))
      }),
      { numRuns: runsOf(500) },
    )
  })

  test('are drafted, checked, compared and put back alike', () => {
    const change = fc.tuple(fc.nat(fields.length - 1), anything)
    fc.assert(
      fc.property(page, fc.integer(), fc.array(change, { minLength: 1, maxLength: 40 }), (rows, bits, changes) => {
        const columns = columnsOf(rows)
        const [drafts, twins]: [Row[], Row[]] = [[], []]
        compiled.draftAll(columns, bits, drafts)
        interpreted.draftAll(columns, bits, twins)
        expect(drafts).toEqual(twins)
        changes.forEach(([field, value], place) => {
          for (const list of [drafts, twins]) if (place < list.length) list[place]![fields[field]!] = value
        })
        expect(drafts.map((row) => compiled.isValid(row))).toEqual(twins.map((row) => interpreted.isValid(row)))
        const found = compiled.compare(columns, bits, drafts, false)
        expect(interpreted.compare(columns, bits, twins, false)).toEqual(found)
        expect(found !== undefined).toBe(drafts.every((row) => compiled.isValid(row)))
        if (found === undefined) return
        const put = (code: typeof compiled, from: readonly Row[]): Column[] =>
          columns.map((column, field) => {
            if (typeof column === 'number') return column ^ found[field]!
            const own = column.slice()
            code.put[field]!(own, bits, from, found[field]!)
            return own
          })
        const [written, twin] = [put(compiled, drafts), put(interpreted, twins)]
        expect(written).toEqual(twin)
        let place = 0
        for (let rest = bits; rest !== 0; rest &= rest - 1) {
          expect(compiled.row(written, lowestBit(rest))).toEqual(drafts[place++])
        }
      }),
      { numRuns: runsOf(1000) },
    )
  })

  test('of objects are drafted as copies at every depth', () => {
    const list = Object.freeze([Object.freeze([1])])
    const columns = columnsOf(Array.from({ length: 32 }, () => rowOf([0, 0, false, list, false, 'a'])))
    for (const code of [compiled, interpreted]) {
      const [draft] = [code.draft(columns, 3)['"']] as number[][][]
      draft![0]!.push(2)
      expect([draft, list]).toEqual([[[1, 2]], [[1]]])
    }
  })
})

test('a shape has some layouts of its own, and then one that holds anything', () => {
  // with fields that no other test has
  const shape = shapeOf([...'abcde'].map((field) => `layout ${field}`))
  const drawn = fc.sample(fc.tuple(...[...'abcde'].map(() => fc.constantFrom(0, 1, 2))), { numRuns: 200, seed: 1 })
  const layouts = new Set(drawn.map((some) => layoutOf(shape, some)))
  expect(layouts.size).toBeLessThan(18)
  for (const some of drawn) {
    layoutOf(shape, some).kinds.forEach((kind, field) => {
      expect([some[field], columnKind.values]).toContain(kind)
    })
  }
  expect([0.5, true, 'a', null, []].map(kindOfValue)).toEqual([0, 1, 2, 2, 2])
})

test('tables with the same fields share a shape, unless there are too many, or their names are long', () => {
  const fields = ['shared x', 'shared y']
  const shape = shapeOf(fields)
  expect(shapeOf([...fields])).toBe(shape)
  expect(shapeOf(fields.toReversed())).not.toBe(shape)
  const long = ['x'.repeat(1001)]
  expect(shapeOf(long)).not.toBe(shapeOf(long))
  // a peer that invents names makes none of it stay
  for (let number = 0; number < 300; number++) shapeOf([`invented ${number}`])
  expect(shapeOf(fields)).not.toBe(shape)
})
