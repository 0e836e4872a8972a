import type { Clock } from '@tygase/gamestate'
import { defaultLogger, faultOfOptions, guardedClock, type OptionRow, systemClock } from '@tygase/gamestate/internal'
import type { ListOptions, Storage, StorageEntry, StorageOperation, WriteOptions } from '@tygase/server/internal'
import { open, type RootDatabase } from 'lmdb'
import { DiskRoom, type WriteSize } from './disk-room.js'
import { StorageError } from './errors.js'
import { prepareFile } from './lmdb-file.js'
import { fenced, fenceIn, keyBytes, listRange } from './stored-key.js'
import { decodeValue, encodeValue } from './stored-value.js'

/** Options of a storage in a file. */
export interface LmdbStorageOptions {
  /** The file. It is made if it does not exist, with its folders. A second file with `-lock` at the end is kept beside it. */
  path: string
  /**
   * Time for a write to reach the disk, in ms, above 0. After it the write rejects with `storage_failed`, although it may still be
   * done. Until then all other writes are refused, so that they do not pile up before a disk that hangs, or behind another process
   * that holds the file. Default 30,000.
   */
  writeTimeoutMs?: number
  /** Default: real time. */
  clock?: Clock
}

/** The options of `lmdbStorage`. */
export const lmdbStorageOptionRows: readonly OptionRow[] = [
  { name: 'path', default: undefined, unit: '', min: 0, meaning: 'The file. It is made if it does not exist.' },
  {
    name: 'writeTimeoutMs',
    default: 30_000,
    unit: 'ms',
    min: Number.MIN_VALUE,
    meaning: 'Time for a write to reach the disk. Until a late write is done, all others are refused.',
    code: 'storage_failed',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
]

/**
 * A storage in a file on this machine. A write resolves when it is on the disk. Several processes of one machine may open the same
 * file; file systems of a network do not work. Only the owner can read the files. A write that fails changes nothing, and later
 * writes succeed when its cause is gone: a full disk, for example.
 * @throws StorageError `storage_failed`, with its cause, if the file cannot be made, is damaged or of another version, or if there
 * is no room for it; `invalid_argument`
 */
export function lmdbStorage(options: LmdbStorageOptions): Storage {
  const fault = faultOfOptions('lmdbStorage', lmdbStorageOptionRows, options)
  if (fault !== undefined) throw new StorageError('invalid_argument', fault)
  const { path, writeTimeoutMs = 30_000 } = options
  // a storage has no logger of its own
  const clock = guardedClock(options.clock ?? systemClock, defaultLogger)
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
        // otherwise lmdb makes promises of its own that reject when a write fails, out of reach
        eventTurnBatching: false,
      }),
      { path, writeTimeoutMs, clock },
    )
  } catch (error) {
    throw failed(`${path} cannot be opened`, error)
  }
}

/** Sorts behind every key that begins with a prefix, because no text has this byte. */
const endOfPrefix = 0xff
/** Sorts before every key: no text begins with a control character. */
const firstOfKeys = Uint8Array.of(0x20)
/** Before the bytes of a key, it is where the fence of the key stands. */
const fenceMark = 0
const fenceBytes = 8

/** An operation, checked. */
interface Operation {
  readonly key: string
  readonly bytes: Uint8Array
  /** Undefined for a deletion. */
  readonly value: Uint8Array | undefined
  readonly fence: number | undefined
}

class LmdbStorage implements Storage {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>
  readonly #options: Required<LmdbStorageOptions>
  readonly #room: DiskRoom
  /** Writes that have failed because of their time, and may still be done. */
  #late = 0
  #closing: Promise<void> | undefined

  constructor(database: RootDatabase<Uint8Array, Uint8Array>, options: Required<LmdbStorageOptions>) {
    this.#database = database
    this.#options = options
    this.#room = new DiskRoom(options.path)
  }

  async get(key: string): Promise<unknown> {
    this.#checkOpen()
    const bytes = keyBytes(key)
    const value = this.#try(() => this.#database.getBinary(bytes))
    return value === undefined ? undefined : decodeValue(value)
  }

  async put(key: string, value: unknown, { fence }: WriteOptions = {}): Promise<void> {
    await this.batch([{ type: 'put', key, value, fence }])
  }

  async delete(key: string, { fence }: WriteOptions = {}): Promise<void> {
    await this.batch([{ type: 'delete', key, fence }])
  }

  async fenceOf(key: string): Promise<number> {
    this.#checkOpen()
    const bytes = keyBytes(key)
    return this.#try(() => this.#fenceAt(bytes))
  }

