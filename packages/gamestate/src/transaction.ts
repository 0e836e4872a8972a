import { atOnce } from './callbacks.js'
import { GameStateError } from './errors.js'
import { discardTable } from './rows/editing.js'
import { EntityMap, findPathsBy, type PathFinder } from './rows/entity-map.js'
import { VersionMap } from './rows/version-map.js'
import type { Immutable } from './values/immutable.js'
import { noteSealed } from './values/kinds.js'
import { draftOf, forbidden, forbiddenKey, invalidInRule, isBytes, maxDepth, type Path } from './values/plain.js'
import { type Place, type SealableDraft, sealValue } from './values/sealing.js'

type AnyMap = EntityMap<object, string | number>

/** The transaction of a draft. */
interface DraftOwner {
  /** While a transaction is finishing, its drafts become parts of the next version. */
  phase: 'running' | 'finishing' | 'over'
  /** A map that the transaction may change, and that begins as a map of a version. @param by the draft in which it stands */
  openMap(map: AnyMap, by: Draft | undefined): AnyMap
}

type Parts = Record<string | symbol, unknown>

/** The symbol for `console.log` in Node, Bun and Deno. They look behind a proxy for it, and pass the proxy as `this`. */
const inspection = Symbol.for('nodejs.util.inspect.custom')

/**
 * The draft of a plain object or array of a version: a proxy that reads from the version and writes to a copy. It behaves
 * like a draft of immer. The first write makes the copy, and so does the first read of a nested part.
 */
class Draft implements SealableDraft {
  readonly #owner: DraftOwner
  readonly #parent: Draft | undefined
  readonly #key: string | undefined
  readonly #base: Parts
  readonly #isArray: boolean
  /** Nested parts that were read are drafts and open maps here. */
  #copy: Parts | undefined
  /** True if it, or a nested part that was read, may differ from the base. */
  #isTouched = false
  #sealed: unknown
  readonly proxy: object

  constructor(owner: DraftOwner, base: object, parent: Draft | undefined, key: string | undefined) {
    this.#owner = owner
    this.#base = base as Parts
    this.#parent = parent
    this.#key = key
    this.#isArray = Array.isArray(base)
    this.proxy = this.#isArray ? new Proxy(new ArrayTarget(this), arrayTraps) : new Proxy(this, objectTraps)
  }

  /** The current parts. */
  get source(): Parts {
    return this.#copy ?? this.#base
  }

