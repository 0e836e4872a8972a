import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ListOptions, Storage, StorageEntry, StorageOperation } from '@tygase/server/internal'
import { open, type RootDatabase } from 'lmdb'
import { StorageError } from './errors.js'
import { keyBytes, listRange } from './stored-key.js'
import { decodeValue, encodeValue } from './stored-value.js'

export interface LmdbStorageOptions {
  /** The file. It is made if it does not exist, with its folders. A second file with `-lock` at the end is kept beside it. */
  path: string
}

/**
 * A storage in a file on this machine. A write resolves when it is on the disk. Several processes of one machine may open the same
 * file; file systems of a network do not work. Only the owner can read the files.
 * @throws StorageError `storage_failed` if the file cannot be made or is not a database; `invalid_argument`
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
        // otherwise a write would resolve before it is on the disk
        overlappingSync: false,
      }),
    )
  } catch (error) {
    throw failed(`${path} cannot be opened`, error)
  }
}

/** Sorts behind every key that begins with a prefix, because no text has this byte. */
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
    // check all operations before the first one is done
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

/** Marks the files of lmdb, behind the 24 bytes of a page's head, in the byte order of the machine. */
const magic = 0xbeefc0de
const headBytes = 28

/**
 * Makes the file of a database and the file of its locks, readable for their owner only; lmdb would let everyone read them. lmdb
 * takes an empty file for a new database.
 * @throws Error if a file cannot be made, or exists and is not a database: opening that would end the process
 */
function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a+', 0o600)
  try {
    if (fstatSync(file).size > 0) checkHead(file)
  } finally {
    closeSync(file)
  }
  closeSync(openSync(`${path}-lock`, 'a', 0o600))
}

function checkHead(file: number): void {
  const head = new Uint32Array(headBytes / 4)
  const length = readSync(file, head, 0, headBytes, 0)
  if (length < headBytes || head.at(-1) !== magic) throw new Error('it is not a database')
}
