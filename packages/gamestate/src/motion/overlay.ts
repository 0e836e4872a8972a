import { type EntityId, pageSize, type Row } from '../rows/page.js'
import type { HasTable, Table } from '../rows/table.js'
import { MapValue } from '../values/kind.js'
import { isPlainObject, type PlainObject } from '../values/plain.js'
import { isSingleRow, mapLike, openedTable, type PartMotion } from './blend.js'

/** Rows by their ids; undefined for one that is not there. */
export type RowChanges = ReadonlyMap<EntityId, Row | undefined>

/** The row with an id in a part of a state that moves. In a list the id is the index; a single row has the key of the part. */
export function rowIn(motion: PartMotion | undefined, part: unknown, id: EntityId): Row | undefined {
  if (part instanceof MapValue) {
    const { table } = part as unknown as HasTable
    return table.rowAt(table.slotOf(id))
  }
  if (typeof part !== 'object' || part === null) return undefined
  if (motion !== undefined && !Array.isArray(part) && isSingleRow(motion, part as PlainObject)) {
    return id === motion.key ? (part as Row) : undefined
  }
  const row = Object.hasOwn(part, id) ? (part as PlainObject)[id] : undefined
  return isPlainObject(row) ? row : undefined
}

/** Calls `visit` with each row of a part of a state that moves, as `rowIn` finds it. */
export function eachRowIn(motion: PartMotion, part: unknown, visit: (row: Row, id: EntityId) => void): void {
  if (part instanceof MapValue) {
    const { table } = part as unknown as HasTable
    for (const [id, row] of table) visit(row, id)
  } else if (Array.isArray(part)) {
    for (const [index, row] of part.entries()) if (isPlainObject(row)) visit(row, index)
  } else if (isPlainObject(part)) {
    if (isSingleRow(motion, part)) return visit(part, motion.key)
    for (const [id, row] of Object.entries(part)) if (isPlainObject(row)) visit(row, id)
  }
}

/**
 * A part of a state with some rows replaced, added and removed. Rows of lists, and single rows, are only replaced.
 * @param motion undefined for a map in which nothing moves
 * @param changes frozen rows
 * @returns `part` itself if it has these rows already
 */
export function withRows(motion: PartMotion | undefined, part: unknown, changes: RowChanges): unknown {
  if (part instanceof MapValue) {
    const { table } = part as unknown as HasTable
    const changed = tableWith(table, changes)
    return changed === table ? part : mapLike(part, changed)
  }
  if (motion === undefined || typeof part !== 'object' || part === null) return part
  if (!Array.isArray(part) && isSingleRow(motion, part as PlainObject)) return changes.get(motion.key) ?? part
  let copy: PlainObject | undefined
  for (const [id, row] of changes) {
    const known = rowIn(motion, part, id)
    if (known === row || (Array.isArray(part) && (known === undefined || row === undefined))) continue
    copy ??= (Array.isArray(part) ? part.slice() : { ...part }) as PlainObject
    if (row === undefined) delete copy[id]
    else copy[id] = row
  }
  return copy === undefined ? part : Object.freeze(copy)
}

function tableWith(table: Table, changes: RowChanges): Table {
  let open: Table | undefined
  for (const [id, row] of changes) {
    const slot = table.slotOf(id)
    if (row === table.rowAt(slot)) continue
    open ??= openedTable(table)
    if (row === undefined) open.deleteAt(slot)
    // a row of another version may have other fields: without a shape it is written as one value
    else open.restoreAt(slot < 0 ? open.freeSlot() : slot, id, row, 0)
  }
  return open === undefined ? table : open.seal()
}

/** In what two states differ, by the key of the part: the ids of a map's rows; `'all'` for a part that is no map. */
export type ChangedRows = ReadonlyMap<string, ReadonlySet<EntityId> | 'all'>

/** Finds the rows of maps that one of two states has alone, or that are others in it. It costs about what differs. */
export function changedRows(before: unknown, after: unknown): ChangedRows {
  const changed = new Map<string, ReadonlySet<EntityId> | 'all'>()
  for (const [key, part] of Object.entries(after as PlainObject)) {
    const other = (before as PlainObject)[key]
    if (part === other) continue
    if (!(part instanceof MapValue) || !(other instanceof MapValue)) {
      changed.set(key, 'all')
      continue
    }
    const ids = new Set<EntityId>()
    const [from, to] = [other as unknown as HasTable, part as unknown as HasTable]
    noteRows(from.table, to.table, ids)
    noteRows(to.table, from.table, ids)
    changed.set(key, ids)
  }
  return changed
}

/** Notes the rows of one table that the other does not have. */
function noteRows(table: Table, other: Table, into: Set<EntityId>): void {
  table.pages.forEach((page, number) => {
    if (page === other.pages[number]) return
    page.ids.forEach((id, index) => {
      if (id !== undefined && other.rowAt(other.slotOf(id)) !== table.rowAt(number * pageSize + index)) into.add(id)
    })
  })
}
