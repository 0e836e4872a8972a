import { type EntityId, lowestBit, pageSize, type Row } from '../rows/page.js'
import type { HasTable, Table } from '../rows/table.js'
import { MapValue } from '../values/kind.js'
import { atOnce, isPlainObject, type PlainObject } from '../values/plain.js'

/** How the rows of one part of the state move. */
export interface PartMotion {
  /** Of the state. */
  readonly key: string
  readonly fields: readonly string[]
  /** For each field the length of its cycle; 0 if it moves along a line. */
  readonly periods: readonly number[]
  readonly cut: ((from: Row, to: Row) => boolean) | undefined
  readonly ahead: boolean | ((row: Row, id: string | number, clientId: string) => boolean) | undefined
}

/** The state at a place between two versions, see `Motion.blend`. */
export function blendStates<State>(parts: readonly PartMotion[], from: State, to: State, alpha: number): State {
  if (!(alpha > 0)) return from
  if (alpha >= 1) return to
  let blended: PlainObject | undefined
  for (const motion of parts) {
    const own = (from as PlainObject)[motion.key]
    const part = blendPart(motion, own, (to as PlainObject)[motion.key], alpha)
    if (part === own) continue
    blended ??= { ...(from as PlainObject) }
    blended[motion.key] = part
  }
  return blended === undefined ? from : (Object.freeze(blended) as State)
}

/** One part of a state at a place between two versions. @returns `from` itself if nothing moves */
export function blendPart(motion: PartMotion, from: unknown, to: unknown, alpha: number): unknown {
  if (from === to) return from
  if (from instanceof MapValue) {
    if (!(to instanceof MapValue)) return from
    const { table } = from as unknown as HasTable
    const blended = blendTables(motion, table, (to as unknown as HasTable).table, alpha)
    return blended === table ? from : mapLike(from, blended)
  }
  if (Array.isArray(from)) return Array.isArray(to) ? blendList(motion, from, to, alpha) : from
  if (!isPlainObject(from) || !isPlainObject(to)) return from
  if (isSingleRow(motion, from)) return blendRows(motion, from, to, alpha)
  return blendRecord(motion, from, to, alpha)
}

/** True for an object that is a row itself, and not one from id to row. */
export function isSingleRow({ fields }: PartMotion, part: PlainObject): boolean {
  return fields.some((field) => typeof part[field] === 'number')
}

/** A map of a version with another table. */
export function mapLike(map: MapValue, table: Table): MapValue {
  return Object.freeze(Object.assign(Object.create(Object.getPrototypeOf(map)), { table }))
}

/** An open table that begins as a sealed one. A page whose game has no maps does not load the class: it is that of the table. */
export function openedTable(table: Table): Table {
  return new (table.constructor as new (base: Table) => Table)(table)
}

function blendTables(motion: PartMotion, from: Table, to: Table, alpha: number): Table {
  const { pages, shapes } = from
  const { pages: others } = to
  const slots: number[] = []
  const rows: Row[] = []
  for (let number = 0; number < pages.length; number++) {
    const page = pages[number]!
    const other = others[number]
    if (page === other) continue
    for (let bits = page.used; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      const slot = number * pageSize + index
      const row = from.rowAt(slot)!
      const next = other?.ids[index] === page.ids[index] ? to.rowAt(slot) : rowOf(to, page.ids[index]!)
      if (next === row || next === undefined) continue
      const shape = page.shapes[index]!
      const between = blendRows(motion, row, next, alpha, shape > 0 ? shapes[shape]!.copy : undefined)
      if (between === row) continue
      slots.push(slot)
      rows.push(between)
    }
  }
  if (slots.length === 0) return from
  const blended = openedTable(from)
  blended.replaceRows(slots, rows)
  return blended.seal()
}

function rowOf(table: Table, id: EntityId): Row | undefined {
  const slot = table.slotOf(id)
  return slot < 0 ? undefined : table.rowAt(slot)
}

function blendList(motion: PartMotion, from: readonly unknown[], to: readonly unknown[], alpha: number): unknown {
  let blended: unknown[] | undefined
  for (let index = 0; index < from.length && index < to.length; index++) {
    const row = blendAny(motion, from[index], to[index], alpha)
    if (row === from[index]) continue
    blended ??= from.slice()
    blended[index] = row
  }
  return blended === undefined ? from : Object.freeze(blended)
}

function blendRecord(motion: PartMotion, from: PlainObject, to: PlainObject, alpha: number): unknown {
  let blended: PlainObject | undefined
  for (const id of Object.keys(from)) {
    const row = blendAny(motion, from[id], Object.hasOwn(to, id) ? to[id] : undefined, alpha)
    if (row === from[id]) continue
    blended ??= { ...from }
    blended[id] = row
  }
  return blended === undefined ? from : Object.freeze(blended)
}

function blendAny(motion: PartMotion, from: unknown, to: unknown, alpha: number): unknown {
  return isPlainObject(from) && isPlainObject(to) ? blendRows(motion, from, to, alpha) : from
}

/**
 * A row at a place between two of its versions.
 * @param alpha above 0, below 1
 * @param copy makes a writable copy of `from`. Default: any plain object
 * @returns `from` itself if none of its numbers moves
 */
export function blendRows(
  motion: PartMotion,
  from: Row,
  to: Row,
  alpha: number,
  copy: (row: Row) => Row = spread,
): Row {
  if (from === to) return from
  const { fields, periods, cut } = motion
  let blended: Row | undefined
  for (let place = 0; place < fields.length; place++) {
    const field = fields[place]!
    const before = from[field]
    const after = to[field]
    if (before === after || typeof before !== 'number' || typeof after !== 'number') continue
    const between = blendNumbers(before, after, alpha, periods[place]!)
    if (between === before) continue
    if (blended === undefined) {
      if (cut !== undefined && atOnce('cut', cut(from, to))) return from
      blended = copy(from)
    }
    blended[field] = between
  }
  return blended === undefined ? from : Object.freeze(blended)
}

function spread(row: Row): Row {
  return { ...row }
}

/** @returns `from` if a number that is not finite is in the way */
function blendNumbers(from: number, to: number, alpha: number, period: number): number {
  const between = from + wayBetween(from, to, period) * alpha
  if (period === 0) return between - between === 0 ? between : from
  // if both are in the cycle from 0 to `period`, so is the number between them
  if (between >= period && from < period && to < period) return between - period
  if (between < 0 && from >= 0 && to >= 0) return between + period
  return between - between === 0 ? between : from
}

/** The way from one number to another; in a cycle the short way round, at most half of it. */
export function wayBetween(from: number, to: number, period: number): number {
  const way = to - from
  return period === 0 ? way : way - period * Math.round(way / period)
}
