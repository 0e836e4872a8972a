import { GameStateError } from '../errors.js'
import { MapValue } from '../values/kind.js'
import { bytesFlag, holdsOpenMap, isFlat, markCopy, markOf, maxLeafParts } from '../values/mark.js'
import { checkKeys, draftOf, forbidden, forbiddenKey, invalidInRule, type Path } from '../values/plain.js'
import {
  closeMapsIn,
  copyParts,
  isLeaf,
  type Place,
  type SealableDraft,
  sealCopy,
  sealValue,
  type Touched,
} from '../values/sealing.js'

/** The symbol for `console.log` in Node, Bun and Deno. They look behind a proxy for it, and pass the proxy as `this`. */
const inspection = Symbol.for('nodejs.util.inspect.custom')

/** The run of a rule, as its drafts know it. */
export interface DraftOwner {
  /** While a rule is finishing, its drafts become parts of the next version. */
  readonly phase: 'running' | 'finishing' | 'over'
  /** See `enterLevel`. */
  readonly level: number
  /** A map that the rule may change, for one of the tree. @param key its place in the draft; undefined if it was taken out */
  openMap(map: MapValue, by: Draft, key: string | undefined): MapValue
  /** A plain copy has been handed out. It is frozen when the rule has returned. */
  noteCopy(copy: object): void
}

type Parts = Record<string | symbol, unknown>

/** The draft behind a proxy; undefined for every other value. */
export function draftBehind(value: unknown): Draft | undefined {
  return typeof value === 'object' && value !== null ? (value as { [draftOf]?: Draft })[draftOf] : undefined
}

function inspect(this: object): unknown {
  return draftBehind(this)!.show()
}

/** The targets of all proxies. No trap changes them. */
const objectTarget = { [inspection]: inspect }
const arrayTarget = Object.assign([], objectTarget)

const refuse = (): never => {
  throw new GameStateError('invalid_value', 'the prototype of a draft cannot be changed, and a draft cannot be frozen')
}

/**
 * The draft of an object or array that holds others, or is large: the handler of a proxy that reads from the version and writes
 * to a copy. The first write makes the copy, and so does the first read of a nested part. A leaf is handed out as a plain copy:
 * most parts are leaves, and native code works on them.
 */
export class Draft implements SealableDraft, ProxyHandler<object> {
  readonly #owner: DraftOwner
  readonly #parent: Draft | undefined
  readonly #key: string | undefined
  readonly #base: Parts
  readonly #isArray: boolean
  /** Nested parts that were read are drafts, plain copies and open maps here. */
  #copy: Parts | undefined
  /** True if it, or a nested part that was read, may differ from the base. */
  #isTouched = false
  /** Of a large part: the keys that may differ from the base, until they are too many. */
  #keys: Set<string> | undefined
  /** Of a large array: elements from this index on may differ from the base. */
  #from = Number.POSITIVE_INFINITY
  #sealed: object | undefined
  #isPlaced = false
  readonly proxy: object

  constructor(owner: DraftOwner, base: object, parent?: Draft, key?: string) {
    this.#owner = owner
    this.#base = base as Parts
    this.#parent = parent
    this.#key = key
    this.#isArray = Array.isArray(base)
    this.proxy = new Proxy(this.#isArray ? arrayTarget : objectTarget, this)
  }

  /** The current parts. */
  get source(): Parts {
    return this.#copy ?? this.#base
  }

  get(_: object, key: string | symbol): unknown {
    if (key === draftOf) return this
    this.#expectRunning()
    const value = this.source[key]
    if (typeof value === 'object') return this.#part(value, key as string)
    return this.#isArray && typeof value === 'function' ? methodOfDraft(value) : value
  }

  /** What the rule gets for the part under a key. Parts of versions become drafts; it has put all others there itself. */
  #part(value: object | null, key: string): unknown {
    if (value instanceof MapValue) return this.#owner.openMap(value, this, key)
    const part = this.#handOut(value, key)
    if (part !== value) this.put(key, part as object)
    return part
  }

  /** Puts into a place of the copy what the rule has been given for the part in it. */
  put(key: string, part: object): void {
    this.#ownCopy()[key] = part
    this.#note(key)
  }

