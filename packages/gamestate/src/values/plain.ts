import { GameStateError } from '../errors.js'

/** How deep a state may be nested; also what keeps a cycle from running for ever. The decoder holds peers to the same. */
export const maxDepth = 100

/** The one key that no object may have: setting it would change the object's prototype instead. */
export const forbiddenKey = '__proto__'

export type PlainObject = Record<string, unknown>

/** True for `{}` and `Object.create(null)`, false for arrays, class instances and all else. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * The path of a value, for messages. A chain that shares its front, so that going down a level costs one small object
 * and text is made only for an error.
 */
export interface Path {
  readonly parent: Path | undefined
  /** undefined: a step that adds nothing. */
  readonly key: string | number | undefined
}

/** `players.p1.items.0`; the root itself is `state`. */
export function pathText(path: Path | undefined): string {
  const keys: string[] = []
  for (let step = path; step !== undefined; step = step.parent) if (step.key !== undefined) keys.push(String(step.key))
  if (keys.length === 0) return 'state'
  return keys.length > 12 ? `${keys.slice(-12).reverse().join('.')}.…` : keys.reverse().join('.')
}

/** The error for a value that a state cannot hold; says what it is and where. */
export function invalidValue(value: unknown, path: Path | undefined): GameStateError {
  return new GameStateError('invalid_value', `${pathText(path)}: a state cannot hold ${describe(value)}`)
}

export function tooDeep(path: Path | undefined): GameStateError {
  const front = pathText(path)
  return new GameStateError('invalid_value', `${front}: nested deeper than ${maxDepth} levels, or a cycle`)
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object with a prototype of its own'
  return `an instance of ${name}`
}

/** Refuses keys that a version cannot have: symbols, `__proto__`. */
export function checkKeys(object: object, path: Path | undefined): void {
  const symbol = Object.getOwnPropertySymbols(object)[0]
  if (symbol !== undefined) {
    throw new GameStateError('invalid_value', `${pathText(path)}: a state cannot hold the key ${String(symbol)}`)
  }
  if (Object.hasOwn(object, forbiddenKey)) throw forbidden(path)
}

/** The error for the one key that no object may have. @param path that of the object */
export function forbidden(path: Path | undefined): GameStateError {
  return new GameStateError(
    'invalid_value',
    `${pathText({ parent: path, key: forbiddenKey })}: this key is not allowed`,
  )
}
