import { StorageError } from './errors.js'

/** Far below what lmdb takes, so that other storages can follow. */
const maxKeyBytes = 512

// a key is printed, and a control character in it would be a line of its own in somebody's log
const control = /\p{Cc}/u

const encoder = new TextEncoder()

/** @returns the bytes of a key. @throws StorageError `storage_key_invalid` */
export function keyBytes(key: string): Uint8Array {
  if (key === '') throw invalid(key, 'is empty')
  return prefixBytes(key)
}

/** The same for the beginning of keys, which may be empty. @throws StorageError `storage_key_invalid` */
export function prefixBytes(prefix: string): Uint8Array {
  if (typeof prefix !== 'string') throw invalid(prefix, 'is no text')
  if (!prefix.isWellFormed() || control.test(prefix))
    throw invalid(prefix, 'has a control character or half a character')
  const bytes = encoder.encode(prefix)
  if (bytes.length > maxKeyBytes) throw invalid(prefix, `has ${bytes.length} bytes, more than ${maxKeyBytes}`)
  return bytes
}

/** Less than 0 where `a` comes first in the order of code points, which is also that of the bytes. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Puts surrogates, which stand for the highest code points, behind all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}

function invalid(key: unknown, why: string): StorageError {
  const shown = typeof key === 'string' ? JSON.stringify(key.slice(0, 60)) : typeof key
  return new StorageError('storage_key_invalid', `the key ${shown} ${why}`)
}
