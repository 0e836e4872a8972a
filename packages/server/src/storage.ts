/** A key and its value. */
export interface StorageEntry {
  readonly key: string
  readonly value: unknown
}

/** Options of a write. */
export interface WriteOptions {
  /**
   * A whole number from 0 that grows whenever the key changes hands: the epoch of a room. The write is refused with `storage_fenced` if
   * the key was ever written or deleted with a higher one. Default: none, and the write is taken in any case.
   */
  readonly fence?: number | undefined
}

/** One operation of a batch. */
export type StorageOperation = WriteOptions &
  (
    | { readonly type: 'put'; readonly key: string; readonly value: unknown }
    | { readonly type: 'delete'; readonly key: string }
  )

export interface ListOptions {
  /** Most entries, 1 to 10,000. Default 100. */
  limit?: number
  /** List only entries behind this key, which need not exist: the last key of the list before. Default: from the first one. */
  after?: string
}

/**
 * Values by key, kept in a file, a database or memory.
 *
 * A key is a text of 1 to 512 bytes in UTF-8 without control characters; `players/ada` is the usual form. A value is plain: null,
 * booleans, numbers, strings, `Uint8Array`, arrays and plain objects of these. `get` returns a copy that the caller owns. A lone
 * surrogate in a string becomes U+FFFD, -0 becomes 0, and keys of objects whose value is undefined are left out.
 *
 * Invariants:
 * - If a write has resolved, it survives the end of the process, as far as this kind of storage keeps anything.
 * - A write, batches included, happens as a whole or not at all.
 * - Writes happen in the order of the calls. A read between a write and its promise sees the values before it or after it.
 * - The fence of a key never falls. A fenced deletion leaves it, so that a process which was believed to be gone does not bring the
 *   value back. Only a deletion without a fence forgets it. A write and the look at its fence are one transaction.
 *
 * Every method rejects with a coded error: `storage_closed` after `close`; `storage_failed` if the disk or the network fails, with
 * the cause; `storage_key_invalid`; and the codes of its own lines.
 */
export interface Storage {
  /** @returns undefined if there is no value */
  get(key: string): Promise<unknown>

  /**
   * Keeps a value in place of the one before. Rejects with `storage_value_invalid`, naming the path of a part that is not plain;
   * `storage_fenced` as `WriteOptions` says; `invalid_argument` for a fence that is none.
   */
  put(key: string, value: unknown, options?: WriteOptions): Promise<void>

  /** Removes a key and its value. Does nothing for an unknown key. Rejects with `storage_fenced` and `invalid_argument` as `put` does. */
  delete(key: string, options?: WriteOptions): Promise<void>

  /**
   * The highest fence that a key was ever written or deleted with; 0 for none. Left out by a storage without fences, which cannot keep
   * the rooms of a cluster.
   */
  fenceOf?(key: string): Promise<number>

  /**
   * The entries whose keys begin with `prefix` ('' for all), ordered by the code points of their keys. Rejects with
   * `invalid_argument` for a limit out of range.
   */
  list(prefix: string, options?: ListOptions): Promise<StorageEntry[]>

  /**
   * Does all operations in their order, or none. Rejects with `storage_value_invalid`; with `storage_fenced` if the fence of one of them
   * is too low.
   */
  batch(operations: readonly StorageOperation[]): Promise<void>

  /** Waits for the writes that were begun, and closes files and connections. A second call does nothing. */
  close(): Promise<void>
}
