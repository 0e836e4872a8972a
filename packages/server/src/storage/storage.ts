/** What is kept under a key. */
export interface StorageEntry {
  readonly key: string
  readonly value: unknown
}

/** A part of a batch. */
export type StorageOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'delete'; readonly key: string }

export interface ListOptions {
  /** At most so many entries, 1 to 10,000. Default 100. */
  limit?: number
  /** Only entries behind this key, which need not be there itself: the last key of the list before. Default: from the first. */
  after?: string
}

/**
 * Values by key, kept somewhere.
 *
 * A key is a text of 1 to 512 bytes in UTF-8 without control characters; `players/ada` is the usual form. A value is plain: null,
 * booleans, numbers, strings, `Uint8Array`, arrays and plain objects of these. What `get` returns is the caller's own copy. A lone
 * surrogate in a string becomes U+FFFD, -0 becomes 0, and keys of objects whose value is undefined are left out.
 *
 * Invariants:
 * - A write has resolved: it is there, also after the process has been killed, as far as this kind of storage keeps anything.
 * - A write, batches included, happens whole or not at all.
 * - Writes happen in the order of the calls. What is read between a write and its promise is either what was there before or what
 *   is there after.
 *
 * Every method rejects with a `StorageError`: `storage_closed` after `close`; `storage_failed` where the disk or the like fails,
 * with the cause; `storage_key_invalid`; and what its own lines say.
 */
export interface Storage {
  /** @returns undefined where nothing is kept */
  get(key: string): Promise<unknown>

  /** Keeps a value, in place of the one before. Rejects with `storage_value_invalid`, with the path of what is not plain. */
  put(key: string, value: unknown): Promise<void>

  /** Forgets what is kept under a key, if anything. */
  delete(key: string): Promise<void>

  /**
   * The entries whose keys begin with `prefix`, in the order of the code points of their keys; '' for all. Rejects with
   * `invalid_argument` for a limit out of range.
   */
  list(prefix: string, options?: ListOptions): Promise<StorageEntry[]>

  /** All of the operations or none, in their order. Rejects with `storage_value_invalid`. */
  batch(operations: readonly StorageOperation[]): Promise<void>

  /** Waits for the writes that were begun and lets go of what is open. A second call does nothing. */
  close(): Promise<void>
}
