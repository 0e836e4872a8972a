import { open, type RootDatabase } from 'lmdb'
import { StorageError } from './errors.js'
import { listRange } from './list-range.js'
import { prepareFile } from './prepare-file.js'
import type { ListOptions, Storage, StorageEntry, StorageOperation } from './storage.js'
import { keyBytes } from './stored-key.js'
import { decodeValue, encodeValue } from './stored-value.js'

export interface LmdbStorageOptions {
  /** The file, made when it is not there, with its folders; a second one, with `-lock` at the end, is kept beside it. */
  path: string
}

/**
 * A storage in a file on this machine. A write resolves when the disk has it. Several processes may have the same file open,
 * on one machine; a network's file system will not do. The files are for the eyes of their owner alone.
 * @throws StorageError `storage_failed` where the file cannot be made or is something else, `invalid_argument`
 */
export function lmdbStorage({ path }: LmdbStorageOptions): Storage {
  if (typeof path !== 'string' || path === '') throw new StorageError('invalid_argument', 'path is the name of a file')
  try {
    prepareFile(path)
    return new LmdbStorage(
      open<Uint8Array, Uint8Array>({
        path,
        noSubdir: true,
        encoding: 'binary',
        keyEncoding: 'binary',
        // without it a write would resolve before the disk has it
        overlappingSync: false,
      }),
    )
  } catch (error) {
    throw failed(`${path} cannot be opened`, error)
  }
}

/** Behind every key that begins with a prefix: no text has this byte. */
const endOfPrefix = 0xff

class LmdbStorage implements Storage {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>
  #closing: Promise<void> | undefined

  constructor(database: RootDatabase<Uint8Array, Uint8Array>) {
    this.#database = database
  }

  async get(key: string): Promise<unknown> {
    this.#checkOpen()
    const bytes = keyBytes(key)
    const value = this.#try(() => this.#database.getBinary(bytes))
    return value === undefined ? undefined : decodeValue(value)
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#checkOpen()
    const bytes = keyBytes(key)
    const encoded = encodeValue(value)
    await this.#write(() => this.#database.put(bytes, encoded))
  }

  async delete(key: string): Promise<void> {
    this.#checkOpen()
    const bytes = keyBytes(key)
    await this.#write(() => this.#database.remove(bytes))
  }

  async list(prefix: string, options: ListOptions = {}): Promise<StorageEntry[]> {
    this.#checkOpen()
    const range = listRange(prefix, options)
    const start = range.after !== undefined && Buffer.compare(range.after, range.prefix) >= 0 ? range.after : undefined
    const found = this.#try(() => [
      ...this.#database.getRange({
        start: start ?? range.prefix,
        exclusiveStart: start !== undefined,
        end: Uint8Array.of(...range.prefix, endOfPrefix),
        limit: range.limit,
      }),
    ])
    return found.map(({ key, value }) => ({ key: Buffer.from(key).toString('utf8'), value: decodeValue(value) }))
  }

  async batch(operations: readonly StorageOperation[]): Promise<void> {
    this.#checkOpen()
    // all are checked before any is done
    const encoded = operations.map((operation) => ({
      key: keyBytes(operation.key),
      value: operation.type === 'put' ? encodeValue(operation.value) : undefined,
    }))
    if (encoded.length === 0) return
    await this.#write(() =>
      this.#database.batch(() => {
        for (const { key, value } of encoded) {
          if (value === undefined) void this.#database.remove(key)
          else void this.#database.put(key, value)
        }
      }),
    )
  }

  close(): Promise<void> {
    this.#closing ??= this.#write(() => this.#database.close())
    return this.#closing
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new StorageError('storage_closed', 'the storage is closed')
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw failed('the storage cannot be read', error)
    }
  }

  async #write(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw failed('the storage cannot be written', error)
    }
  }
}

function failed(what: string, cause: unknown): StorageError {
  return new StorageError('storage_failed', `${what}: ${cause instanceof Error ? cause.message : cause}`, { cause })
}
