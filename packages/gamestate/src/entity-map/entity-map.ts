import { GameStateError } from '../errors.js'
import type { Immutable, ReadonlyEntityMap, types } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { copyValue, equalStates } from '../values/kinds.js'
import { immerable, invalidValue, isPlainObject, type Path } from '../values/plain.js'
import { type HasTable, MapPath } from './open-maps.js'
import type { Row as AnyRow, EntityId } from './page.js'
import { filterTable, pickFromTable } from './part-of-table.js'
import { Table } from './table.js'

/**
 * A map from id to a plain row, for everything that there is much of and that moves: players, bullets, tiles. Changing k
 * rows of n costs about k: what is not touched is shared with the versions before.
 *
 * Works anywhere in a state except inside a row. Outside of a transaction a map of a version is readonly. Rows are read
 * with `get` and changed through `edit`; iteration goes by slot, the same on server and client.
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

  /** Lets immer draft the map; it copies the one field below and never looks into the table. */
  static readonly [immerable] = true

  /** @internal For store, machine and codec. Not private: a draft of immer stands between a method and its map. */
  table: Table = new Table()

  /** @param entries rows to begin with; copied */
  constructor(entries?: Iterable<readonly [Id, Row]>) {
    super()
    if (entries !== undefined) for (const [id, row] of entries) this.set(id, row)
  }

  /** @internal */
  override seal(base: unknown, path: Path | undefined): unknown {
    if (this.table.isOpen) this.table = this.table.seal(path)
    // frozen even where it is not kept: whoever still holds it must not be able to write to it
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

  get size(): number {
    return this.table.size
  }

  /** The row, not to be written to, or undefined where there is none. In a transaction it shows what was done so far. */
  get(id: Id): Immutable<Row> | undefined {
    const slot = this.table.slotOf(id)
    return slot < 0 ? undefined : (this.table.rowAt(slot) as Immutable<Row>)
  }

  has(id: Id): boolean {
    return this.table.slotOf(id) >= 0
  }

  /**
   * The row as a plain object to change in place, until the transaction ends.
   * @throws GameStateError `row_missing` where there is none; `transaction_over` outside of a transaction
   */
  edit(id: Id): Row {
    const slot = this.table.slotOf(id)
    if (slot < 0) throw new GameStateError('row_missing', `there is no row with the id ${JSON.stringify(id)}`)
    return openTable(this).editAt(slot) as Row
  }

  /**
   * Puts a row under an id, in place of the one that is there.
   * @param row copied; its parts may come from the draft of the same transaction
   * @throws GameStateError `invalid_value` where the row is not plain; `transaction_over` outside of a transaction
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

  /** @returns whether there was such a row */
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
   * Calls `change` with each row, opened for change as by `edit`. Rows may be set and deleted meanwhile: one that is deleted
   * before its turn is left out, one that is new may or may not be met; so it is with all ways to iterate.
   */
  editEach(change: (row: Row, id: Id) => void): void {
    openTable(this).editEach(change as (row: AnyRow, id: EntityId) => void)
  }

  /** What `console.log` shows in Node, Bun and Deno. The symbol is registered under this name in all of them. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect?: Inspect): string {
    const rows = new Map<unknown, unknown>(this)
    // of a `Map` it shows `Map(2) { … }`
    return inspect === undefined ? `EntityMap(${rows.size})` : `Entity${inspect(rows, options)}`
  }

  /** For `JSON.stringify`: an object from id to row. Of two ids that are the same as text, 1 and '1', the later one stands. */
  toJSON(): Record<string, Immutable<Row>> {
    return Object.fromEntries(this)
  }

  /**
   * A readonly map of the rows that `keep` says yes to: what one client may see, for a view. Rows are shared and keep their
   * slots, so the change between two such maps is found as fast as that between whole ones.
   * @throws GameStateError `invalid_argument` on a map that a transaction has changed
   */
  filter(keep: (row: Immutable<Row>, id: Id) => boolean): ReadonlyEntityMap<Row, Id> {
    return partOf(this, filterTable(versionTable(this), keep as (row: object, id: EntityId) => boolean))
  }

  /**
   * A readonly map of the rows with these ids, as by `filter`; ids that no row has are passed over. With the same frozen array as
   * before, such as one that is part of a state, it costs next to nothing while no row comes or goes.
   * @throws GameStateError `invalid_argument` on a map that a transaction has changed
   */
  pick(ids: Iterable<Id>): ReadonlyEntityMap<Row, Id> {
    return partOf(this, pickFromTable(versionTable(this), ids))
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
      // asked for anew each time, as the first write of the loop's body opens another table
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

/** The map's table, opened by the first write of a transaction. */
function openTable(map: HasTable): Table {
  if (map.table.isOpen) return map.table
  // versions are frozen; what a transaction hands out is a draft, or a map of its own
  if (Object.isFrozen(map)) {
    throw new GameStateError('transaction_over', 'an EntityMap is changed by rules only, while they run')
  }
  map.table = new Table(map.table)
  return map.table
}

/** The map that a sealed table is the content of, as it stands in a version. */
export function mapOf(table: Table): EntityMap<object> {
  const map = Object.create(EntityMap.prototype) as EntityMap<object>
  map.table = table
  return Object.freeze(map)
}

/** A map with a part of the map's rows; the map itself where those are all. */
function partOf<Row extends object, Id extends EntityId>(map: EntityMap<Row, Id>, table: Table): EntityMap<Row, Id> {
  if (table === map.table && Object.isFrozen(map)) return map
  return mapOf(table) as unknown as EntityMap<Row, Id>
}

/** The table of a map that is part of a version. */
function versionTable({ table }: HasTable): Table {
  if (!table.isOpen) return table
  throw new GameStateError('invalid_argument', 'parts are taken of the maps of a version, not of those of a draft')
}

function checkId(id: unknown): EntityId {
  if (typeof id === 'string') return id
  if (typeof id === 'number' && Number.isFinite(id)) return id + 0 // -0 and 0 are one id
  throw new GameStateError('invalid_value', `an id is a string or a finite number, not ${String(id)}`)
}
