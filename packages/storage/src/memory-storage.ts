import { faultOfOptions, type OptionRow } from '@tygase/gamestate/internal'
import type { ListOptions, Storage, StorageEntry, StorageOperation, WriteOptions } from '@tygase/server/internal'
import { StorageError } from './errors.js'
import { compareKeys, fenced, fenceIn, keyBytes, listRange } from './stored-key.js'
import { decodeValue, encodeValue } from './stored-value.js'

/** Options of a storage in memory. */
export interface MemoryStorageOptions {
  /** Memory for keys and values, in bytes, above 0. A write beyond it rejects with `storage_failed`. Default 256 MiB. */
  maxBytes?: number
}

/** The options of `memoryStorage`. */
export const memoryStorageOptionRows: readonly OptionRow[] = [
  {
    name: 'maxBytes',
    default: 256 * 1024 * 1024,
    unit: 'bytes',
    min: 1,
    meaning: 'Memory for keys and values.',
    code: 'storage_failed',
  },
]

/**
 * A storage that lasts as long as its process: for tests, and for games that keep nothing.
 * @throws StorageError `invalid_argument`
 */
export function memoryStorage(options: MemoryStorageOptions = {}): Storage {
  const fault = faultOfOptions('memoryStorage', memoryStorageOptionRows, options)
  if (fault !== undefined) throw new StorageError('invalid_argument', fault)
  return new MemoryStorage(options.maxBytes ?? 256 * 1024 * 1024)
}

/** The engine's own part of an entry: a place in the map, an array and its buffer, the head of a text. */
const entryBytes = 300
/** A text takes up to two bytes for each of its units. */
const unitBytes = 2

class MemoryStorage implements Storage {
  /** Bytes instead of values, so that no caller changes a kept value, and all storages accept the same values. */
  readonly #values = new Map<string, Uint8Array>()
  /** The highest fence of each key that has one, also of deleted ones. */
  readonly #fences = new Map<string, number>()
  /** The keys in order; undefined if they must be sorted again. */
  #order: string[] | undefined
  #closed = false
  readonly #maxBytes: number
  /** Bytes that the entries take. */
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  async get(key: string): Promise<unknown> {
    this.#checkOpen()
    keyBytes(key)
    const bytes = this.#values.get(key)
    return bytes === undefined ? undefined : decodeValue(bytes)
  }

  async put(key: string, value: unknown, { fence }: WriteOptions = {}): Promise<void> {
    await this.batch([{ type: 'put', key, value, fence }])
  }

  async delete(key: string, { fence }: WriteOptions = {}): Promise<void> {
    await this.batch([{ type: 'delete', key, fence }])
  }

  async fenceOf(key: string): Promise<number> {
    this.#checkOpen()
    keyBytes(key)
    return this.#fences.get(key) ?? 0
  }

  async list(prefix: string, options: ListOptions = {}): Promise<StorageEntry[]> {
    this.#checkOpen()
    const { limit } = listRange(prefix, options)
    const { after } = options
    this.#order ??= [...this.#values.keys()].sort(compareKeys)
    return this.#order
      .filter((key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0))
      .slice(0, limit)
      .map((key) => ({ key, value: decodeValue(this.#values.get(key)!) }))
  }

  async batch(operations: readonly StorageOperation[]): Promise<void> {
    this.#checkOpen()
    // check all operations before the first one is done
    const encoded = operations.map((operation) => {
      keyBytes(operation.key)
      const bytes = operation.type === 'put' ? encodeValue(operation.value) : undefined
      return { key: operation.key, bytes, fence: fenceIn(operation) }
    })
    // the last operation on a key counts
    const last = new Map(encoded.map(({ key, bytes }) => [key, bytes]))
    const fences = this.#fencesAfter(encoded)
    let grown = this.#bytes
    for (const [key, bytes] of last) grown += sizeOf(key, bytes) - sizeOf(key, this.#values.get(key))
    for (const [key, fence] of fences) grown += fenceSize(key, fence) - fenceSize(key, this.#fences.get(key) ?? 0)
    // a batch that frees memory is taken in any case
    if (grown > this.#maxBytes && grown > this.#bytes) {
      throw new StorageError('storage_failed', `the storage is full: ${grown} bytes are more than ${this.#maxBytes}`)
    }
    this.#bytes = grown
    for (const [key, bytes] of last) {
      if (this.#values.has(key) !== (bytes !== undefined)) this.#order = undefined
      if (bytes === undefined) this.#values.delete(key)
      else this.#values.set(key, bytes)
    }
    for (const [key, fence] of fences) {
      if (fence === 0) this.#fences.delete(key)
      else this.#fences.set(key, fence)
    }
  }

  /**
   * @returns the fences that a batch changes; 0 for one that is forgotten
   * @throws StorageError `storage_fenced`
   */
  #fencesAfter(
    operations: readonly { readonly key: string; readonly bytes: unknown; readonly fence: number | undefined }[],
  ): Map<string, number> {
    const fences = new Map<string, number>()
    for (const { key, bytes, fence } of operations) {
      const highest = fences.get(key) ?? this.#fences.get(key) ?? 0
      if (fence === undefined) {
        if (bytes === undefined && highest > 0) fences.set(key, 0)
      } else if (fence < highest) throw fenced(key, fence, highest)
      else if (fence > highest) fences.set(key, fence)
    }
    return fences
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#values.clear()
    this.#fences.clear()
    this.#bytes = 0
    this.#order = undefined
  }

  #checkOpen(): void {
    if (this.#closed) throw new StorageError('storage_closed', 'the storage is closed')
  }
}

/** Memory of an entry; 0 for none. */
function sizeOf(key: string, bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : entryBytes + unitBytes * key.length + bytes.length
}

/** Memory of a fence; 0 for none. */
function fenceSize(key: string, fence: number): number {
  return fence === 0 ? 0 : entryBytes + unitBytes * key.length
}
