import { GameStateError } from '../errors.js'

/** Most levels of arrays, objects and maps within each other. Also ends the walk through a cycle. Decoders hold peers to the same. */
export const maxDepth = 100

/** No object may have this key: setting it would change the object's prototype. */
export const forbiddenKey = '__proto__'

export type PlainObject = Record<string, unknown>

/** True for `{}` and `Object.create(null)`, of any realm. False for arrays, class instances and all else. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || isForeignObjectPrototype(prototype as object)
}

/** Each realm (a frame, a `node:vm` context) has an `Object.prototype` of its own. */
function isForeignObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Whether an array is no instance of a subclass. Every realm's `Array.prototype` is an array itself; that of a class is not. */
export function isPlainArray(array: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(array)
  return prototype === Array.prototype || Array.isArray(prototype)
}

/**
 * The path of a value, for messages. Paths share their front: one level down costs one small object, and text is made
 * for an error only.
 */
export interface Path {
  readonly parent: Path | undefined
  /** undefined: this step adds nothing to the text. */
  readonly key: string | number | undefined
  /** Of the root of a value that is no state: its name in messages. */
  readonly holder?: string
}

/** The root of an event's data, for messages. */
export const payloadRoot: Path = { parent: undefined, key: 'payload', holder: 'an event' }

/** For example `players.p1.items.0`. The root of a state is `state`. */
export function pathText(path: Path | undefined): string {
  const keys: string[] = []
  for (let step = path; step !== undefined; step = step.parent) if (step.key !== undefined) keys.push(String(step.key))
  if (keys.length === 0) return 'state'
  return keys.length > 12 ? `${keys.slice(-12).reverse().join('.')}.…` : keys.reverse().join('.')
}

function holder(path: Path | undefined): string {
  let root = path
  while (root?.parent !== undefined) root = root.parent
  return root?.holder ?? 'a state'
}

/** The error for a value that is not plain data. Its message names the kind of the value and its path. @param hint follows the kind */
export function invalidValue(value: unknown, path: Path | undefined, hint = ''): GameStateError {
  return new GameStateError('invalid_value', `${pathText(path)}: ${holder(path)} cannot hold ${describe(value)}${hint}`)
}

/** The same for code of rules, which a page need not load: the message also names what to use instead. */
export function invalidInRule(value: unknown, path: Path | undefined): GameStateError {
  return invalidValue(value, path, hintFor(classOf(value)))
}

export function tooDeep(path: Path | undefined, most = maxDepth): GameStateError {
  return new GameStateError('invalid_value', `${pathText(path)}: nested deeper than ${most} levels, or a cycle`)
}

/** What to use instead of the objects that people put into a state first. */
function hintFor(name: string | undefined): string {
  switch (name) {
    case 'Map':
      return ': use an EntityMap or an object'
    case 'Set':
      return ': use an array, or an object with the value true for each key'
    case 'Date':
      return ': use a number, such as its time in ms'
    default:
      return ''
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const name = classOf(value)
  return name === undefined ? 'an object with a prototype of its own' : `an instance of ${name}`
}

/** @returns the name of an object's class; undefined if it has none */
function classOf(value: unknown): string | undefined {
  const isObject = typeof value === 'object' && value !== null
  const name: unknown = isObject && Object.getPrototypeOf(value)?.constructor?.name
  return typeof name !== 'string' || name === '' || name === 'Object' ? undefined : name
}

/** Refuses the keys that a version cannot have: symbols and `__proto__`. */
export function checkKeys(object: object, path: Path | undefined): void {
  const symbol = Object.getOwnPropertySymbols(object)[0]
  if (symbol !== undefined) {
    throw new GameStateError(
      'invalid_value',
      `${pathText(path)}: ${holder(path)} cannot hold the key ${String(symbol)}`,
    )
  }
  if (Object.hasOwn(object, forbiddenKey)) throw forbidden(path)
}

/** The error for the key that no object may have. @param path the object's path */
export function forbidden(path: Path | undefined): GameStateError {
  const where = pathText({ parent: path, key: forbiddenKey })
  return new GameStateError('invalid_value', `${where}: this key is not allowed`)
}

/** A symbol of immer's, as `immerable` of `version-map.ts` is. */
const draftState = Symbol.for('immer-state')

/** The draft behind the proxy that a rule works with. */
export const draftOf: unique symbol = Symbol('the draft behind a proxy')

/** Whether the value is a draft of immer's or of a transaction. */
export function isDraft(value: object): boolean {
  return (value as { [draftOf]?: unknown })[draftOf] !== undefined || isImmerDraft(value)
}

export function isImmerDraft(value: object): boolean {
  return (value as { [draftState]?: unknown })[draftState] !== undefined
}

/**
 * The error for bytes that are no delta, or no delta of this base. It does not say which part of the format is broken: pages
 * would load a text for each, and its stack says it to the author of an encoder.
 */
export function malformed(): GameStateError {
  return new GameStateError('invalid_delta', 'the bytes break the format')
}

/** Returns a key that a peer has sent. @throws GameStateError `invalid_delta` for the forbidden key */
export function checkKey(key: string): string {
  if (key === forbiddenKey) throw malformed()
  return key
}

const nothing = (): void => {}

/**
 * For a function that has to answer at once, such as a view or a predicate.
 * @param name of the function
 * @returns its answer
 * @throws GameStateError `invalid_argument` if the answer is a promise, whose rejection would end the process
 */
export function atOnce<Value>(name: string, answer: Value): Value {
  if (!isThenable(answer)) return answer
  Promise.resolve(answer).then(undefined, nothing)
  throw new GameStateError('invalid_argument', `${name} returned a promise: it has to answer at once`)
}

/** True for a promise of any make: a value with a method `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function'
}
