import type { Path } from '../values/plain.js'
import { hasSameIds, lowestBit, ownIds, type Page, pageSize, type Row } from './page.js'
import { sealRow } from './row.js'
import { createShape, findShape, type Shape } from './shape.js'

/** As much of an open table as its pages need. */
interface Sealing {
  nested: boolean
  readonly shapes: readonly Shape[]
  setShape(number: number, shape: Shape): void
}

/** What a page's rows differ in, while it is being sealed. */
const found: number[] = new Array(pageSize).fill(0)

/**
 * Ends the changes of a page of an open table.
 * @param basePage the page that it was copied from, or that stood in its place; undefined for none
 * @param path of the map, for errors
 * @returns whether the two differ
 * @throws GameStateError `invalid_value` with the path
 */
export function sealPage(table: Sealing, page: Page, basePage: Page | undefined, path: Path | undefined): boolean {
  let changed = page.restored || basePage === undefined || !hasSameIds(page, basePage)
  let differences = 0
  // rows that are only edited are on a page with the ids of the page before
  const isEdit = !page.restored && !page.ownsIds && basePage !== undefined
  for (let bits = page.touched; bits !== 0; bits &= bits - 1) {
    const index = lowestBit(bits)
    const row = page.rows[index]!
    const id = page.ids[index]!
    const same = isEdit || (basePage !== undefined && basePage.ids[index] === id)
    const baseRow = same ? basePage.rows[index] : undefined
    if (baseRow !== undefined) {
      const difference = compare(table, page.shapes[index]!, baseRow, row)
      if (difference === 0) {
        Object.freeze(row)
        page.rows[index] = baseRow
        continue
      }
      if (difference > 0) {
        Object.freeze(row)
        page.changed |= bits & -bits
        found[differences++] = difference
        changed = true
        continue
      }
    }
    const sealed = sealRow(baseRow, row, table, path, id)
    page.rows[index] = sealed
    if (sealed === baseRow) continue
    changed = true
    page.changed |= bits & -bits
    found[differences++] = -1
    const shape = findShape(sealed, table.shapes, page.shapes[index]!)
    if (shape === table.shapes.length) table.setShape(shape, createShape(Object.keys(sealed)))
    if (shape !== page.shapes[index]) {
      ownIds(page)
      page.shapes[index] = shape
    }
    // engines are at their best where all rows of a shape were made in the same place
    if (shape > 0 && baseRow === undefined && !table.nested) {
      page.rows[index] = Object.freeze(table.shapes[shape]!.access.copy(sealed))
    }
  }
  page.touched = 0
  page.restored = false
  if (isEdit && !page.ownsIds) {
    page.from = basePage.serial
    page.differences = found.slice(0, differences)
  }
  return changed
}

/**
 * The short way for rows that had a shape, have kept it and hold no objects, as most have.
 * @returns which fields differ, 0 for none; -1 where the long way has to be gone
 */
function compare({ nested, shapes }: Sealing, shape: number, base: Row, row: Row): number {
  if (shape === 0 || nested) return -1
  // symbols as keys and another prototype are not looked for: both would cost much, and they go with the next copy
  return shapes[shape]!.access.edited(base, row)
}
