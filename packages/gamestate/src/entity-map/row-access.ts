import type { Row } from './page.js'
import type { Shape } from './shape.js'

/**
 * How the rows of one shape are read and written. Engines are an order of magnitude faster at fields that are named in
 * code than at fields that are named by a variable, so there is code for each shape, made when it is first met. Where a content
 * security policy forbids to make code, `interpretAccess` does the same, slower.
 */
export interface RowAccess {
  /** A copy that may be changed. Not deep. */
  copy(row: Row): Row
  /** Bit i for each field i that is not identical in both; NaN is taken to differ from itself. */
  differences(base: Row, next: Row): number
  /** Whether all fields are numbers, texts, booleans or null. */
  isFlat(row: Row): boolean
  /** For each field: takes it out of many rows. Stops and gives false at a value that is not a number. */
  readonly readNumbers: readonly ((rows: readonly Row[], into: Float64Array) => boolean)[]
  /** For each field: puts it into as many rows. */
  readonly writeNumbers: readonly ((rows: readonly Row[], from: Float64Array) => void)[]
}

const known = new WeakMap<Shape, RowAccess>()

let canMakeCode: boolean | undefined

/** The access for a shape, made once. */
export function accessOf(shape: Shape): RowAccess {
  let access = known.get(shape)
  if (access === undefined) {
    canMakeCode ??= mayMakeCode()
    access = canMakeCode ? compileAccess(shape) : interpretAccess(shape)
    known.set(shape, access)
  }
  return access
}

function mayMakeCode(): boolean {
  try {
    return new Function('return true')() === true
  } catch {
    return false
  }
}

/** Access by code made for the shape. Names of fields come into the code as JSON, which is JavaScript. */
export function compileAccess(shape: Shape): RowAccess {
  const names = shape.map((field) => JSON.stringify(field))
  const make = (...source: string[]): never => new Function(...source) as never
  const flat = names.map(
    (name) =>
      `(t = typeof (v = r[${name}])) !== 'object' && t !== 'undefined' && t !== 'function' && t !== 'symbol' && t !== 'bigint' || v === null`,
  )
  return {
    copy: make('r', `return {${names.map((name) => `${name}: r[${name}]`).join(',')}}`),
    differences: make(
      'a',
      'b',
      // -0 and 0 are `===`, so equal zeros are looked at again
      `let m = 0, v; ${names
        .map(
          (name, bit) =>
            `if ((v = a[${name}]) !== b[${name}] || (v === 0 && !Object.is(v, b[${name}]))) m |= ${1 << bit};`,
        )
        .join('')} return m`,
    ),
    isFlat: make('r', `let t, v; return (${flat.join(') && (')})`),
    readNumbers: names.map((name) =>
      make(
        'rows',
        'into',
        `for (let i = 0; i < rows.length; i++) { const v = rows[i][${name}]; if (typeof v !== 'number') return false; into[i] = v } return true`,
      ),
    ),
    writeNumbers: names.map((name) =>
      make('rows', 'from', `for (let i = 0; i < rows.length; i++) rows[i][${name}] = from[i]`),
    ),
  }
}

/** The same without making code. */
export function interpretAccess(shape: Shape): RowAccess {
  return {
    copy(row) {
      const copy: Row = {}
      for (const field of shape) copy[field] = row[field]
      return copy
    },
    differences(base, next) {
      let differences = 0
      for (let index = 0; index < shape.length; index++) {
        const was = base[shape[index]!]
        const is = next[shape[index]!]
        if (was !== is || (was === 0 && !Object.is(was, is))) differences |= 1 << index
      }
      return differences
    },
    isFlat(row) {
      return shape.every((field) => {
        const value = row[field]
        return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' || value === null
      })
    },
    readNumbers: shape.map((field) => (rows: readonly Row[], into: Float64Array): boolean => {
      for (let index = 0; index < rows.length; index++) {
        const value = rows[index]![field]
        if (typeof value !== 'number') return false
        into[index] = value
      }
      return true
    }),
    writeNumbers: shape.map((field) => (rows: readonly Row[], from: Float64Array): void => {
      for (let index = 0; index < rows.length; index++) rows[index]![field] = from[index]
    }),
  }
}
