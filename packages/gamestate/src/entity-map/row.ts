import { sealValue, thaw } from '../values/kinds.js'
import { checkKeys, invalidValue, isDraft, isPlainObject, type Path } from '../values/plain.js'
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

/** Freezes a row that does not become a part of a version, so that no write to it vanishes in silence. */
export function freezeRow(row: Row, nested: boolean): void {
  Object.freeze(row)
  if (nested) for (const key in row) freezeParts(row[key])
}

function freezeParts(value: unknown): void {
  // drafts and maps are ended by their transaction
  if (typeof value !== 'object' || value === null || isDraft(value) || Object.isFrozen(value)) return
  if (!Array.isArray(value) && !isPlainObject(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeParts(part)
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
  if (same && hasSameFields(base!, row, fields)) {
    freezeRow(row, table.nested)
    return base!
  }
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
