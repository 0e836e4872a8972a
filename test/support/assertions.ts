import { chai, expect } from 'vitest'

// laws assert hundreds of thousands of times: the price of an assertion is a good part of their time

// a name that no assertion has is found by the compiler; the proxies that would find it are half of an assertion's time
chai.config.useProxy = false

/** Equal bytes at a look. Vitest compares them one by one as properties with names, a microsecond for each; it still does if they differ. */
function sameBytes(a: unknown, b: unknown): true | undefined {
  if (!isBytes(a) || !isBytes(b) || a.length !== b.length) return undefined
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return undefined
  return true
}

/** Not of a Buffer: for vitest that is another type. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && Object.getPrototypeOf(value) === Uint8Array.prototype
}

// this file runs anew for each test file, and those of a worker share their testers
const worker = globalThis as { comparesBytes?: true }
if (!worker.comparesBytes) expect.addEqualityTesters([sameBytes])
worker.comparesBytes = true
