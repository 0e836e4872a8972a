import { discardTable, OpenTable, sealTable } from '../rows/editing.js'
import { EntityMap, MapPath, type PathFinder } from '../rows/entity-map.js'
import type { Table } from '../rows/table.js'
import type { VersionMap } from '../rows/version-map.js'
import { MapValue } from '../values/kind.js'
import { holdsOpenMap, markClosed, OnAny, originOf } from '../values/mark.js'
import type { Path } from '../values/plain.js'

type AnyMap = VersionMap<object, string | number>

/** The draft in which a map stands. */
interface Holder {
  touch(): void
}

/** The run of a rule, as its maps know it. */
export interface MapOwner extends PathFinder {
  readonly phase: 'running' | 'finishing' | 'over'
}

/** On an `EntityMap` that a rule has been given: for which map, and for which rule. */
class Given extends OnAny {
  readonly #map: OpenMap
  readonly #owner: MapOwner

  constructor(given: RuleMap, map: OpenMap, owner: MapOwner) {
    super(given)
    this.#map = map
    this.#owner = owner
  }

  static put(given: RuleMap, map: OpenMap, owner: MapOwner): void {
    new Given(given, map, owner)
  }

  static isOn(map: object): boolean {
    return #map in map
  }

  static mapOf(given: RuleMap): OpenMap {
    return (given as unknown as Given).#map
  }

  static ownerOf(given: RuleMap): MapOwner {
    return (given as unknown as Given).#owner
  }
}

/** The `EntityMap` that a rule has been given for one of the tree. */
class RuleMap extends EntityMap<object, string | number> {
  /** For messages. */
  static override readonly name = 'EntityMap'

  /** The rule has put it into the tree itself. */
  override seal(base: unknown, path: Path | undefined): unknown {
    const owner = Given.ownerOf(this)
    // an outer rule may go on changing it
    if (owner.phase === 'running') return new EntityMap(this).seal(base, path)
    if (owner.phase === 'over') return versionMap(this.table).seal(base)
    const map = Given.mapOf(this)
    const sealed = map.seal()
    if (sealed === map) map.closeLater()
    return sealed
  }
}

/**
 * A map that rules of one tick change. It stands in the tree in place of the map of the version, from the first rule that has
 * changed it to the end of the tick. Each rule that reads it is given an `EntityMap` of its own, which is over with the rule.
 */
export class OpenMap extends MapValue {
  /** For messages. */
  static override readonly name = 'EntityMap'

  readonly #base: AnyMap
  /** As the rules so far have left it. */
  #table: Table
  /** What the running rule has been given. */
  #given: RuleMap | undefined
  #version: AnyMap | undefined
  #closes = false
  /** Until the map has its place in the tree. */
  #holder: Holder | undefined

  /** @param holder the draft in which `base` stands; undefined for none */
  constructor(base: AnyMap, holder: Holder | undefined) {
    super()
    this.#holder = holder
    // one that an earlier rule was given would keep the versions of its time in memory
    this.#base = Given.isOn(base) ? versionMap(base.table) : base
    this.#table = base.table
  }

  get given(): EntityMap<object, string | number> | undefined {
    return this.#given
  }

  /** The map of a version that it has become; undefined while rules may go on changing it. Not while a rule is finishing. */
  get closed(): AnyMap | undefined {
    return this.#closes ? this.close() : undefined
  }

  /** Begins the use by a rule. @returns the map that the rule may change */
  give(owner: MapOwner): EntityMap<object, string | number> {
    const given = Object.create(RuleMap.prototype) as RuleMap
    given.table = this.#table
    Given.put(given, this, owner)
    openTableIn(this.#table)?.beginRule()
    this.#given = given
    return given
  }

  /** Whether rules have opened its table. */
  get isChanged(): boolean {
    return (this.#given?.table ?? this.#table) !== this.#base.table
  }

  /** Checks and freezes the rows that the running rule was given. @throws GameStateError `invalid_value` with the path */
  check(finder: PathFinder): void {
    const table = openTableIn(this.#given!.table)
    if (table === undefined) return
    table.keepRule(new MapPath(this.#given!, finder))
    // only the end of a rule shows whether it has changed the map
    this.#holder?.touch()
    this.#holder = undefined
  }

  /** Ends the use by a rule that has returned. */
  keep(): void {
    this.#table = this.#given!.table
    this.#end()
  }

  /** Ends the use by a rule that has failed: all is as before it. */
  undo(): void {
    const { table } = this.#given!
    if (table !== this.#table) discardTable(table)
    else openTableIn(table)?.undoRule()
    this.#end()
  }

  /** What a rule has kept cannot be written to any more. */
  #end(): void {
    this.#given!.table = this.#base.table
    Object.freeze(this.#given)
    this.#given = undefined
  }

  /** Ends all changes. @returns the map of the next version; that of the version before if nothing has changed */
  close(): AnyMap {
    if (this.#version !== undefined) return this.#version
    const table = this.#table.isOpen ? sealTable(this.#table, undefined) : this.#table
    this.#version = table === this.#base.table ? this.#base : versionMap(table)
    return this.#version
  }

  override staysOpen(): boolean {
    return this.#version === undefined
  }

  override closeLater(): void {
    this.#closes = true
  }

  /** What stands in its place when a rule has returned. */
  override seal(): MapValue {
    return this.#version ?? (this.isChanged ? this : this.#base)
  }

  override get elements(): number {
    return this.#base.elements
  }

  override sharesRows(other: MapValue): boolean {
    return this === other
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return versionMap(this.#given?.table ?? this.#table)
  }
}

function openTableIn(table: Table): OpenTable | undefined {
  return table instanceof OpenTable && table.isOpen ? table : undefined
}

/** A map of a version that a rule has made. */
function versionMap(table: Table): AnyMap {
  const map = Object.create(EntityMap.prototype) as AnyMap
  map.table = table
  return Object.freeze(map)
}

/** Ends the changes of all maps in a tree. @returns the tree, frozen; the one that it began as if nothing has changed */
export function closeTree(part: object): object {
  if (part instanceof OpenMap) return part.close()
  if (!holdsOpenMap(part)) return part
  const parts = part as Record<string, unknown>
  const keys = Object.keys(parts)
  for (const key of keys) {
    const value = parts[key]
    if (typeof value === 'object' && value !== null) parts[key] = closeTree(value)
  }
  const origin = originOf(part)
  if (origin !== undefined && hasParts(origin as typeof parts, parts, keys)) return origin
  return Object.freeze(markClosed(part))
}

function hasParts(origin: Record<string, unknown>, parts: Record<string, unknown>, keys: readonly string[]): boolean {
  const originKeys = Object.keys(origin)
  if (originKeys.length !== keys.length || Array.isArray(origin) !== Array.isArray(parts)) return false
  return keys.every((key, index) => key === originKeys[index] && Object.is(parts[key], origin[key]))
}
