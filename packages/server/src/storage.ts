/** A key and its value. */
export interface StorageEntry {
  readonly key: string
  readonly value: unknown
}

/** One operation of a batch. */
export type StorageOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'delete'; readonly key: string }

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
 *
 * Every method rejects with a coded error: `storage_closed` after `close`; `storage_failed` if the disk or the network fails, with
 * the cause; `storage_key_invalid`; and the codes of its own lines.
 */
export interface Storage {
  /** @returns undefined if there is no value */
  get(key: string): Promise<unknown>

  /** Keeps a value in place of the one before. Rejects with `storage_value_invalid`, naming the path of a part that is not plain. */
  put(key: string, value: unknown): Promise<void>

  /** Removes a key and its value. Does nothing for an unknown key. */
  delete(key: string): Promise<void>

  /**
   * The entries whose keys begin with `prefix` ('' for all), ordered by the code points of their keys. Rejects with
   * `invalid_argument` for a limit out of range.
   */
  list(prefix: string, options?: ListOptions): Promise<StorageEntry[]>

  /** Does all operations in their order, or none. Rejects with `storage_value_invalid`. */
  batch(operations: readonly StorageOperation[]): Promise<void>

  /** Waits for the writes that were begun, and closes files and connections. A second call does nothing. */
  close(): Promise<void>
}
