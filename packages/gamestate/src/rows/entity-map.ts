import { GameStateError } from '../errors.js'
import type { Immutable, ReadonlyEntityMap, types } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { copyValue, equalStates } from '../values/kinds.js'
import { immerable, invalidValue, isPlainObject, type Path } from '../values/plain.js'
import { type HasTable, MapPath } from './map-path.js'
import type { Row as AnyRow, EntityId } from './page.js'
import { filterTable, pickFromTable } from './subset.js'
import { Table } from './table.js'

/**
 * A map from ids to plain rows, for things of which a game has many: players, bullets, tiles. A change of k rows out of n
 * costs about k. All other rows are shared with earlier versions.
 *
 * A map can stand anywhere in a state except inside a row. Maps of versions are readonly; a rule changes the maps of its
 * draft. Read rows with `get` and change them through `edit`. Iteration follows the slots, in the same order on server and client.
 *
 * @typeParam Row a flat or nested plain object
 * @typeParam Id string or number; 1 and '1' are two ids
 */
export class EntityMap<Row extends object, Id extends string | number = string>
  extends MapValue
  implements ReadonlyEntityMap<Row, Id>
{
  /** Never set. */
  declare readonly [types]?: { row: Row; id: Id }

  /** Lets immer draft a map. Immer copies the one field below and does not look into the table. */
  static readonly [immerable] = true

  /** @internal For store, machine and codec. Not private, since drafts of immer have to copy it. */
  table: Table = new Table()

  /** @param entries the first rows; copied */
  constructor(entries?: Iterable<readonly [Id, Row]>) {
    super()
    if (entries !== undefined) for (const [id, row] of entries) this.set(id, row)
  }

  /** @internal */
  override seal(base: unknown, path: Path | undefined): unknown {
    if (this.table.isOpen) this.table = this.table.seal(path)
    // frozen even if the base is kept, so that no later write is lost in silence
    Object.freeze(this)
    return base instanceof EntityMap && base.table === this.table ? base : this
  }

  /** @internal */
  override equals(other: MapValue): boolean {
    const own = this.table
    const others = (other as EntityMap<object>).table
    if (own === others) return true
    if (own.size !== others.size) return false
    const slots = others.slots()
    for (const slot of own.slots()) {
      if (slots.next().value !== slot || own.idAt(slot) !== others.idAt(slot)) return false
      if (!equalStates(own.rowAt(slot), others.rowAt(slot))) return false
    }
    return true
  }

  /** @internal */
  override sharesRows(other: MapValue): boolean {
    return this.table === (other as EntityMap<object>).table
  }

  /** Number of rows. */
  get size(): number {
    return this.table.size
  }

  /** The readonly row, or undefined if there is none. In a rule it shows the changes so far. */
  get(id: Id): Immutable<Row> | undefined {
    const slot = this.table.slotOf(id)
    return slot < 0 ? undefined : (this.table.rowAt(slot) as Immutable<Row>)
  }

  has(id: Id): boolean {
    return this.table.slotOf(id) >= 0
  }

  /**
   * The row as a plain object that the rule may change in place. It is frozen when the rule has returned.
   * @throws GameStateError `row_missing` if there is none; `transaction_over` outside of a rule
   */
  edit(id: Id): Row {
    const slot = this.table.slotOf(id)
    if (slot < 0) throw new GameStateError('row_missing', `there is no row with the id ${JSON.stringify(id)}`)
    return openTable(this).editAt(slot) as Row
  }

  /**
   * Sets the row of an id, and replaces the row that is there.
   * @param row copied; its parts may come from the same draft
   * @throws GameStateError `invalid_value` if the row is not plain; `transaction_over` outside of a rule
   */
  set(id: Id, row: Row): this {
    const key = checkId(id)
    const path = { parent: new MapPath(this), key }
    if (!isPlainObject(row)) throw invalidValue(row, path)
    const copy = copyValue(row, path) as AnyRow
    const table = openTable(this)
    const slot = table.slotOf(key)
    table.putAt(slot < 0 ? table.freeSlot() : slot, key, copy)
    return this
  }

  /** Removes a row. @returns true if there was one */
  delete(id: Id): boolean {
    const slot = this.table.slotOf(id)
    if (slot < 0) return false
    openTable(this).deleteAt(slot)
    return true
  }

  /** Removes all rows. */
  clear(): void {
    const table = openTable(this)
    for (const slot of table.slots()) table.deleteAt(slot)
  }

  /**
   * Calls `change` with each row as `edit` returns it. Rows may be set and deleted meanwhile, as in every iteration: a row
   * that is deleted before its turn is left out; a new row may be met or not.
   */
  editEach(change: (row: Row, id: Id) => void): void {
    openTable(this).editEach(change as (row: AnyRow, id: EntityId) => void)
  }

  /** The text that `console.log` shows in Node, Bun and Deno. All of them register the symbol under this name. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect?: Inspect): string {
    const rows = new Map<unknown, unknown>(this)
    // a `Map` is shown as `Map(2) { … }`
    return inspect === undefined ? `EntityMap(${rows.size})` : `Entity${inspect(rows, options)}`
  }

  /** For `JSON.stringify`: an object from id to row. If two ids are the same text, 1 and '1', the later row is kept. */
  toJSON(): Record<string, Immutable<Row>> {
    return Object.fromEntries(this)
  }

  /**
   * A readonly map of the rows for which `keep` returns true, for views. Rows are shared and keep their slots, so the
   * change between two such maps is found as fast as between whole maps.
   * @throws GameStateError `invalid_argument` on a map that a rule has changed
   */
  filter(keep: (row: Immutable<Row>, id: Id) => boolean): ReadonlyEntityMap<Row, Id> {
    return subsetOf(this, filterTable(versionTable(this), keep as (row: object, id: EntityId) => boolean))
  }

  /**
   * A readonly map of the rows with these ids. Ids without a row are skipped. The result for a frozen array, such as one of
   * a state, is remembered: it costs almost nothing again until rows come or go.
   * @throws GameStateError `invalid_argument` on a map that a rule has changed
   */
  pick(ids: Iterable<Id>): ReadonlyEntityMap<Row, Id> {
    return subsetOf(this, pickFromTable(versionTable(this), ids))
  }

  forEach(visit: (row: Immutable<Row>, id: Id) => void): void {
    for (const [id, row] of this) visit(row, id)
  }

  *keys(): Generator<Id, void, void> {
    for (const [id] of this) yield id
  }

  *values(): Generator<Immutable<Row>, void, void> {
    for (const [, row] of this) yield row
  }

  *entries(): Generator<[Id, Immutable<Row>], void, void> {
    for (const slot of this.table.slots()) {
      // read anew each time, since the first write in the loop's body opens another table
      const { table } = this
      const id = table.idAt(slot)
      if (id !== undefined) yield [id as Id, table.rowAt(slot) as Immutable<Row>]
    }
  }

  [Symbol.iterator](): Generator<[Id, Immutable<Row>], void, void> {
    return this.entries()
  }
}

