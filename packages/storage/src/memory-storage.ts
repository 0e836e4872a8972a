import type { ListOptions, Storage, StorageEntry, StorageOperation } from '@tygase/server/internal'
import { StorageError } from './errors.js'
import { compareKeys, keyBytes, listRange } from './stored-key.js'
import { decodeValue, encodeValue } from './stored-value.js'

/** A storage that lasts as long as its process: for tests, and for games that keep nothing. */
export function memoryStorage(): Storage {
  return new MemoryStorage()
}

class MemoryStorage implements Storage {
  /** Bytes instead of values, so that no caller changes a kept value, and all storages accept the same values. */
  readonly #values = new Map<string, Uint8Array>()
  /** The keys in order; undefined if they must be sorted again. */
  #order: string[] | undefined
  #closed = false

  async get(key: string): Promise<unknown> {
    this.#checkOpen()
    keyBytes(key)
    const bytes = this.#values.get(key)
    return bytes === undefined ? undefined : decodeValue(bytes)
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.batch([{ type: 'put', key, value }])
  }

  async delete(key: string): Promise<void> {
    await this.batch([{ type: 'delete', key }])
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
      return { key: operation.key, bytes: operation.type === 'put' ? encodeValue(operation.value) : undefined }
    })
    for (const { key, bytes } of encoded) {
      if (this.#values.has(key) !== (bytes !== undefined)) this.#order = undefined
      if (bytes === undefined) this.#values.delete(key)
      else this.#values.set(key, bytes)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#values.clear()
    this.#order = undefined
  }

  #checkOpen(): void {
    if (this.#closed) throw new StorageError('storage_closed', 'the storage is closed')
  }
}
