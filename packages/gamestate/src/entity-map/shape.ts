import type { Row } from './page.js'
import { createAccess, type RowAccess } from './row-access.js'

/** Rows with more fields than this have no shape of their own: a set of fields has to fit the bits of an integer. */
export const maxShapeFields = 30

/** Maps with more kinds of rows than this stop giving them shapes: their rows are dictionaries rather than records. */
export const maxShapes = 256

/**
 * The fields of a row, in order. A row whose fields have no shape (`freeform`) travels as one value.
 * A table's list of shapes only grows, and a version's list begins with that of every version before it.
 */
export interface Shape {
  readonly fields: readonly string[]
  readonly access: RowAccess
}

export function createShape(fields: readonly string[]): Shape {
  return { fields, access: createAccess(fields) }
}

/** The shape at index 0 of every list. */
const freeform: Shape = createShape([])

/** Stands for a shape of rows that a client has not been shown. No row has it. */
export const untold: Shape = { fields: [], access: { ...freeform.access, hasFields: () => false } }

export const noShapes: readonly Shape[] = [freeform]

export function isSameShape(a: Shape, b: Shape): boolean {
  return a === b || (a.fields.length === b.fields.length && a.fields.every((field, index) => field === b.fields[index]))
}

/**
 * Finds the shape of a row.
 * @param likely the index to try first
 * @returns its index in the list, 0 for freeform, `shapes.length` where it has to be added to the list
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
