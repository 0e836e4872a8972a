import { GameStateError } from '../errors.js'

/**
 * The rows of an `EntityMap` are in private fields. Code that clones or compares objects field by field would copy a map
 * without its rows, or find two maps equal, without an error. Two fields of a table make such code throw.
 */

/** `structuredClone` and `postMessage` refuse functions. The text of the function is in their message. */
export function entityMapCannotBeCloned(): void {}

/** An own enumerable key, so that deep comparisons find it. A symbol, so that test runners that iterate over rows do not. */
export const uncomparable: unique symbol = Symbol('the rows of an EntityMap')

const refuse = (): never => {
  throw new GameStateError('invalid_argument', 'the rows of an EntityMap are compared with equalStates')
}

const traps: ProxyHandler<object> = { get: refuse, getPrototypeOf: refuse, ownKeys: refuse, has: refuse }

/** A value that throws if code reads it. Each table has another one, since comparisons do not read identical values. */
export function refuseComparison(): object {
  return new Proxy({}, traps)
}
