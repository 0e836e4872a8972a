import { createContext, runInContext } from 'node:vm'

/** Evaluates an expression in a realm with an `Object.prototype`, `Array.prototype` and `Uint8Array` of its own. */
export function inOtherRealm<T = unknown>(expression: string): T {
  return runInContext(`(${expression})`, createContext()) as T
}
