import {
  hiddenShape,
  makeCode,
  maxShapeFields,
  maxShapes,
  mayMakeCode,
  type Row,
  type RowComparison,
  type Shape,
} from './shape.js'

/** `!Object.is(v, w)` without a call: only NaN is not equal to itself, and only zeros are equal and still differ. */
export const differsCode = 'v !== w ? v === v || w === w : v === 0 && 1 / v !== 1 / w'

/** How to compare rows of a shape. */
export function comparisonOf(shape: Shape): RowComparison {
  shape.comparison ??= createComparison(shape)
  return shape.comparison
}

/**
 * Finds the shape of a row.
 * @param likely the number to try first
 * @returns its number in the list; 0 for a row without a shape; `shapes.length` for a shape that is not in the list yet
 */
export function findShape(row: Row, shapes: readonly Shape[], likely: number): number {
  if (likely > 0 && comparisonOf(shapes[likely]!).hasFields(row)) return likely
  for (let index = shapes.length - 1; index > 0; index--) {
    if (comparisonOf(shapes[index]!).hasFields(row)) return index
  }
  const fields = Object.keys(row).length
  if (fields === 0 || fields > maxShapeFields || shapes.length >= maxShapes) return 0
  return shapes.length
}

function createComparison(shape: Shape): RowComparison {
  const { fields } = shape
  const comparison = mayMakeCode() ? compileComparison(fields) : interpretComparison(fields)
  return shape === hiddenShape ? { ...comparison, hasFields: () => false } : comparison
}

/** Comparison by code that is made for the shape. Names of fields come into the code as JSON, which is also JavaScript. */
export function compileComparison(fields: readonly string[]): RowComparison {
  const names = fields.map((field) => JSON.stringify(field))
  const differences = names.map((name, bit) => `v = a[${name}]; w = b[${name}]; if (${differsCode}) m |= ${1 << bit};`)
  return {
    differences: makeCode('a', 'b', `let m = 0, v, w; ${differences.join('')} return m`),
    hasFields: hasFields(fields),
  }
}

/** The same comparison without made code. */
export function interpretComparison(fields: readonly string[]): RowComparison {
  return {
    differences(base, next) {
      let differences = 0
      for (let index = 0; index < fields.length; index++) {
        if (!Object.is(base[fields[index]!], next[fields[index]!])) differences |= 1 << index
      }
      return differences
    },
    hasFields: hasFields(fields),
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
