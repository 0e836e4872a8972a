import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { checkName, type EngineRecord, type EngineRecords, type RecordChange } from '../engine.js'
import { ClusterError } from '../errors.js'
import type { Refusals } from './refusals.js'
import type { Seal } from './seal.js'

/** What records need of their engine. */
export interface SignedRecordsOptions {
  readonly records: EngineRecords
  readonly seal: Seal
  readonly refusals: Refusals
  readonly clock: Clock
  readonly logger: Logger
  /** Before all keys. */
  readonly prefix: string
  /** Seals a value. */
  readonly close: (key: string, value: Uint8Array) => Uint8Array
}

const none = new Uint8Array()
/** Forged records that are known: beyond it the oldest counts as new when it is read again. */
const maxForged = 1000

/**
 * Records whose values carry a seal over key and value.
 *
 * A record without a right seal is forged. Nothing follows from its bytes. While writers with another secret seem to be at work, calls
 * that meet it reject with `record_forged`, and watchers hear nothing of it: it may be the record of a server that acts. Once nothing
 * new of them has come for a time, it counts as not there, for reading *and* for writing: `create` replaces it, by its revision. So one
 * forged record stops a room for that time only.
 */
export class SignedRecords implements EngineRecords {
  readonly #options: SignedRecordsOptions
  /** Forged records, by key: the revision that was seen. Each one that is new shows a writer at work. */
  readonly #forged = new Map<string, number>()
  /** Timers of watches. */
  readonly #timers = new Set<() => void>()

  constructor(options: SignedRecordsOptions) {
    this.#options = options
  }

  async create(key: string, value: Uint8Array): Promise<number> {
    const { records, close } = this.#options
    const full = this.#full(key)
    const sealed = close(key, value)
    try {
      return await records.create(full, sealed)
    } catch (error) {
      if ((error as ClusterError).code !== 'record_conflict') throw error
      const there = await records.get(full)
      if (there === undefined || this.#open(key, there.value) !== undefined) throw error
      this.#passOver(key, there.revision)
      return records.update(full, sealed, there.revision)
    }
  }

  async update(key: string, value: Uint8Array, expected: number): Promise<number> {
    const { records, close } = this.#options
    return records.update(this.#full(key), close(key, value), expected)
  }

  async delete(key: string, expected: number): Promise<void> {
    return this.#options.records.delete(this.#full(key), expected)
  }

  async get(key: string): Promise<EngineRecord | undefined> {
    const record = await this.#options.records.get(this.#full(key))
    if (record === undefined) return undefined
    const { revision } = record
    const value = this.#open(key, record.value)
    if (value !== undefined) return { key, value, revision }
    this.#passOver(key, revision)
    return undefined
  }

  watch(prefix: string, onChange: (change: RecordChange) => unknown): () => void {
    const { records, refusals, clock, logger, prefix: before } = this.#options
    /** Forged records that the watcher has heard nothing of, by key: their revisions. */
    const held = new Map<string, number>()
    let cancel: (() => void) | undefined
    const stop = (): void => {
      if (cancel === undefined) return
      this.#timers.delete(cancel)
      cancel()
      cancel = undefined
    }
    const lookLater = (): void => {
      stop()
      cancel = clock.schedule(refusals.quietInMs, look)
      this.#timers.add(cancel)
    }
    const look = (): void => {
      if (refusals.quietInMs > 0) return lookLater()
      stop()
      for (const [key, revision] of [...held]) {
        held.delete(key)
        guard(logger, 'a watcher of records failed', () => onChange({ key, value: undefined, revision }), { prefix })
      }
    }
    const off = records.watch(this.#full(prefix), ({ key: full, value: sealed, revision }) => {
      const key = full.slice(before.length)
      const value = sealed === undefined ? undefined : this.#open(key, sealed)
      if (sealed === undefined || value !== undefined) {
        held.delete(key)
        return onChange({ key, value, revision })
      }
      this.#see(key, revision)
      held.set(key, revision)
      lookLater()
    })
    return () => {
      off()
      stop()
    }
  }

  /** The engine is closed. */
  stop(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }

  #full(key: string): string {
    checkName(key)
    return this.#options.prefix + key
  }

  #open(key: string, sealed: Uint8Array): Uint8Array | undefined {
    return this.#options.seal.open('record', key, none.length, sealed)?.body
  }

  /** @throws ClusterError `record_forged` while another writer may be at work */
  #passOver(key: string, revision: number): void {
    this.#see(key, revision)
    const { quietInMs } = this.#options.refusals
    if (quietInMs === 0) return
    const sentence = `the record ${key} does not verify: servers with another secret may be at work`
    throw new ClusterError('record_forged', `${sentence}. It counts as not there in ${Math.ceil(quietInMs)} ms`)
  }

  #see(key: string, revision: number): void {
    if (this.#forged.get(key) === revision) return
    this.#forged.delete(key)
    this.#forged.set(key, revision)
    const [oldest] = this.#forged.keys()
    if (this.#forged.size > maxForged) this.#forged.delete(oldest!)
    this.#options.refusals.refuse('secret')
  }
}
