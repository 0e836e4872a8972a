import { isBytes } from './bytes/bytes.js'
import { Draft, type DraftOwner, draftBehind } from './drafts/draft.js'
import { closeTree, type MapOwner, OpenMap } from './drafts/open-map.js'
import { type EntityMap, findPathsBy } from './rows/entity-map.js'
import type { HasTable } from './rows/table.js'
import type { VersionMap } from './rows/version-map.js'
import type { Immutable } from './values/immutable.js'
import { MapValue } from './values/kind.js'
import { enterLevel, leaveLevel, type RowDrafts } from './values/mark.js'
import { atOnce, maxDepth, type Path } from './values/plain.js'
import { sealState } from './values/sealing.js'

type AnyMap = EntityMap<object, string | number>

/**
 * Runs a rule on a draft of a version and gives the version that results, sharing all that did not change.
 *
 * @param base a version; never changed. A state that is no version yet is taken over and frozen, as `makeTick` does
 * @param rule changes the draft in place; synchronous. An error that it throws goes through, and no change of it remains
 * @returns the next version (`base` itself if nothing changed), sealed, and the value that the rule returned
 * @throws GameStateError `invalid_value` with the path, if the draft was given a value that a state cannot hold
 */
export function transact<State, Result>(
  base: Immutable<State>,
  rule: (draft: State) => Result,
): { state: Immutable<State>; result: Result } {
  const transaction = new Transaction<State>(base)
  const result = transaction.run(rule)
  return { state: transaction.finish(), result }
}

/**
 * The rules of one tick. Each sees what the ones before have done. Plain parts are sealed after each rule; the tables of
 * entity maps stay open until the end, since to open one again costs more than most rules do. In between the tree holds
 * an `OpenMap` for each of them.
 */
export class Transaction<State> {
  /** A version, or what rules have made of it so far. */
  #tree: object

  /** @param base a version. A state that is no version yet is taken over and frozen */
  constructor(base: Immutable<State>) {
    this.#tree = sealState<State>(undefined, base) as object
  }

  /**
   * Runs a rule. If it throws, or leaves what a state cannot hold, all is as before it, and the error goes through.
   * @throws GameStateError `invalid_value` with the path
   */
  run<Result>(rule: (draft: State) => Result): Result {
    const run = new RuleRun(this.#tree)
    try {
      const result = atOnce('the rule', findPathsBy(run, rule, run.draft as State))
      this.#tree = run.keep()
      return result
    } finally {
      run.end()
    }
  }

  /** Ends the tick. @returns the next version; `base` itself if nothing has changed */
  finish(): Immutable<State> {
    this.#tree = closeTree(this.#tree)
    return this.#tree as Immutable<State>
  }
}

/** One rule at work: its draft, and the maps and copies that it has been given. */
class RuleRun implements DraftOwner, MapOwner, RowDrafts {
  readonly #tree: object
  readonly #draft: Draft | undefined
  // most rules have few of these: a list is made for the first
  #maps: OpenMap[] | undefined
  #copies: object[] | undefined
  readonly level = enterLevel(this)
  readonly draft: object
  phase: 'running' | 'finishing' | 'over' = 'running'

  constructor(tree: object) {
    this.#tree = tree
    if (tree instanceof MapValue) this.draft = this.openMap(tree, undefined, undefined)
    else {
      this.#draft = new Draft(this, tree)
      this.draft = this.#draft.proxy
    }
  }

  openMap(map: MapValue, by: Draft | undefined, key: string | undefined): AnyMap {
    const open = map instanceof OpenMap ? map : undefined
    const closed = open?.closed
    if (open !== undefined && closed === undefined) return open.given ?? this.#give(open)
    // a map that is no part of a version is new, or was given for another one
    const version = closed ?? map
    if (!Object.isFrozen(version)) return version as AnyMap
    const own = new OpenMap(version as VersionMap<object, string | number>, by)
    if (key !== undefined) by?.put(key, own)
    return this.#give(own)
  }

  #give(map: OpenMap): AnyMap {
    if (this.#maps === undefined) this.#maps = [map]
    else this.#maps.push(map)
    return map.give(this)
  }

  draftOf(part: object): object {
    return new Draft(this, part).proxy
  }

  noteCopy(copy: object): void {
    if (this.#copies === undefined) this.#copies = [copy]
    else this.#copies.push(copy)
  }

  /** Ends a rule that has returned. @returns the tree with its changes */
  keep(): object {
    this.phase = 'finishing'
    const maps = this.#maps
    if (maps !== undefined) for (const map of maps) map.check(this)
    const tree = this.#draft === undefined ? maps![0]!.seal() : this.#draft.seal(this.#tree, undefined, 'tree', 0)
    if (maps !== undefined) for (const map of maps) map.keep()
    this.#maps = undefined
    return tree as object
  }

  /** A draft, map, row or copy that the rule has kept cannot be written to any more. */
  end(): void {
    this.phase = 'over'
    // if the rule has failed they are here still
    if (this.#maps !== undefined) for (const map of this.#maps) map.undo()
    if (this.#copies !== undefined) for (const copy of this.#copies) Object.freeze(copy)
    leaveLevel()
  }

  /** A map that is new may not stand in the state yet. A map that is the state itself has no path either. */
  pathOf(map: HasTable): Path | undefined {
    return this.#draft && findMap(this.#draft.proxy, map, undefined, 0)
  }
}

/** The path of a map that a rule was given, in a draft or in a new object; undefined if the map is not there. */
function findMap(part: unknown, wanted: HasTable, path: Path | undefined, depth: number): Path | undefined {
  if (typeof part !== 'object' || part === null || depth > maxDepth || isBytes(part)) return undefined
  const source = draftBehind(part)?.source ?? (part as Record<string, unknown>)
  for (const key of Object.keys(source)) {
    const value = source[key]
    const partPath = { parent: path, key }
    if (value === wanted || (value instanceof OpenMap && value.given === wanted)) return partPath
    // parts of versions hold no open maps
    if (value instanceof MapValue || Object.isFrozen(value)) continue
    const found = findMap(value, wanted, partPath, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
