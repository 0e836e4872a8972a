import { StorageError } from './errors.js'
import type { ListOptions } from './storage.js'
import { keyBytes, prefixBytes } from './stored-key.js'

export interface ListRange {
  readonly limit: number
  readonly prefix: Uint8Array
  /** The key behind which the list begins. */
  readonly after: Uint8Array | undefined
}

/** @throws StorageError `invalid_argument`, `storage_key_invalid` */
export function listRange(prefix: string, { limit = 100, after }: ListOptions): ListRange {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 10_000)) {
    throw new StorageError('invalid_argument', `limit is a whole number from 1 to 10,000, not ${limit}`)
  }
  return { limit, prefix: prefixBytes(prefix), after: after === undefined ? undefined : keyBytes(after) }
}
