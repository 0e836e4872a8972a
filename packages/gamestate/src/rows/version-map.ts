import { type MapReader, registerReader } from '../codec/context.js'
import { readTable } from '../codec/rows/table-codec.js'
import { GameStateError } from '../errors.js'
import { elementsOf, elementsWithoutParts } from '../values/elements.js'
import type { Immutable, ReadonlyEntityMap, types } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { atOnce } from '../values/plain.js'
import type { EntityId } from './page.js'
import { filterTable, pickFromTable } from './subset.js'
import { type HasTable, Table } from './table.js'

/**
 * A symbol that immer uses, registered under this name in every runtime. It is not imported, so that a page that
 * reads versions and runs no rules need not load immer. A test compares it with immer's.
 */
export const immerable: unique symbol = Symbol.for('immer-draftable') as never

/**
 * An `EntityMap` that cannot be changed: all that a decoder makes and a page needs. `EntityMap` extends it, and its instances
 * count as instances of `EntityMap`.
 */
export class VersionMap<Row extends object, Id extends string | number = string>
  extends MapValue
  implements ReadonlyEntityMap<Row, Id>
{
  /** Never set. */
  declare readonly [types]?: { row: Row; id: Id }

  /** Lets immer draft a map. Immer copies the one field below and does not look into the table. */
  static readonly [immerable] = true

  /** @internal For store, machine and codec. Not private, since drafts of immer have to copy it. */
  table: Table = new Table()

  /** @internal */
  override seal(base: unknown): unknown {
    // frozen even if the base is kept, so that no later write is lost in silence
    Object.freeze(this)
    return base instanceof VersionMap && base.table === this.table ? base : this
  }

  /** @internal */
  override sharesRows(other: MapValue): boolean {
    return this.table === (other as VersionMap<object>).table
  }

  /** @internal */
  override get elements(): number {
    let elements = this.table.pages.length
    for (const [id, row] of this) {
      elements += elementsWithoutParts(id) + elementsWithoutParts(row)
      // rows of a shape share their keys
      for (const key in row) elements += elementsOf((row as Record<string, unknown>)[key])
    }
    return elements
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

  /** This and the four below change an `EntityMap` of a rule. A map of a version throws `transaction_over`. */
  edit(_id: Id): Row {
    throw notInRule()
  }

  set(_id: Id, _row: Row): this {
    throw notInRule()
  }

  delete(_id: Id): boolean {
    throw notInRule()
  }

  clear(): void {
    throw notInRule()
  }

  editEach(_change: (row: Row, id: Id) => void): void {
    throw notInRule()
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
    for (const [id, row] of this) atOnce('visit', visit(row, id))
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

/** A map with a sealed table, as it stands in a version. */
export function mapOf(table: Table): VersionMap<object> {
  const map = Object.create(VersionMap.prototype) as VersionMap<object>
  map.table = table
  return Object.freeze(map)
}

/** The reader of maps: see `registerReader`. */
export const readVersionMap: MapReader = (input, base) =>
  mapOf(readTable(input, base && (base as VersionMap<object>).table))

// an effect of the module: a bundler keeps it in every page that has a map, and drops it with the module in all others
registerReader('maps', readVersionMap)

/** A map with a subset of a map's rows; the map itself if the subset is all of them. */
function subsetOf<Row extends object, Id extends EntityId>(
  map: VersionMap<Row, Id>,
  table: Table,
): VersionMap<Row, Id> {
  if (table === map.table && Object.isFrozen(map)) return map
  return mapOf(table) as unknown as VersionMap<Row, Id>
}

/** The table of a map that is part of a version. */
function versionTable({ table }: HasTable): Table {
  if (!table.isOpen) return table
  throw new GameStateError('invalid_argument', 'filter and pick need a map that no rule has changed')
}

/** The error for a change of a map that no running rule has. */
export function notInRule(): GameStateError {
  return new GameStateError('transaction_over', 'only rules that run change an EntityMap')
}