  #handOut(part: object | null, key?: string): object | null {
    const mark = part === null ? 0 : markOf(part)
    // bytes cannot be changed, only replaced
    if (part === null || mark <= 0 || (mark & bytesFlag) !== 0) return part
    if (!isLeaf(part)) return new Draft(this.#owner, part, this, key).proxy
    const copy = copyParts(part)
    markCopy(copy, part, this.#owner.level)
    this.#owner.noteCopy(copy)
    // no code hears of a write to it
    this.touch()
    return copy
  }

  set(_: object, key: string | symbol, value: unknown): true {
    this.#expectRunning()
    if (key === forbiddenKey) throw forbidden(this.path)
    if (typeof key === 'symbol') checkKeys({ [key]: value }, this.path)
    else if (this.#isArray && !isPlace(key)) throw noElement(key, this.path)
    const { source } = this
    if (Object.is(source[key], value) && (value !== undefined || Object.hasOwn(source, key))) return true
    this.touch()
    const copy = this.#ownCopy()
    const length = copy.length as number
    // what is new at the end of an array, holes included
    if (this.#isArray && (key === 'length' || Number(key) >= length)) this.#from = Math.min(this.#from, length)
    else this.#note(key as string)
    copy[key] = value
    return true
  }

  /** Marks this draft and those in which it stood. Drafts into which it was moved are marked by that write. */
  touch(): void {
    for (let draft: Draft | undefined = this; draft !== undefined && !draft.#isTouched; draft = draft.#parent) {
      draft.#isTouched = true
      draft.#ownCopy()
    }
  }

  /** Runs a method that changes an array on the copy at once. @returns what the rule gets from it */
  change(name: ArrayChange, args: unknown[]): unknown {
    this.#expectRunning()
    this.touch()
    const copy = this.#ownCopy() as unknown as unknown[]
    // a comparison may read and change elements
    if (name === 'sort') copy.forEach((_, index) => void this.get(copy, String(index)))
    this.#from = Math.min(this.#from, firstChanged(name, args, copy.length))
    const result: unknown = (copy[name] as (...args: unknown[]) => unknown)(...args)
    if (result === copy) return this.proxy
    return name === 'splice' ? (result as unknown[]).map((part) => this.#taken(part)) : this.#taken(result)
  }

  /** What a rule gets that takes a part out of an array. */
  #taken(part: unknown): unknown {
    if (part instanceof MapValue) return this.#owner.openMap(part, this, undefined)
    return typeof part === 'object' ? this.#handOut(part) : part
  }

  /** The elements of an array that holds no objects; else undefined. @param live true: later writes are seen in them */
  flatElements(live: boolean): unknown[] | undefined {
    this.#expectRunning()
    if (!isFlat(this.#base)) return undefined
    return (live ? this.#ownCopy() : this.source) as unknown as unknown[]
  }

  /** Notes a key of a large part that may differ from the base. */
  #note(key: string): void {
    if (this.#keys !== undefined && this.#keys.add(key).size > maxLeafParts) this.#keys = undefined
  }

  deleteProperty(_: object, key: string | symbol): true {
    this.#expectRunning()
    if (!Object.hasOwn(this.source, key)) return true
    this.touch()
    // the order of the keys may change
    this.#keys = undefined
    delete this.#ownCopy()[key]
    return true
  }

  defineProperty(target: object, key: string | symbol, { value, get, set = get }: PropertyDescriptor): true {
    if (set !== undefined) throw invalidInRule(set, { parent: this.path, key: String(key) })
    return this.set(target, key, value)
  }

  has(_: object, key: string | symbol): boolean {
    this.#expectRunning()
    return key in this.source
  }

  ownKeys(): (string | symbol)[] {
    this.#expectRunning()
    return Reflect.ownKeys(this.source)
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    this.#expectRunning()
    const found = Object.getOwnPropertyDescriptor(this.source, key)
    if (found === undefined) return undefined
    const isLength = this.#isArray && key === 'length'
    return { value: this.get(target, key), writable: true, enumerable: !isLength, configurable: !isLength }
  }

  get setPrototypeOf(): () => never {
    return refuse
  }

  get preventExtensions(): () => never {
    return refuse
  }

  /** Its path in the version. */
  get path(): Path | undefined {
    return this.#parent && { parent: this.#parent.path, key: this.#key }
  }

  seal(base: unknown, path: Path | undefined, place: Place, depth: number): unknown {
    const { phase } = this.#owner
    if (phase === 'over') throw draftIsOver()
    // a draft of an outer rule may still change
    if (phase === 'running') return undefined
    // a draft that holds itself recurs here until it is too deep
    this.#sealed ??= this.#isTouched
      ? sealCopy(this.#base, this.#ownCopy(), this.#touched, path, place, depth)
      : this.#base
    if (holdsOpenMap(this.#sealed) && (this.#isPlaced || base !== this.#base)) closeMapsIn(this.#sealed)
    this.#isPlaced = true
    return sealValue(base, this.#sealed, path, place, depth)
  }

  get #touched(): Touched | undefined {
    return this.#keys && { keys: this.#keys, from: this.#from }
  }

  /** The current parts without proxies, for `console.log`. */
  show(): unknown {
    if (this.#owner.phase === 'over') return '[a draft whose rule has returned]'
    const shown = copyParts(this.source) as Parts
    for (const key of Object.keys(shown)) shown[key] = draftBehind(shown[key])?.show() ?? shown[key]
    return shown
  }

  #expectRunning(): void {
    const { phase } = this.#owner
    if (phase === 'running') return
    if (phase === 'over') throw draftIsOver()
    throw new GameStateError('invalid_value', 'state: a state cannot hold itself; a part of it was set to its draft')
  }

  #ownCopy(): Parts {
    if (this.#copy !== undefined) return this.#copy
    const base: object = this.#base
    this.#copy = copyParts(base) as Parts
    // only of a large part it pays to note what was touched
    if ((this.#isArray ? (base as unknown[]) : Object.keys(base)).length > maxLeafParts) this.#keys = new Set()
    return this.#copy
  }
}

/** Whether a key is the place of an element, or `length`. */
function isPlace(key: string): boolean {
  return key === 'length' || String(Number(key) >>> 0) === key
}

function noElement(key: string, path: Path | undefined): GameStateError {
  const where = path === undefined ? 'state' : String(path.key)
  return new GameStateError('invalid_value', `${where}: an array of a state cannot hold the key ${key}`)
}

function draftIsOver(): GameStateError {
  return new GameStateError('transaction_over', 'a draft was used after its rule had returned')
}

type ArrayChange = (typeof changes)[number]

type Method = (this: unknown[], ...args: unknown[]) => unknown

const changes = ['push', 'pop', 'shift', 'unshift', 'splice', 'reverse', 'sort'] as const
const reads = ['values', 'slice', 'indexOf', 'lastIndexOf', 'includes', 'join'] as const

/**
 * The methods that drafts of arrays have in place of those of `Array.prototype`. Through the traps, `shift` would make a draft
 * of every element, and a loop over a long array of numbers would take ten times as long. Called on an array that is no draft,
 * each does what it always does.
 */
const ownMethods = new Map<unknown, Method>()

for (const name of changes) {
  const method = Array.prototype[name] as Method
  ownMethods.set(method, function (...args) {
    const draft = draftBehind(this)
    return draft === undefined ? method.apply(this, args) : draft.change(name, args)
  })
}

for (const name of reads) {
  const method = Array.prototype[name] as Method
  ownMethods.set(method, function (...args) {
    return method.apply(draftBehind(this)?.flatElements(name === 'values') ?? this, args)
  })
}

/** What a draft of an array has for a method of `Array.prototype`. */
function methodOfDraft(method: unknown): unknown {
  return ownMethods.get(method) ?? method
}

/** The first index that a change may move or replace. All below stay as they are. */
function firstChanged(name: ArrayChange, args: readonly unknown[], length: number): number {
  if (name === 'push' || name === 'pop') return length
  if (name !== 'splice') return 0
  const start = Math.trunc(Number(args[0])) || 0
  return start < 0 ? Math.max(0, length + start) : Math.min(start, length)
}
