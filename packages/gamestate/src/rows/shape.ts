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
  /** Made by `comparisonOf` when it is first needed: a page that only reads deltas never compares rows. */
  comparison?: RowComparison
}

export function createShape(fields: readonly string[]): Shape {
  return { fields, access: createAccess(fields) }
}

/** The shape with the number 0 in every list. */
const freeform: Shape = createShape([])

/** Stands for a shape whose rows are hidden from a client. No row has it. */
export const hiddenShape: Shape = { fields: [], access: freeform.access }

export const noShapes: readonly Shape[] = [freeform]

export function isSameShape(a: Shape, b: Shape): boolean {
  return a === b || (a.fields.length === b.fields.length && a.fields.every((field, index) => field === b.fields[index]))
}

/**
 * Reads and writes the rows of one shape. Engines access fields that are named in code ten times as fast as fields that are
 * named by a variable, so code is made for each shape. If a content security policy forbids that, `interpretAccess` does
 * the same, slower.
 */
export interface RowAccess {
  /** A shallow writable copy. */
  copy(row: Row): Row
  /** For each field: reads it from the rows `start` to `end` - 1. Stops and returns false at a value that is no number. */
  readonly readNumbers: readonly ((rows: readonly Row[], into: Float64Array, start: number, end: number) => boolean)[]
  /** For each field: writes it into all the rows. */
  readonly writeNumbers: readonly ((rows: readonly Row[], from: Float64Array) => void)[]
}

/** Compares the rows of one shape. */
export interface RowComparison {
  /** Bit i for each field i that differs by `Object.is`: NaN for NaN is no change, -0 for 0 is one. */
  differences(base: Row, next: Row): number
  /**
   * `differences` of a row and the flat row from which it was copied; -1 if `row` is not flat, or has other fields or
   * another order of fields.
   */
  edited(base: Row, row: Row): number
  /** True if the row has exactly the fields of the shape, in their order. */
  hasFields(row: Row): boolean
}

/** Access to rows with these fields, by made code if that is allowed. */
function createAccess(fields: readonly string[]): RowAccess {
  return mayMakeCode() ? compileAccess(fields) : interpretAccess(fields)
}

/** False if a content security policy forbids it. */
export function mayMakeCode(): boolean {
  if (canMakeCode === undefined) {
    try {
      canMakeCode = new Function('return true')() === true
    } catch {
      canMakeCode = false
    }
  }
  return canMakeCode
}

/** A function made from its parameters and its code. */
export function makeCode<Made = never>(...source: string[]): Made {
  return new Function(...source) as Made
}

/** Access by code that is made for the shape. Names of fields come into the code as JSON, which is also JavaScript. */
export function compileAccess(fields: readonly string[]): RowAccess {
  const names = fields.map((field) => JSON.stringify(field))
  return {
    copy: makeCode('r', `return {${names.map((name) => `${name}: r[${name}]`).join(',')}}`),
    readNumbers: names.map((name) =>
      makeCode(
        'rows',
        'into',
        'start',
        'end',
        `for (let i = start; i < end; i++) { const v = rows[i][${name}]; if (typeof v !== 'number') return false; into[i] = v } return true`,
      ),
    ),
    writeNumbers: names.map((name) =>
      makeCode('rows', 'from', `for (let i = 0; i < rows.length; i++) rows[i][${name}] = from[i]`),
    ),
  }
}

/** The same access without made code. */
export function interpretAccess(fields: readonly string[]): RowAccess {
  return {
    copy(row) {
      const copy: Row = {}
      for (const field of fields) copy[field] = row[field]
      return copy
    },
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
