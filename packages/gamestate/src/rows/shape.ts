import type { Row } from './page.js'

let canMakeCode: boolean | undefined

/** Most fields of a shape: a set of fields has to fit into the bits of an integer. */
export const maxShapeFields = 30

/** Most shapes of a map. Rows beyond them are dictionaries rather than records. */
export const maxShapes = 256

/**
 * The fields of a row, in order. A row without a shape (`freeform`) is written as one value.
 * The list of shapes of a table only grows: the list of a version begins with that of every earlier version.
 */
export interface Shape {
  readonly fields: readonly string[]
  readonly access: RowAccess
}

export function createShape(fields: readonly string[]): Shape {
  return { fields, access: createAccess(fields) }
}

/** The shape with the number 0 in every list. */
const freeform: Shape = createShape([])

/** Stands for a shape whose rows are hidden from a client. No row has it. */
export const hiddenShape: Shape = { fields: [], access: { ...freeform.access, hasFields: () => false } }

export const noShapes: readonly Shape[] = [freeform]

export function isSameShape(a: Shape, b: Shape): boolean {
  return a === b || (a.fields.length === b.fields.length && a.fields.every((field, index) => field === b.fields[index]))
}

/**
 * Finds the shape of a row.
 * @param likely the number to try first
 * @returns its number in the list; 0 for a row without a shape; `shapes.length` for a shape that is not in the list yet
 */
export function findShape(row: Row, shapes: readonly Shape[], likely: number): number {
  if (likely > 0 && shapes[likely]!.access.hasFields(row)) return likely
  for (let index = shapes.length - 1; index > 0; index--) {
    if (shapes[index]!.access.hasFields(row)) return index
  }
  const fields = Object.keys(row).length
  if (fields === 0 || fields > maxShapeFields || shapes.length >= maxShapes) return 0
  return shapes.length
}

/**
 * Reads and writes the rows of one shape. Engines access fields that are named in code ten times as fast as fields that are
 * named by a variable, so code is made for each shape. If a content security policy forbids that, `interpretAccess` does
 * the same, slower.
 */
export interface RowAccess {
  /** A shallow writable copy. */
  copy(row: Row): Row
  /** Bit i for each field i that differs by `Object.is`: NaN for NaN is no change, -0 for 0 is one. */
  differences(base: Row, next: Row): number
  /**
   * `differences` of a row and the flat row from which it was copied; -1 if `row` is not flat, or has other fields or
   * another order of fields.
   */
  edited(base: Row, row: Row): number
  /** True if all fields are numbers, texts, booleans or null. */
  isFlat(row: Row): boolean
  /** True if the row has exactly the fields of the shape, in their order. */
  hasFields(row: Row): boolean
  /** For each field: reads it from the rows `start` to `end` - 1. Stops and returns false at a value that is no number. */
  readonly readNumbers: readonly ((rows: readonly Row[], into: Float64Array, start: number, end: number) => boolean)[]
  /** For each field: writes it into all the rows. */
  readonly writeNumbers: readonly ((rows: readonly Row[], from: Float64Array) => void)[]
}

/** Access to rows with these fields, by made code if that is allowed. */
function createAccess(fields: readonly string[]): RowAccess {
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

/** Access by code that is made for the shape. Names of fields come into the code as JSON, which is also JavaScript. */
export function compileAccess(fields: readonly string[]): RowAccess {
  const names = fields.map((field) => JSON.stringify(field))
  const make = <Made = never>(...source: string[]): Made => new Function(...source) as Made
  const flat = names.map(
    (name) => `((t = typeof (v = r[${name}])) === 'number' || t === 'string' || t === 'boolean' || v === null)`,
  )
  // `!Object.is(v, w)` without a call: only NaN is not equal to itself, and only zeros are equal and still differ
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

/** The same access without made code. */
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

/** A `for in` loop is fast in every engine, since the engine knows the keys from the object's hidden class. */
function hasFields(fields: readonly string[]): (row: Row) => boolean {
  return (row) => {
    let field = 0
    for (const key in row) if (key !== fields[field++]) return false
    return field === fields.length
  }
}
