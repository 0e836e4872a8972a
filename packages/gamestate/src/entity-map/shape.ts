import type { Row } from './page.js'

/** Rows with more fields than this have no shape of their own: a set of fields has to fit the bits of an integer. */
export const maxShapeFields = 30

/** Maps with more kinds of rows than this stop giving them shapes: their rows are dictionaries rather than records. */
const maxShapes = 256

/**
 * The fields of a row, in order. A row whose fields have no shape (`freeform`) travels as one value.
 * A table's list of shapes only grows, and a version's list begins with that of every version before it.
 */
export type Shape = readonly string[]

/** The shape at index 0 of every list. */
export const freeform: Shape = []

export const noShapes: readonly Shape[] = [freeform]

/** Whether the fields of `row` are those of `shape`, in the same order. */
export function hasShape(row: Row, shape: Shape): boolean {
  let field = 0
  for (const key in row) {
    if (key !== shape[field]) return false
    field++
  }
  return field === shape.length
}

/**
 * Finds the shape of a row.
 * @param likely the index to try first
 * @returns its index in the list, 0 for freeform, `shapes.length` where it has to be added to the list
 */
export function findShape(row: Row, shapes: readonly Shape[], likely: number): number {
  if (likely > 0 && hasShape(row, shapes[likely]!)) return likely
  for (let index = shapes.length - 1; index > 0; index--) {
    if (hasShape(row, shapes[index]!)) return index
  }
  const fields = Object.keys(row).length
  if (fields === 0 || fields > maxShapeFields || shapes.length >= maxShapes) return 0
  return shapes.length
}
