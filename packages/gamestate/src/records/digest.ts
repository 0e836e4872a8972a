import { encodeDelta } from '../codec/delta.js'
import type { Immutable } from '../values/immutable.js'
import { isPlainObject } from '../values/plain.js'

/** 32 bits for each top-level key of a state, in the order of the keys. */
export type StateDigest = readonly (readonly [key: string, digest: number])[]

/** The key of a state that is an `EntityMap` itself. */
const whole = ''

/** A version and its digest. */
export interface DigestedState<State> {
  readonly state: Immutable<State>
  readonly digest: StateDigest
}

/**
 * Digests of a version: equal for equal parts, and all but certainly different for others. Takes as long as to encode the whole
 * state. It is made of exact bytes, so two states that differ by a rounding have different ones.
 * @param before an earlier version: parts that it shares are not encoded again
 */
export function digestState<State>(state: Immutable<State>, before?: DigestedState<State>): StateDigest {
  const known = new Map(before?.digest)
  const old = new Map(before && partsOf(before.state))
  return partsOf(state).map(([key, value]) => {
    const digest = Object.is(old.get(key), value) ? known.get(key) : undefined
    return [key, digest ?? digestBytes(encodeDelta<object>(undefined, { value }))]
  })
}

function partsOf(state: unknown): [string, unknown][] {
  return isPlainObject(state) ? Object.entries(state) : [[whole, state]]
}

/** @returns the first key whose digests differ; undefined if there is none */
export function differingKey(own: StateDigest, others: StateDigest): string | undefined {
  const known = new Map(others)
  for (const [key, digest] of own) if (known.get(key) !== digest) return key
  const keys = new Set(own.map(([key]) => key))
  return others.find(([key]) => !keys.has(key))?.[0]
}

/** MurmurHash3 by Austin Appleby, for 32 bits. */
function digestBytes(bytes: Uint8Array): number {
  const whole = bytes.length & ~3
  let hash = bytes.length | 0
  for (let at = 0; at < whole; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    hash ^= scramble(word)
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let rest = 0
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | bytes[at]!
  hash ^= scramble(rest)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