type Inspect = (value: unknown, options: object) => string

/** The table of a map that a rule writes to. The first write opens it. */
function openTable(map: HasTable): Table {
  if (map.table.isOpen) return map.table
  // maps of versions are frozen
  if (Object.isFrozen(map)) {
    throw new GameStateError('transaction_over', 'only rules change an EntityMap, and only while they run')
  }
  map.table = new Table(map.table)
  return map.table
}

/** A map with a sealed table, as it stands in a version. */
export function mapOf(table: Table): EntityMap<object> {
  const map = Object.create(EntityMap.prototype) as EntityMap<object>
  map.table = table
  return Object.freeze(map)
}

/** A map with a subset of a map's rows; the map itself if the subset is all of them. */
function subsetOf<Row extends object, Id extends EntityId>(map: EntityMap<Row, Id>, table: Table): EntityMap<Row, Id> {
  if (table === map.table && Object.isFrozen(map)) return map
  return mapOf(table) as unknown as EntityMap<Row, Id>
}

/** The table of a map that is part of a version. */
function versionTable({ table }: HasTable): Table {
  if (!table.isOpen) return table
  throw new GameStateError(
    'invalid_argument',
    'filter and pick need a map of a version, not one that a rule has changed',
  )
}

function checkId(id: unknown): EntityId {
  if (typeof id === 'string') return id
  if (typeof id === 'number' && Number.isFinite(id)) return id + 0 // -0 and 0 are one id
  throw new GameStateError('invalid_value', `an id is a string or a finite number, not ${String(id)}`)
}