  get(key: string | symbol): unknown {
    if (key === draftOf) return this
    this.#expectRunning()
    const value = this.source[key]
    if (typeof value !== 'object' || value === null) return value
    // parts of the version become drafts; other objects are drafts already, or the rule has put them there
    if (value !== this.#base[key] || isBytes(value) || !Object.hasOwn(this.#base, key)) return value
    const part = this.#handOut(value, key)
    this.#ownCopy()[key] = part
    return part
  }

  #handOut(value: object, key: string | symbol): object {
    if (!(value instanceof VersionMap)) return new Draft(this.#owner, value, this, String(key)).proxy
    return this.#owner.openMap(value as AnyMap, this)
  }

  set(key: string | symbol, value: unknown): true {
    this.#expectRunning()
    if (key === forbiddenKey) throw forbidden(this.path)
    const { source } = this
    if (Object.is(source[key], value) && (value !== undefined || Object.hasOwn(source, key))) return true
    if (this.#isArray && !isPlace(key)) throw this.#noElement(key)
    this.touch()
    this.#ownCopy()[key] = value
    return true
  }

  delete(key: string | symbol): true {
    this.#expectRunning()
    if (!Object.hasOwn(this.source, key)) return true
    this.touch()
    delete this.#ownCopy()[key]
    return true
  }

  define(key: string | symbol, { value, get, set = get }: PropertyDescriptor): true {
    if (set !== undefined) throw invalidInRule(set, { parent: this.path, key: String(key) })
    return this.set(key, value)
  }

  has(key: string | symbol): boolean {
    this.#expectRunning()
    return key in this.source
  }

  keys(): (string | symbol)[] {
    this.#expectRunning()
    return Reflect.ownKeys(this.source)
  }

  describe(key: string | symbol): PropertyDescriptor | undefined {
    this.#expectRunning()
    const found = Object.getOwnPropertyDescriptor(this.source, key)
    if (found === undefined) return undefined
    const isLength = this.#isArray && key === 'length'
    return { value: this.get(key), writable: true, enumerable: !isLength, configurable: !isLength }
  }

  get prototype(): object {
    return this.#isArray ? Array.prototype : Object.prototype
  }

  /** Its path in the version. */
  get path(): Path | undefined {
    return this.#parent === undefined ? undefined : { parent: this.#parent.path, key: this.#key }
  }

  seal(base: unknown, path: Path | undefined, place: Place, depth: number): unknown {
    const { phase } = this.#owner
    if (phase === 'over') throw draftIsOver()
    // a draft of an outer transaction may still change
    if (phase === 'running') return undefined
    if (!this.#isTouched) this.#sealed = this.#base
    if (this.#sealed === undefined) {
      // a draft that holds itself recurs here until it is too deep
      this.#sealed = sealValue(this.#base, this.#copy, path, place, depth)
      if (base === this.#base) return this.#sealed
    }
    return sealValue(base, this.#sealed, path, place, depth)
  }

  /** The current parts without proxies, for `console.log`. */
  show(): unknown {
    if (this.#owner.phase === 'over') return '[a draft whose rule has returned]'
    const shown: Parts = (this.#isArray ? [] : {}) as Parts
    for (const key of Object.keys(this.source)) {
      const value = this.source[key]
      shown[key] = draftBehind(value)?.show() ?? value
    }
    return shown
  }

  [inspection](): unknown {
    return draftBehind(this)!.show()
  }

  #expectRunning(): void {
    const { phase } = this.#owner
    if (phase === 'running') return
    if (phase === 'over') throw draftIsOver()
    throw new GameStateError('invalid_value', 'state: a state cannot hold itself; a part of it was set to its draft')
  }

  /** Marks this draft and those in which it stood. Drafts into which it was moved are marked by that write. */
  touch(): void {
    for (let draft: Draft | undefined = this; draft !== undefined && !draft.#isTouched; draft = draft.#parent) {
      draft.#isTouched = true
      draft.#ownCopy()
    }
  }

  #ownCopy(): Parts {
    this.#copy ??= (this.#isArray ? (this.#base as unknown as unknown[]).slice() : { ...this.#base }) as Parts
    return this.#copy
  }

  #noElement(key: string | symbol): GameStateError {
    const { path } = this
    const where = path === undefined ? 'state' : String(path.key)
    return new GameStateError('invalid_value', `${where}: an array of a state cannot hold the key ${String(key)}`)
  }
}

/** The target of an array's proxy has to be an array. */
class ArrayTarget extends Array<unknown> {
  readonly draft: Draft

  constructor(draft: Draft) {
    super()
    this.draft = draft
  }

  [inspection](): unknown {
    return draftBehind(this)!.show()
  }
}

const refuse = (): never => {
  throw new GameStateError('invalid_value', 'the prototype of a draft cannot be changed, and a draft cannot be frozen')
}

const objectTraps: ProxyHandler<Draft> = {
  get: (draft, key) => draft.get(key),
  set: (draft, key, value) => draft.set(key, value),
  deleteProperty: (draft, key) => draft.delete(key),
  defineProperty: (draft, key, descriptor) => draft.define(key, descriptor),
  has: (draft, key) => draft.has(key),
  ownKeys: (draft) => draft.keys(),
  getOwnPropertyDescriptor: (draft, key) => draft.describe(key),
  getPrototypeOf: (draft) => draft.prototype,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
}

const arrayTraps: ProxyHandler<ArrayTarget> = {
  get: ({ draft }, key) => draft.get(key),
  set: ({ draft }, key, value) => draft.set(key, value),
  deleteProperty: ({ draft }, key) => draft.delete(key),
  defineProperty: ({ draft }, key, descriptor) => draft.define(key, descriptor),
  has: ({ draft }, key) => draft.has(key),
  ownKeys: ({ draft }) => draft.keys(),
  getOwnPropertyDescriptor: ({ draft }, key) => draft.describe(key),
  getPrototypeOf: ({ draft }) => draft.prototype,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
}

/** A draft of a whole state. */
function createDraft(owner: DraftOwner, base: object): object {
  return new Draft(owner, base, undefined, undefined).proxy
}

/** The path of an open map in a draft or in a new object; undefined if the map is not there. */
function findMap(part: unknown, wanted: AnyMap, path: Path | undefined, depth = 0): Path | undefined {
  if (typeof part !== 'object' || part === null || depth > maxDepth || isBytes(part)) return undefined
  const source = draftBehind(part)?.source ?? (part as Parts)
  for (const key of Object.keys(source)) {
    const value = source[key]
    const partPath = { parent: path, key }
    if (value === wanted) return partPath
    // parts of versions hold no open maps
    if (value instanceof VersionMap || Object.isFrozen(value)) continue
    const found = findMap(value, wanted, partPath, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

function draftBehind(value: unknown): Draft | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as { [draftOf]?: Draft })[draftOf]
}

/** Whether a key is the place of an element, or `length`. */
function isPlace(key: string | symbol): boolean {
  return typeof key === 'string' && (key === 'length' || String(Number(key) >>> 0) === key)
}

function draftIsOver(): GameStateError {
  return new GameStateError('transaction_over', 'a draft was used after its rule had returned')
}

/**
 * Runs a rule on a draft of a version and gives the version that results, sharing all that did not change.
 *
 * @param base a version; never changed
 * @param rule changes the draft in place; synchronous. An error that it throws goes through, and no change of it remains
 * @returns the next version (`base` itself if nothing changed), sealed, and the value that the rule returned
 * @throws GameStateError `invalid_value` with the path, if the draft was given a value that a state cannot hold
 */
export function transact<State, Result>(
  base: Immutable<State>,
  rule: (draft: State) => Result,
): { state: Immutable<State>; result: Result } {
  const made = runTransaction(base, rule)
  if (made.state !== base) noteSealed(made.state as object)
  return made
}

/** `transact` for a state that may not become a version: another transaction may follow, and `noteSealed` is called for the last one. */
export function runTransaction<State, Result>(
  base: Immutable<State>,
  rule: (draft: State) => Result,
): { state: Immutable<State>; result: Result } {
  const transaction = new Transaction(base)
  const result = transaction.run(rule as (draft: unknown) => Result)
  return { state: transaction.finish() as Immutable<State>, result }
}

/** A map that a rule has read, and may have changed. */
interface OpenMap {
  readonly own: AnyMap
  /** The map of the version that it begins as. */
  readonly base: AnyMap
  /** The draft in which that one stands. */
  readonly by: Draft | undefined
}

/** One rule at work: its draft, and the maps that it may change. */
class Transaction implements PathFinder, DraftOwner {
  readonly #base: object
  readonly #draft: object
  readonly #maps: OpenMap[] = []
  phase: DraftOwner['phase'] = 'running'

  constructor(base: unknown) {
    this.#base = base as object
    this.#draft = base instanceof VersionMap ? this.openMap(base as AnyMap, undefined) : createDraft(this, this.#base)
  }

  run<Result>(rule: (draft: unknown) => Result): Result {
    try {
      const result = findPathsBy(this, () => atOnce('the rule', rule(this.#draft)))
      this.phase = 'finishing'
      return result
    } finally {
      if (this.phase === 'running') this.#end()
    }
  }

  finish(): unknown {
    try {
      // only the end of the rule shows which of the maps it has changed
      for (const { own, base, by } of this.#maps) if (own.table !== base.table) by?.touch()
      return sealValue(this.#base, this.#draft)
    } finally {
      this.#end()
    }
  }

  openMap(map: AnyMap, by: Draft | undefined): AnyMap {
    const own = Object.create(EntityMap.prototype) as AnyMap
    own.table = map.table
    this.#maps.push({ own, base: map, by })
    return own
  }

  /** A map that is new may not stand in the state yet. A map that is the state itself has no path either. */
  pathOf(map: AnyMap): Path | undefined {
    return findMap(this.#draft, map, undefined)
  }

  /** A draft, map or row that the rule has kept cannot be written to any more. */
  #end(): void {
    this.phase = 'over'
    for (const { own, base } of this.#maps) {
      if (Object.isFrozen(own)) continue
      if (own.table.isOpen) discardTable(own.table)
      own.table = base.table
      Object.freeze(own)
    }
  }
}
