import { GameStateError } from '../errors.js'
import { equalParts } from '../values/equality.js'
import type { MapValue } from '../values/kind.js'
import { copyValue } from '../values/kinds.js'
import { invalidInRule, isPlainObject, type Path } from '../values/plain.js'
import { OpenTable, sealTable } from './editing.js'
import type { Row as AnyRow, EntityId } from './page.js'
import type { HasTable, Table } from './table.js'
import { notInRule, VersionMap } from './version-map.js'

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
export class EntityMap<Row extends object, Id extends string | number = string> extends VersionMap<Row, Id> {
  /** True for the maps of all versions, those that a decoder made included. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof VersionMap
  }

  /** @internal */
  override table: Table = new OpenTable()

  /** @param entries the first rows; copied */
  constructor(entries?: Iterable<readonly [Id, Row]>) {
    super()
    if (entries !== undefined) for (const [id, row] of entries) this.set(id, row)
  }

  /** @internal */
  override seal(base: unknown, path?: Path): unknown {
    if (this.table.isOpen) this.table = sealTable(this.table, path)
    return super.seal(base)
  }

  /**
   * The row as a plain object that the rule may change in place. It is frozen when the rule has returned.
   * @throws GameStateError `row_missing` if there is none; `transaction_over` outside of a rule
   */
  override edit(id: Id): Row {
    const slot = this.table.slotOf(id)
    if (slot < 0) throw new GameStateError('row_missing', `there is no row with the id ${JSON.stringify(id)}`)
    return openTable(this).edit(slot) as Row
  }

  /**
   * Sets the row of an id, and replaces the row that is there.
   * @param row copied; its parts may come from the same draft
   * @throws GameStateError `invalid_value` if the row is not plain; `transaction_over` outside of a rule
   */
  override set(id: Id, row: Row): this {
    const key = checkId(id)
    const path = { parent: new MapPath(this), key }
    if (!isPlainObject(row)) throw invalidInRule(row, path)
    const copy = copyValue(row, path) as AnyRow
    const table = openTable(this)
    const slot = table.slotOf(key)
    table.putAt(slot < 0 ? table.freeSlot() : slot, key, copy)
    return this
  }

  /** Removes a row. @returns true if there was one */
  override delete(id: Id): boolean {
    const slot = this.table.slotOf(id)
    if (slot < 0) return false
    openTable(this).deleteAt(slot)
    return true
  }

  /** Removes all rows. */
  override clear(): void {
    const table = openTable(this)
    for (const slot of table.slots()) table.deleteAt(slot)
  }

  /**
   * Calls `change` with each row as `edit` returns it, to be used until the rule returns: only samples of these rows are frozen
   * then, and what is written to the others later may be lost. Rows may be set and deleted meanwhile, as in every iteration: a row
   * that is deleted before its turn is left out; a new row may be met or not.
   */
  override editEach(change: (row: Row, id: Id) => void): void {
    openTable(this).editEach(change as (row: AnyRow, id: EntityId) => void)
  }
}

/** The table of a map that a rule writes to. The first write opens it. */
function openTable(map: HasTable): OpenTable {
  if (map.table instanceof OpenTable && map.table.isOpen) return map.table
  // maps of versions are frozen
  if (Object.isFrozen(map)) {
    throw notInRule()
  }
  const table = new OpenTable(map.table)
  map.table = table
  return table
}

function checkId(id: unknown): EntityId {
  if (typeof id === 'string') return id
  if (typeof id === 'number' && Number.isFinite(id)) return id + 0 // -0 and 0 are one id
  throw new GameStateError('invalid_value', `an id is a string or a finite number, not ${String(id)}`)
}

/**
 * Deep equality of two states: the same kinds, the same keys in the same order, numbers by `Object.is`, entity maps with
 * equal rows under the same ids in the same slots. A replica and its server agree in this sense.
 */
export function equalStates(a: unknown, b: unknown): boolean {
  return equalParts(a, b, equalMaps, undefined)
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  const { table: own } = a as VersionMap<object>
  const { table: other } = b as VersionMap<object>
  if (own === other) return true
  if (own.size !== other.size) return false
  const slots = other.slots()
  for (const slot of own.slots()) {
    if (slots.next().value !== slot || own.idAt(slot) !== other.idAt(slot)) return false
    if (!equalStates(own.rowAt(slot), other.rowAt(slot))) return false
  }
  return true
}

/** A running transaction, which knows the state. */
export interface PathFinder {
  /** The path of a map in the state; undefined if the map is not in it, or is the state itself. */
  pathOf(map: HasTable): Path | undefined
}

let finder: PathFinder | undefined

/**
 * Runs a rule. Until it returns, `own` finds the paths of maps. Rules are synchronous, so the running transaction is known
 * without a reference in every map. Transactions may be nested.
 */
export function findPathsBy<Draft, Result>(own: PathFinder, rule: (draft: Draft) => Result, draft: Draft): Result {
  const outer = finder
  finder = own
  try {
    return rule(draft)
  } finally {
    finder = outer
  }
}

/**
 * The path of a map that a rule is changing, found when a message needs it: finding it means a search in the whole state.
 */
export class MapPath implements Path {
  readonly key = undefined
  readonly #map: HasTable
  readonly #finder: PathFinder | undefined

  /** @param by default: the running transaction */
  constructor(map: HasTable, by: PathFinder | undefined = finder) {
    this.#map = map
    this.#finder = by
  }

  get parent(): Path | undefined {
    return this.#finder?.pathOf(this.#map)
  }
}
