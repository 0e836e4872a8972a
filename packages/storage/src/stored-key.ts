import type { ListOptions, WriteOptions } from '@tygase/server/internal'
import { StorageError } from './errors.js'

/** Far below the limit of lmdb, so that other storages can have the same limit. */
const maxKeyBytes = 512

// keys are printed in logs, where a control character could begin a line of its own
const control = /\p{Cc}/u

const encoder = new TextEncoder()

/** @returns the bytes of a key. @throws StorageError `storage_key_invalid` */
export function keyBytes(key: string): Uint8Array {
  if (key === '') throw invalid(key, 'is empty')
  return prefixBytes(key)
}

/** The bytes of the beginning of keys, which may be empty. @throws StorageError `storage_key_invalid` */
function prefixBytes(prefix: string): Uint8Array {
  if (typeof prefix !== 'string') throw invalid(prefix, 'is not a text')
  if (!prefix.isWellFormed() || control.test(prefix))
    throw invalid(prefix, 'has a control character or half a character')
  const bytes = encoder.encode(prefix)
  if (bytes.length > maxKeyBytes) throw invalid(prefix, `has ${bytes.length} bytes, more than ${maxKeyBytes}`)
  return bytes
}

/** Below 0 if `a` comes first in the order of code points, which is also the order of the bytes. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Arguments of `list`, checked. */
export interface ListRange {
  readonly limit: number
  readonly prefix: Uint8Array
  /** The list begins behind this key. */
  readonly after: Uint8Array | undefined
}

/** @throws StorageError `invalid_argument`, `storage_key_invalid` */
export function listRange(prefix: string, { limit = 100, after }: ListOptions): ListRange {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 10_000)) {
    throw new StorageError('invalid_argument', `limit is a whole number from 1 to 10,000, not ${limit}`)
  }
  return { limit, prefix: prefixBytes(prefix), after: after === undefined ? undefined : keyBytes(after) }
}

/** @returns undefined for a write without a fence. @throws StorageError `invalid_argument` */
export function fenceIn({ fence }: WriteOptions): number | undefined {
  if (fence === undefined || (Number.isSafeInteger(fence) && fence >= 0)) return fence
  throw new StorageError('invalid_argument', `a fence is a whole number from 0, not ${String(fence)}`)
}

/** The refusal of a write whose fence is too low. */
export function fenced(key: string, fence: number, highest: number): StorageError {
  return new StorageError('storage_fenced', `${key} was written with the fence ${highest}: ${fence} is too low`)
}

/** Ranks surrogates, which encode the highest code points, behind all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}

function invalid(key: unknown, why: string): StorageError {
  const shown = typeof key === 'string' ? JSON.stringify(key.slice(0, 60)) : typeof key
  return new StorageError('storage_key_invalid', `the key ${shown} ${why}`)
}
