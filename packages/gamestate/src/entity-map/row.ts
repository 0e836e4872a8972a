import { sealValue, thaw } from '../values/kinds.js'
import { checkKeys, invalidValue, isPlainObject, type Path } from '../values/plain.js'
import type { EntityId, Row } from './page.js'

/** A copy of a sealed row that may be changed. @param nested whether the row may hold objects and arrays */
export function thawRow(row: Row, nested: boolean): Row {
  const copy = { ...row }
  if (!nested) return copy
  for (const key in copy) {
    const value = copy[key]
    if (typeof value === 'object' && value !== null) copy[key] = thaw(value)
  }
  return copy
}

/**
 * Checks a row that was changed and freezes it.
 * @param base the row as it was, sealed; undefined for a row that is new
 * @param table is told when the row is nested
 * @returns `base` where nothing has changed, else `row`, with the parts that have not changed taken from `base`
 */
export function sealRow(
  base: Row | undefined,
  row: Row,
  table: { nested: boolean },
  path: Path | undefined,
  id: EntityId,
): Row {
  if (!isPlainObject(row)) throw invalidValue(row, { parent: path, key: id })
  let same = base !== undefined
  let fields = 0
  for (const key in row) {
    let value = row[key]
    const before = base?.[key]
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean' && value !== null) {
      if (value === undefined) {
        delete row[key]
        continue
      }
      const rowPath = { parent: path, key: id }
      if (typeof value !== 'object') throw invalidValue(value, { parent: rowPath, key })
      table.nested = true
      value = sealValue(before, value, { parent: rowPath, key }, 'rows', 1)
      row[key] = value
    }
    fields++
    if (same && !Object.is(value, before)) same = false
  }
  if (same && hasSameFields(base!, row, fields)) return base!
  checkKeys(row, { parent: path, key: id })
  return Object.freeze(row)
}

/** Whether `base` has as many fields as `row`, in the same order, given that all of the row's are in it. */
function hasSameFields(base: Row, row: Row, fields: number): boolean {
  const baseKeys = Object.keys(base)
  if (baseKeys.length !== fields) return false
  let field = 0
  for (const key in row) if (key !== baseKeys[field++]) return false
  return true
}
