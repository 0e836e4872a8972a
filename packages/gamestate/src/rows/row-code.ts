import { isSealed } from '../values/mark.js'
import { isScalar, thaw } from '../values/sealing.js'
import { booleans, canHold, columnKind, storeNumber, storeValue, valueIn } from './columns.js'
import { lowestBit } from './page.js'
import { type Column, type Layout, makeCode, mayMakeCode, type Row, type RowCode } from './shape.js'
import { comparisonOf, differsCode } from './shape-comparison.js'

/** How a rule changes rows that are held as these columns. */
export function rowCodeOf(layout: Layout): RowCode {
  layout.code ??= mayMakeCode() ? compileRowCode(layout) : interpretRowCode(layout)
  return layout.code
}

/** A writable copy of the value of a cell. */
function thawCell(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? thaw(value) : value
}

/** Whether a column of values may hold a value of a row that has been checked. Of others it holds scalars without looking. */
function isHeld(value: unknown): boolean {
  return isScalar(value) || (typeof value === 'object' && isSealed(value!))
}

/**
 * Code that is made for the layout: engines access fields that are named in code ten times as fast as fields that are named
 * by a variable. Names of fields come into the code as JSON, which is also JavaScript.
 */
export function compileRowCode({ shape, kinds }: Layout): RowCode {
  const { fields } = shape
  const names = fields.map((field) => JSON.stringify(field))
  const draft = `{${names
    .map((name, field) => {
      const cell = kinds[field] === columnKind.bits ? `B[c${field} >>> i & 1]` : `c${field}[i]`
      return `${name}: ${kinds[field] === columnKind.values ? `T(${cell})` : cell}`
    })
    .join(',')}}`
  const columns = `const ${names.map((_, field) => `c${field} = c[${field}]`).join(',')};`
  const keys = (no: string): string =>
    `n = 0; for (const k in r) if (k !== F[n++]) return ${no}; if (n !== ${names.length}) return ${no};`
  const checks = names.map((name, field) => {
    if (kinds[field] === columnKind.numbers) return `if (typeof r[${name}] !== 'number') return false;`
    if (kinds[field] === columnKind.bits) return `if (typeof r[${name}] !== 'boolean') return false;`
    return `if (!P(r[${name}])) return false;`
  })
  const bitsOf = names.map((_, field) => `d${field} = 0`).join(',')
  const tests = names.map((name, field) => {
    const load = `v = r[${name}];`
    if (kinds[field] === columnKind.bits) {
      // not by a condition, which would be a branch that goes either way
      return `${load} if (typeof v !== 'boolean') return; d${field} |= (v === true) << i;`
    }
    const isWrong = kinds[field] === columnKind.numbers ? `typeof v !== 'number'` : '!P(v) && !(checked && H(v))'
    return `${load} if (${isWrong}) return; w = c${field}[i]; if (${differsCode}) d${field} |= b;`
  })
  const found = names.map((_, field) =>
    kinds[field] === columnKind.bits ? `(d${field} ^ c${field}) & bits` : `d${field}`,
  )
  const puts = names.map((name, field) => {
    const isHeldHere = kinds[field] === columnKind.numbers ? `typeof v === 'number'` : 'P(v) || H(v)'
    return `(c, bits, rows, some) => {
      let p = 0;
      for (; bits !== 0; bits &= bits - 1, p++) {
        const b = bits & -bits;
        if ((some & b) === 0) continue;
        const v = rows[p][${name}];
        if (${isHeldHere}) c[31 - Math.clz32(b)] = v
      }
    }`
  })
  return makeCode<(...given: unknown[]) => RowCode>(
    'B',
    'T',
    'P',
    'H',
    'F',
    // see `compileReader`
    `// ${kinds.join('')}
    return {
      draft(c, i) { ${columns} return ${draft} },
      draftAll(c, bits, into) { ${columns} for (; bits !== 0; bits &= bits - 1) { const i = 31 - Math.clz32(bits & -bits); into.push(${draft}) } },
      isValid(r) { let n; ${keys('false')} ${checks.join('')} return true },
      compare(c, bits, rows, checked) {
        ${columns} let ${bitsOf}, v, w, n, p = 0;
        for (let rest = bits; rest !== 0; rest &= rest - 1) {
          const b = rest & -rest, i = 31 - Math.clz32(b), r = rows[p++];
          ${keys('')} ${tests.join('\n')}
        }
        return [${found.join()}]
      },
      put: [${puts.join(',')}]
    }`,
  )(booleans, thawCell, isScalar, isHeld, fields)
}

/** The same without made code. */
export function interpretRowCode({ shape, kinds }: Layout): RowCode {
  const { fields } = shape
  const { hasFields } = comparisonOf(shape)
  const draft = (columns: readonly Column[], index: number): Row => {
    const row: Row = {}
    for (let field = 0; field < fields.length; field++)
      row[fields[field]!] = thawCell(valueIn(columns[field]!, kinds[field]!, index))
    return row
  }
  const isWhole = (row: Row, mayHold: (value: unknown) => boolean): boolean =>
    hasFields(row) &&
    fields.every((name, field) =>
      kinds[field] === columnKind.values ? mayHold(row[name]) : canHold(kinds[field]!, row[name]),
    )
  return {
    draft,
    draftAll(columns, bits, into) {
      for (let rest = bits; rest !== 0; rest &= rest - 1) into.push(draft(columns, lowestBit(rest)))
    },
    isValid: (row) => isWhole(row, isScalar),
    compare(columns, bits, drafts, isChecked) {
      const found = fields.map(() => 0)
      let place = 0
      for (let rest = bits; rest !== 0; rest &= rest - 1) {
        const row = drafts[place++]!
        if (!isWhole(row, isChecked ? isHeld : isScalar)) return undefined
        for (let field = 0; field < fields.length; field++) {
          if (!Object.is(row[fields[field]!], valueIn(columns[field]!, kinds[field]!, lowestBit(rest))))
            found[field]! |= rest & -rest
        }
      }
      return found
    },
    put: fields.map((name, field) => {
      const isNumeric = kinds[field] === columnKind.numbers
      return (column: unknown[], bits: number, drafts: readonly Row[], some: number): void => {
        let place = 0
        for (let rest = bits; rest !== 0; rest &= rest - 1, place++) {
          if ((some & rest & -rest) === 0) continue
          const value = drafts[place]![name]
          if (!isNumeric) {
            if (isHeld(value)) storeValue(column, lowestBit(rest), value)
          } else if (typeof value === 'number') storeNumber(column as number[], lowestBit(rest), value)
        }
      }
    }),
  }
}
