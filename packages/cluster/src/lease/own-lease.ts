import type { Clock, Logger } from '@tygase/gamestate'
import type { Engine, EngineRecord } from '../engine.js'
import { ClusterError } from '../errors.js'
import { readServerRecord, type ServerRecord, serverKey, writeRecord } from './server-record.js'
import { dead } from './server-table.js'

/** What a lease needs of its server. */
export interface OwnLeaseOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly logger: Logger
  readonly serverId: string
  readonly leaseMs: number
  /** What the record has besides: asked at each renewal. */
  readonly describe: () => Omit<ServerRecord, 'leaseMs' | 'renewal'>
  /** The lease is over for good. Called once, and not by `stop`. */
  readonly onEnd: () => void
}

/** The right to act ends before others may bury the server: clocks may run apart by a third. */
const rightShare = 2 / 3
const renewalsPerLease = 4

/**
 * The lease of this process, and with it its right to act.
 *
 * Invariants: the right lasts until two thirds of the lease after the start of a renewal that the engine has confirmed, by the clock of
 * this process. Others bury the server only if they have seen the same revision of its record for a whole lease, and by writing to that
 * very revision. A renewal that has taken effect later would have changed it. So the right has ended before.
 */
export class OwnLease {
  readonly #options: OwnLeaseOptions
  readonly #key: string
  #revision: number | undefined
  #renewal = 0
  #actsUntilMs = Number.NEGATIVE_INFINITY
  #isOver = false
  #isRenewing = false
  #cancel: () => void = () => {}

  constructor(options: OwnLeaseOptions) {
    this.#options = options
    this.#key = serverKey(options.serverId)
  }

  /** True while this process may act: to be asked before each tick, and before each write. */
  get mayAct(): boolean {
    return !this.#isOver && this.#options.clock.now() < this.#actsUntilMs
  }

  /** True once the lease has ended for good. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Makes the record. Rejects with the error of the engine. */
  async start(): Promise<void> {
    await this.#renewOnce()
    this.#renewLater()
  }

  /** Renews at once, with what is new to say, or after the engine was gone. */
  renewNow(): void {
    if (this.#isOver || this.#isRenewing || this.#revision === undefined) return
    this.#cancel()
    void this.#renewAndGoOn()
  }

  /** Gives the lease back: others find at once that this server is dead, if the engine can be reached. */
  async stop(): Promise<void> {
    if (this.#isOver) return
    this.#end()
    if (this.#revision === undefined) return
    try {
      const { engine, describe, leaseMs } = this.#options
      await engine.records.update(this.#key, dead({ ...describe(), leaseMs, renewal: 0 }), this.#revision)
    } catch {
      // others bury it
    }
  }

  #renewLater(): void {
    if (this.#isOver) return
    const { clock, leaseMs } = this.#options
    this.#cancel = clock.schedule(leaseMs / renewalsPerLease, () => void this.#renewAndGoOn())
  }

  /** Never rejects. */
  async #renewAndGoOn(): Promise<void> {
    if (this.#isOver) return
    this.#isRenewing = true
    try {
      await this.#renewOnce()
    } catch (error) {
      // others wait for no longer because an answer got lost
      if (await this.#findOut(error as ClusterError)) await this.#renewOnce().catch(() => {})
    } finally {
      this.#isRenewing = false
    }
    this.#renewLater()
  }

  async #renewOnce(): Promise<void> {
    const { engine, clock, leaseMs } = this.#options
    const { records } = engine
    const revision = this.#revision
    const value = writeRecord({ ...this.#options.describe(), leaseMs, renewal: ++this.#renewal })
    const startMs = clock.now()
    const writing =
      revision === undefined ? records.create(this.#key, value) : records.update(this.#key, value, revision)
    this.#revision = await this.#inTime(writing)
    this.#actsUntilMs = startMs + leaseMs * rightShare
  }

  /**
   * A renewal has failed. Only a conflict says something: an answer was lost, or another server has written.
   * @returns true if it is worth to renew again at once
   */
  async #findOut(error: ClusterError): Promise<boolean> {
    if (error.code !== 'record_conflict') return false
    const { engine, logger, serverId } = this.#options
    let record: EngineRecord | undefined
    try {
      record = await this.#inTime(engine.records.get(this.#key))
      if (record === undefined) {
        // what was read may be old; a write decides
        const value = writeRecord({
          ...this.#options.describe(),
          status: 'dead',
          leaseMs: this.#options.leaseMs,
          renewal: 0,
        })
        await this.#inTime(engine.records.create(this.#key, value))
      }
    } catch {
      return false
    }
    const read = record === undefined ? undefined : readServerRecord(record.value)
    if (record !== undefined && read !== undefined && read.status !== 'dead') {
      // an own write whose answer got lost: it gives no right, but the next renewal goes from there
      this.#revision = record.revision
      return true
    }
    logger.warn({ serverId }, 'the lease of this server is over: other servers have taken it for dead')
    this.#end()
    this.#options.onEnd()
    return false
  }

  #end(): void {
    this.#isOver = true
    this.#cancel()
  }

  /** A call that takes longer than until the next renewal is given up: then it may have been done, or may still be. */
  #inTime<Value>(call: Promise<Value>): Promise<Value> {
    const { clock, leaseMs } = this.#options
    const limitMs = leaseMs / renewalsPerLease
    return new Promise((resolve, reject) => {
      const cancel = clock.schedule(limitMs, () =>
        reject(new ClusterError('engine_timeout', `no answer in ${limitMs} ms`)),
      )
      call.finally(cancel).then(resolve, reject)
    })
  }
}
