import type { Row } from './page.js'

/**
 * How the rows of one shape are read and written. Engines are an order of magnitude faster at fields that are named in
 * code than at fields that are named by a variable, so there is code for each shape, made when it is first met. Where a content
 * security policy forbids to make code, `interpretAccess` does the same, slower.
 */
export interface RowAccess {
  /** A copy that may be changed. Not deep. */
  copy(row: Row): Row
  /** Bit i for each field i whose two values `Object.is` tells apart: NaN is no change, and -0 for 0 is one. */
  differences(base: Row, next: Row): number
  /**
   * What `differences` says of a row that was changed since it was copied from `base`, whose fields are all numbers, texts,
   * booleans or null; -1 where that does not hold of `row`, or it has got other fields or another order of them.
   */
  edited(base: Row, row: Row): number
  /** Whether all fields are numbers, texts, booleans or null. */
  isFlat(row: Row): boolean
  /** Whether the row has the fields of the shape in their order, and no others. */
  hasFields(row: Row): boolean
  /** For each field: takes it out of the rows from `start` to before `end`. Stops and gives false at a value that is not a number. */
  readonly readNumbers: readonly ((rows: readonly Row[], into: Float64Array, start: number, end: number) => boolean)[]
  /** For each field: puts it into as many rows. */
  readonly writeNumbers: readonly ((rows: readonly Row[], from: Float64Array) => void)[]
}

let canMakeCode: boolean | undefined

/** Access to rows with these fields, in the faster of the two ways that is allowed. */
export function createAccess(fields: readonly string[]): RowAccess {
  canMakeCode ??= mayMakeCode()
  return canMakeCode ? compileAccess(fields) : interpretAccess(fields)
}

function mayMakeCode(): boolean {
  try {
    return new Function('return true')() === true
  } catch {
    return false
  }
}

/** Access by code made for the shape. Names of fields come into the code as JSON, which is JavaScript. */
export function compileAccess(fields: readonly string[]): RowAccess {
  const names = fields.map((field) => JSON.stringify(field))
  const make = <Made = never>(...source: string[]): Made => new Function(...source) as Made
  const flat = names.map(
    (name) => `((t = typeof (v = r[${name}])) === 'number' || t === 'string' || t === 'boolean' || v === null)`,
  )
  // the same as `!Object.is(v, w)`, without a call: only NaN is not equal to itself, and only zeros are equal and differ
  const differs = 'v !== w ? v === v || w === w : v === 0 && 1 / v !== 1 / w'
  const differences = names.map((name, bit) => `v = a[${name}]; w = b[${name}]; if (${differs}) m |= ${1 << bit};`)
  const edits = names.map(
    (name, bit) =>
      `v = a[${name}]; w = b[${name}]; if (${differs}) { if ((t = typeof w) !== 'number' && t !== 'string' && t !== 'boolean' && w !== null) return -1; m |= ${1 << bit} }`,
  )
  return {
    copy: make('r', `return {${names.map((name) => `${name}: r[${name}]`).join(',')}}`),
    differences: make('a', 'b', `let m = 0, v, w; ${differences.join('')} return m`),
    edited: make<(fields: readonly string[]) => RowAccess['edited']>(
      'fields',
      `return (a, b) => { let m = 0, n = 0, v, w, t; for (const k in b) if (k !== fields[n++]) return -1; if (n !== ${names.length}) return -1; ${edits.join('')} return m }`,
    )(fields),
    isFlat: make('r', `let t, v; return ${['true', ...flat].join(' && ')}`),
    hasFields: hasFields(fields),
    readNumbers: names.map((name) =>
      make(
        'rows',
        'into',
        'start',
        'end',
        `for (let i = start; i < end; i++) { const v = rows[i][${name}]; if (typeof v !== 'number') return false; into[i] = v } return true`,
      ),
    ),
    writeNumbers: names.map((name) =>
      make('rows', 'from', `for (let i = 0; i < rows.length; i++) rows[i][${name}] = from[i]`),
    ),
  }
}

/** The same without making code. */
export function interpretAccess(fields: readonly string[]): RowAccess {
  const hasExactly = hasFields(fields)
  return {
    copy(row) {
      const copy: Row = {}
      for (const field of fields) copy[field] = row[field]
      return copy
    },
    differences(base, next) {
      let differences = 0
      for (let index = 0; index < fields.length; index++) {
        if (!Object.is(base[fields[index]!], next[fields[index]!])) differences |= 1 << index
      }
      return differences
    },
    edited(base, row) {
      return hasExactly(row) && this.isFlat(row) ? this.differences(base, row) : -1
    },
    isFlat(row) {
      return fields.every((field) => {
        const value = row[field]
        return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null
      })
    },
    hasFields: hasExactly,
    readNumbers: fields.map(
      (field) =>
        (rows: readonly Row[], into: Float64Array, start: number, end: number): boolean => {
          for (let index = start; index < end; index++) {
            const value = rows[index]![field]
            if (typeof value !== 'number') return false
            into[index] = value
          }
          return true
        },
    ),
    writeNumbers: fields.map((field) => (rows: readonly Row[], from: Float64Array): void => {
      for (let index = 0; index < rows.length; index++) rows[index]![field] = from[index]
    }),
  }
}

/** A loop over the names that are there is fast in every engine: it goes by what the engine knows of the object's form. */
function hasFields(fields: readonly string[]): (row: Row) => boolean {
  return (row) => {
    let field = 0
    for (const key in row) if (key !== fields[field++]) return false
    return field === fields.length
  }
}
