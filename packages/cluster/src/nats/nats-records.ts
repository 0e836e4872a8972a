import type { KV, KvEntry } from '@nats-io/kv'
import type { Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { checkBytes, checkName, type EngineRecord, type EngineRecords, type RecordChange } from '../engine.js'
import { ClusterError } from '../errors.js'
import { WatchView } from '../watch-view.js'

/** JetStream: the last message of the subject has another sequence. */
const wrongSequence = [10071, 10164]
/** A watch that could not be opened is tried again. */
const openAgainMs = 250

/** What the records need of their engine. */
export interface NatsCalls {
  readonly kv: KV
  readonly logger: Logger
  /** Runs a call with the time-out and the codes of the engine. */
  call<Value>(work: () => Promise<Value>): Promise<Value>
  schedule(delayMs: number, callback: () => void): () => void
  /** @throws ClusterError `engine_closed` */
  checkOpen(): void
}

/** Records in a key-value bucket of JetStream. */
export class NatsRecords implements EngineRecords {
  readonly #calls: NatsCalls
  readonly #watches = new Set<NatsWatch>()

  constructor(calls: NatsCalls) {
    this.#calls = calls
  }

  async create(key: string, value: Uint8Array): Promise<number> {
    checkName(key)
    const bytes = checkBytes(value)
    return this.#write(() => this.#calls.kv.create(key, bytes))
  }

  async update(key: string, value: Uint8Array, expected: number): Promise<number> {
    checkName(key)
    const bytes = checkBytes(value)
    return this.#write(() => this.#calls.kv.update(key, bytes, expected))
  }

  async delete(key: string, expected: number): Promise<void> {
    checkName(key)
    await this.#write(() => this.#calls.kv.delete(key, { previousSeq: expected }))
  }

  async get(key: string): Promise<EngineRecord | undefined> {
    checkName(key)
    const entry = await this.#calls.call(() => this.#calls.kv.get(key))
    return entry === null || entry.operation !== 'PUT'
      ? undefined
      : { key, value: entry.value, revision: entry.revision }
  }

  watch(prefix: string, onChange: (change: RecordChange) => unknown): () => void {
    checkName(prefix)
    this.#calls.checkOpen()
    const watch = new NatsWatch(this.#calls, prefix, onChange)
    this.#watches.add(watch)
    return () => {
      watch.end()
      this.#watches.delete(watch)
    }
  }

  /** After a new connection the service may have other records. */
  reconnected(): void {
    for (const watch of this.#watches) watch.openAgain()
  }

  end(): void {
    for (const watch of this.#watches) watch.end()
    this.#watches.clear()
  }

  #write<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#calls.call(async () => {
      try {
        return await work()
      } catch (error) {
        if (!wrongSequence.includes((error as { code?: number }).code ?? 0)) throw error
        throw new ClusterError('record_conflict', 'the record has another revision', { cause: error })
      }
    })
  }
}

/** One watch, which is opened anew with each connection. */
class NatsWatch {
  readonly #calls: NatsCalls
  readonly #prefix: string
  readonly #view: WatchView
  #stop: () => void = () => {}
  #cancel: () => void = () => {}
  /** Counts openings: what an earlier one brings late counts for nothing. */
  #openings = 0
  #isOver = false

  constructor(calls: NatsCalls, prefix: string, onChange: (change: RecordChange) => unknown) {
    this.#calls = calls
    this.#prefix = prefix
    this.#view = new WatchView((change) => {
      if (!this.#isOver) guard(calls.logger, 'a watcher of records failed', () => onChange(change), { prefix })
    })
    this.openAgain()
  }

  openAgain(): void {
    this.#stop()
    this.#cancel()
    this.#view.doubt()
    const opening = ++this.#openings
    const isCurrent = (): boolean => opening === this.#openings && !this.#isOver
    const read = async (): Promise<void> => {
      const entries = await this.#calls.kv.watch({ key: `${this.#prefix}.>` })
      this.#stop = () => entries.stop()
      if (!isCurrent()) return entries.stop()
      for await (const entry of entries) {
        if (!isCurrent()) return
        this.#view.change(changeOf(entry))
      }
    }
    const later = (): void => {
      if (isCurrent()) this.#cancel = this.#calls.schedule(openAgainMs, () => this.openAgain())
    }
    // one that ends by itself, or cannot be opened, has lost its connection
    read().then(later, later)
  }

  end(): void {
    this.#isOver = true
    this.#stop()
    this.#cancel()
  }
}

function changeOf({ key, value, revision, operation }: KvEntry): RecordChange {
  return { key, value: operation === 'PUT' ? value : undefined, revision }
}