  async list(prefix: string, options: ListOptions = {}): Promise<StorageEntry[]> {
    this.#checkOpen()
    const range = listRange(prefix, options)
    const first = range.prefix.length === 0 ? firstOfKeys : range.prefix
    const start = range.after !== undefined && Buffer.compare(range.after, range.prefix) >= 0 ? range.after : undefined
    const found = this.#try(() => [
      ...this.#database.getRange({
        start: start ?? first,
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
    const checked = operations.map((operation) => ({
      key: operation.key,
      bytes: keyBytes(operation.key),
      value: operation.type === 'put' ? encodeValue(operation.value) : undefined,
      fence: fenceIn(operation),
    }))
    if (checked.length === 0) return
    const sizes = checked.flatMap(({ bytes, value, fence }) => {
      const size = bytes.length + (value?.length ?? 0)
      return fence === undefined ? [size] : [size, 1 + bytes.length + fenceBytes]
    })
    const isFenced = checked.some(({ fence }) => fence !== undefined)
    let refusal: StorageError | undefined
    await this.#write(sizes, () => {
      if (!isFenced) return this.#database.batch(() => this.#do(checked))
      // no other process writes between the look and the writes
      return this.#database.transaction(() => {
        refusal = this.#refusalOf(checked)
        if (refusal === undefined) this.#do(checked)
      })
    })
    if (refusal !== undefined) throw refusal
  }

  close(): Promise<void> {
    this.#closing ??= this.#write(undefined, () => this.#database.close()).finally(() => this.#room.close())
    return this.#closing
  }

  /** @returns why the operations are refused; undefined if they are not. Within a transaction. */
  #refusalOf(operations: readonly Operation[]): StorageError | undefined {
    const fences = new Map<string, number>()
    for (const { key, bytes, value, fence } of operations) {
      const highest = fences.get(key) ?? this.#fenceAt(bytes)
      if (fence !== undefined && fence < highest) return fenced(key, fence, highest)
      fences.set(key, fence ?? (value === undefined ? 0 : highest))
    }
    return undefined
  }

  /** Does the operations, within a batch or a transaction. */
  #do(operations: readonly Operation[]): void {
    // the promise of the whole says if they failed
    const begin = (done: Promise<unknown>): void => void done.catch(() => {})
    for (const { bytes, value, fence } of operations) {
      begin(value === undefined ? this.#database.remove(bytes) : this.#database.put(bytes, value))
      if (fence !== undefined) begin(this.#database.put(fenceKey(bytes), writeFence(fence)))
      else if (value === undefined) begin(this.#database.remove(fenceKey(bytes)))
    }
  }

  #fenceAt(bytes: Uint8Array): number {
    const found = this.#database.getBinary(fenceKey(bytes))
    return found === undefined ? 0 : readFence(found)
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

  /** @param sizes of the entries that are written; undefined if none is */
  async #write(sizes: readonly WriteSize[] | undefined, work: () => Promise<unknown>): Promise<void> {
    const { path, writeTimeoutMs, clock } = this.#options
    const cannot = `${path} cannot be written`
    if (this.#late > 0) throw failed(cannot, new Error('an earlier write has not ended'))
    const leave = sizes === undefined ? () => {} : this.#takeRoom(sizes)
    const written = doneOf(work).finally(leave)
    let cancel = (): void => {}
    const late = new Promise<typeof tooLate>((resolve) => {
      if (writeTimeoutMs !== Number.POSITIVE_INFINITY) cancel = clock.schedule(writeTimeoutMs, () => resolve(tooLate))
    })
    const end = await Promise.race([written, late])
    cancel()
    if (end === undefined) return
    if (end !== tooLate) throw failed(cannot, end.cause)
    this.#late++
    // it never rejects
    written.then(() => this.#late--)
    throw failed(cannot, new Error(`a write has not ended within ${writeTimeoutMs} ms`))
  }

  #takeRoom(sizes: readonly WriteSize[]): () => void {
    try {
      return this.#room.take(sizes)
    } catch (error) {
      throw failed(`${this.#options.path} cannot be written`, error)
    }
  }
}

function fenceKey(key: Uint8Array): Uint8Array {
  return Uint8Array.of(fenceMark, ...key)
}

function writeFence(fence: number): Uint8Array {
  const bytes = new Uint8Array(fenceBytes)
  new DataView(bytes.buffer).setFloat64(0, fence)
  return bytes
}

/** Mirror of `writeFence`. @throws StorageError `storage_failed` for bytes that it has not written */
function readFence(bytes: Uint8Array): number {
  const fence = bytes.length === fenceBytes ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0) : Number.NaN
  if (Number.isSafeInteger(fence) && fence >= 0) return fence
  throw new StorageError('storage_failed', 'the stored bytes are not a fence')
}

const tooLate = Symbol('too late')

/** Resolves when the write has ended: with undefined if it was done, else with the reason. Never rejects. */
async function doneOf(work: () => Promise<unknown>): Promise<{ readonly cause: unknown } | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    // lmdb gives the reason as a promise that rejects with it
    const { commitError } = error as { commitError?: unknown }
    if (!(commitError instanceof Promise)) return { cause: error }
    return commitError.then(
      () => ({ cause: error }),
      (cause: unknown) => ({ cause }),
    )
  }
}

/** Says in words if the disk is full. */
function failed(what: string, cause: unknown): StorageError {
  const { code, message } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : { message: String(cause) }
  const reason = code === 'ENOSPC' ? `the disk is full: ${message}` : message
  return new StorageError('storage_failed', `${what}: ${reason}`, { cause })
}
