import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findSlicedBytes } from './byte-copies.js'
import { cannotFail, exceptions, neverReject, notMade, ownBytes } from './exceptions.js'
import { findFloatingPromises } from './floating-promises.js'
import { findUnguardedHandlers } from './handlers.js'
import { trials } from './trials/all.js'
import { findUserFunctions } from './user-functions.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each function that the declarations let a user give has a trial, or a reason why it needs none', () => {
  const found = [...findUserFunctions(root, Object.keys(notMade)).keys()]
  const known = new Set(Object.keys(trials).map((name) => name.replace(/ (?:with|of) .*/, '')))
  expect(found.filter((name) => !known.has(name) && exceptionOf(name) === undefined)).toEqual([])
  // nothing is left of functions that are gone
  expect([...known].filter((name) => !found.includes(name))).toEqual([])
  expect(Object.keys(exceptions).filter((name) => !found.some((other) => exceptionOf(other) === name))).toEqual([])
  expect(found.length).toBeGreaterThan(100)
})

/** The exception that a function falls under: its own name, or that of its owner, which covers no parameters of methods. */
function exceptionOf(name: string): string | undefined {
  const [owner] = /^\w+\.(?=\w+(?:\(\))?$)/.exec(name) ?? []
  return [name, owner].find((key) => key !== undefined && Object.hasOwn(exceptions, key))
}

test('nobody drops a promise that may reject', () => {
  expect(findFloatingPromises(root)).toEqual(Object.keys(neverReject).sort())
})

test('a handler that the runtime calls is guarded, or has a reason why it cannot fail', () => {
  expect(findUnguardedHandlers(root)).toEqual(Object.keys(cannotFail).sort())
})

test('bytes of others are copied by copyBytes: slice gives a view of a Buffer, which may change and keeps what is around it', () => {
  expect(findSlicedBytes(root)).toEqual(Object.keys(ownBytes).sort())
})
