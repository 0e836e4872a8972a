import type { Clock, Logger } from '@tygase/gamestate'
import { guard, Listeners } from '@tygase/gamestate/internal'
import type { Engine, RecordChange } from '../engine.js'
import {
  readServerRecord,
  type ServerRecord,
  serverIdOf,
  serverKey,
  serverPrefix,
  writeRecord,
} from './server-record.js'

/** What is known of a server. */
interface Known {
  record: ServerRecord
  revision: number
  /** Since when its record has this revision, by the clock of this process, with the engine connected all that time. */
  sinceMs: number
}

/** `missing`: there is no record, and it has to be waited for a lease until that counts. */
export type Life = 'alive' | 'dead' | 'missing'

/** Looks for dead servers in a lease. */
const looksPerLease = 8
/** A dead server's record is deleted after so many leases. */
const leasesOfDead = 10

const tombstone = { address: '', processId: 0, sessions: 0, maxSessions: 0, weight: 1, kinds: {}, renewal: 0 }

/**
 * The servers of the cluster, as this one sees them. It buries those that do not renew their leases.
 *
 * Invariant: a server counts as dead only once a write has made its record so, and that stays.
 */
export class ServerTable {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #leaseMs: number
  readonly #known = new Map<string, Known>()
  /** Servers that records name and that have none: since when they are missed. */
  readonly #missing = new Map<string, number>()
  readonly #burying = new Set<string>()
  readonly #listeners = new Listeners<[serverId: string]>()
  readonly #offs: (() => void)[]
  #cancel: () => void = () => {}

  constructor(engine: Engine, clock: Clock, logger: Logger, leaseMs: number) {
    this.#engine = engine
    this.#clock = clock
    this.#logger = logger
    this.#leaseMs = leaseMs
    this.#offs = [
      engine.records.watch(serverPrefix, (change) => this.#onChange(change)),
      engine.onConnection((isConnected) => {
        if (isConnected) this.#waitAnew()
      }),
    ]
    this.#lookLater()
  }

  /** The records of all servers that are not dead, by id. */
  get living(): readonly { readonly serverId: string; readonly record: ServerRecord }[] {
    return [...this.#known]
      .filter(([, { record }]) => record.status !== 'dead')
      .map(([serverId, { record }]) => ({ serverId, record }))
  }

  /** Calls `listener` after each change of a record, also if it says the same. @returns a function that removes it */
  onChange(listener: (serverId: string) => unknown): () => void {
    return this.#listeners.add(listener)
  }

  /** For the owner of a room. One that is missing is buried a lease after it was first asked for. */
  lifeOf(serverId: string): Life {
    const known = this.#known.get(serverId)
    if (known !== undefined) return known.record.status === 'dead' ? 'dead' : 'alive'
    if (!this.#missing.has(serverId)) this.#missing.set(serverId, this.#clock.now())
    return 'missing'
  }

  stop(): void {
    this.#cancel()
    for (const off of this.#offs) off()
  }

  #onChange({ key, value, revision }: RecordChange): void {
    const serverId = serverIdOf(key)
    const record = value === undefined ? undefined : readServerRecord(value)
    if (record === undefined) {
      if (value !== undefined) this.#logger.warn({ serverId }, 'the record of a server is damaged, and is not counted')
      this.#known.delete(serverId)
    } else {
      this.#known.set(serverId, { record, revision, sinceMs: this.#clock.now() })
      this.#missing.delete(serverId)
    }
    this.#listeners.each((listener) => guard(this.#logger, 'a listener of servers failed', () => listener(serverId)))
  }

  /** While the engine was gone no server could renew its lease: each gets a whole one again. */
  #waitAnew(): void {
    const nowMs = this.#clock.now()
    for (const known of this.#known.values()) known.sinceMs = nowMs
    for (const serverId of this.#missing.keys()) this.#missing.set(serverId, nowMs)
  }

  #lookLater(): void {
    this.#cancel = this.#clock.schedule(this.#leaseMs / looksPerLease, () => {
      if (this.#engine.isConnected) this.#look()
      this.#lookLater()
    })
  }

  #look(): void {
    const nowMs = this.#clock.now()
    const { records } = this.#engine
    for (const [serverId, { record, revision, sinceMs }] of this.#known) {
      const { leaseMs, status } = record
      const key = serverKey(serverId)
      if (status !== 'dead') {
        if (nowMs - sinceMs > leaseMs) this.#write(serverId, () => records.update(key, dead(record), revision))
      } else if (nowMs - sinceMs > leasesOfDead * leaseMs) this.#write(serverId, () => records.delete(key, revision))
    }
    for (const [serverId, sinceMs] of this.#missing) {
      // its record was deleted long ago, or has got lost: then its next renewal fails
      const record = { ...tombstone, leaseMs: this.#leaseMs }
      if (nowMs - sinceMs > this.#leaseMs)
        this.#write(serverId, () => records.create(serverKey(serverId), dead(record)))
    }
  }

  /** One write of a server at a time. If it fails, what the watch brings says how it stands. */
  #write(serverId: string, write: () => Promise<unknown>): void {
    if (this.#burying.has(serverId)) return
    this.#burying.add(serverId)
    const end = (): void => void this.#burying.delete(serverId)
    write().then(end, end)
  }
}

/** The record of a server that is buried. */
export function dead(record: Omit<ServerRecord, 'status'>): Uint8Array {
  return writeRecord({ ...record, status: 'dead', sessions: 0 })
}
