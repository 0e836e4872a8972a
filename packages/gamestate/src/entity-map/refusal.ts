import { GameStateError } from '../errors.js'

/**
 * The rows of an `EntityMap` are in private fields. Code that clones or compares objects field by field would take two
 * maps for equal, or copy a map without its rows, and say nothing. Two fields of a table make such code throw.
 */

/** `structuredClone` and `postMessage` refuse functions, with their text as the message. */
export function entityMapCannotBeCloned(): void {}

/** Own and enumerable, so that deep comparisons find it; a symbol, so that test runners that iterate do not. */
export const uncomparable: unique symbol = Symbol('the rows of an EntityMap')

const refuse = (): never => {
  throw new GameStateError('invalid_argument', 'the rows of an EntityMap are compared with equalStates')
}

const traps: ProxyHandler<object> = { get: refuse, getPrototypeOf: refuse, ownKeys: refuse, has: refuse }

/** A value that throws if it is looked into. Each is another one: comparisons do not look into what is identical. */
export function refuseComparison(): object {
  return new Proxy({}, traps)
}
