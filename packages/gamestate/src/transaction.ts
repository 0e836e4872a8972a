import { Immer } from 'immer'
import { EntityMap } from './entity-map/entity-map.js'
import { type HasTable, MapPath, type MapWatcher, watchMaps } from './entity-map/open-maps.js'
import { GameStateError } from './errors.js'
import type { Immutable } from './values/immutable.js'
import { sealValue } from './values/kinds.js'
import {
  forbidden,
  forbiddenKey,
  invalidValue,
  isPlainObject,
  maxDepth,
  type Path,
  type PlainObject,
} from './values/plain.js'

// `sealValue` freezes, checks and compares in one walk of its own
const immer = new Immer({ autoFreeze: false })

type AnyMap = EntityMap<object, string | number>

/**
 * Runs a rule on a draft of a version and gives the version that results, sharing all that did not change.
 *
 * @param base a version; not changed, whatever happens
 * @param rule changes the draft in place; synchronous; what it throws goes through, and nothing of it remains
 * @returns the next version (`base` itself where nothing changed) and what the rule returned
 * @throws GameStateError `invalid_value` with the path, where the draft was given a value that a state cannot hold
 */
export function transact<State, Result>(
  base: Immutable<State>,
  rule: (draft: State) => Result,
): { state: Immutable<State>; result: Result } {
  const transaction = new Transaction(base)
  const result = transaction.run(rule as (draft: unknown) => Result)
  return { state: transaction.finish() as Immutable<State>, result }
}

/** One rule at work: its draft, and the maps that it has opened. */
class Transaction implements MapWatcher {
  readonly #draft: unknown
  readonly #base: unknown
  readonly #open: HasTable[] = []
  /** Entity maps directly below the root need no proxy: they are handed out as maps of the transaction's own. */
  readonly #maps = new Map<string | symbol, AnyMap>()
  /** Keys of the root that the rule has set or deleted: immer's draft knows them. */
  readonly #written = new Set<string | symbol>()
  #plain: PlainObject | undefined
  #phase: 'running' | 'finishing' | 'over' = 'running'

  constructor(base: unknown) {
    this.#base = base
    this.#draft = base instanceof EntityMap ? writableMap(base) : new Proxy({}, this.#handler())
  }

  run<Result>(rule: (draft: unknown) => Result): Result {
    try {
      const result = watchMaps(this, () => rule(this.#draft))
      this.#phase = 'finishing'
      return result
    } finally {
      if (this.#phase === 'running') this.#end()
    }
  }

  finish(): unknown {
    try {
      return this.#finish()
    } finally {
      this.#end()
    }
  }

  noteOpen(map: HasTable): void {
    this.#open.push(map)
  }

  /** Maps that are new may not stand in the state yet; a map that is the state itself has no path either. */
  pathOf(map: HasTable): Path | undefined {
    for (const [key, known] of this.#maps) if (known === map) return { parent: undefined, key: String(key) }
    return this.#plain === undefined ? undefined : findMap(this.#plain, map, undefined, 0)
  }

  #finish(): unknown {
    // before immer ends its drafts, as rows may hold parts of them
    for (const map of this.#open) if (map.table.isOpen) map.table = map.table.seal(new MapPath(map, this))
    if (this.#base instanceof EntityMap) return (this.#draft as AnyMap).seal(this.#base, undefined)
    const base = this.#base as PlainObject
    let next = this.#plain === undefined ? base : (immer.finishDraft(this.#plain) as PlainObject)
    for (const [key, map] of this.#maps) {
      const sealed = map.seal(base[key as string], { parent: undefined, key: String(key) })
      if (sealed === base[key as string]) continue
      if (next === base) next = { ...base }
      next[key as string] = sealed
    }
    return next === base ? base : sealValue(base, next)
  }

  /** A draft or map that the rule has kept cannot be written to any more, whatever became of the transaction. */
  #end(): void {
    this.#phase = 'over'
    for (const [key, map] of this.#maps) closeMap(map, (this.#base as PlainObject)[key as string] as AnyMap)
    if (this.#base instanceof EntityMap) closeMap(this.#draft as AnyMap, this.#base)
  }

  #handler(): ProxyHandler<PlainObject> {
    const base = this.#base as PlainObject
    return {
      get: (_, key) => {
        this.#expectRunning()
        const map = this.#maps.get(key)
        if (map !== undefined) return map
        if (!this.#written.has(key)) {
          const value = base[key as string]
          if (typeof value !== 'object' || value === null) return value
          if (value instanceof EntityMap) {
            const own = writableMap(value)
            this.#maps.set(key, own)
            return own
          }
        }
        return this.#plainDraft()[key as string]
      },
      set: (_, key, value) => {
        this.#write(key)[key as string] = value
        return true
      },
      deleteProperty: (_, key) => delete this.#write(key)[key as string],
      defineProperty: (_, key, { value, get, set = get }) => {
        if (set !== undefined) throw invalidValue(set, { parent: undefined, key: String(key) })
        this.#write(key)[key as string] = value
        return true
      },
      has: (_, key) => key in this.#current(),
      ownKeys: () => Reflect.ownKeys(this.#current()),
      getOwnPropertyDescriptor: (_, key) =>
        Object.hasOwn(this.#current(), key)
          ? { value: (this.#draft as PlainObject)[key as string], writable: true, enumerable: true, configurable: true }
          : undefined,
    }
  }

  #write(key: string | symbol): PlainObject {
    this.#expectRunning()
    if (key === forbiddenKey) throw forbidden(undefined)
    const draft = this.#plainDraft()
    this.#maps.delete(key)
    this.#written.add(key)
    return draft
  }

  #plainDraft(): PlainObject {
    this.#plain ??= immer.createDraft(this.#base as PlainObject)
    return this.#plain
  }

  #current(): PlainObject {
    this.#expectRunning()
    return this.#plain ?? (this.#base as PlainObject)
  }

  #expectRunning(): void {
    if (this.#phase === 'running') return
    if (this.#phase === 'finishing') {
      throw new GameStateError(
        'invalid_value',
        'state: a state cannot hold itself; one of its parts was set to its draft',
      )
    }
    throw new GameStateError('transaction_over', 'a draft was used after its rule had returned')
  }
}

function closeMap(map: AnyMap, base: AnyMap): void {
  if (Object.isFrozen(map)) return
  map.table = base.table
  Object.freeze(map)
}

function writableMap(map: AnyMap): AnyMap {
  const own = Object.create(EntityMap.prototype) as AnyMap
  own.table = map.table
  return own
}

function findMap(part: unknown, wanted: HasTable, path: Path | undefined, depth: number): Path | undefined {
  if (part instanceof EntityMap) return part.table === wanted.table ? path : undefined
  if (depth > maxDepth || !(Array.isArray(part) || isPlainObject(part))) return undefined
  for (const key of Object.keys(part)) {
    const found = findMap((part as PlainObject)[key], wanted, { parent: path, key }, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
