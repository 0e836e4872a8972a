import type { Clock, Logger } from '@tygase/gamestate'
import { copyBytes, guard } from '@tygase/gamestate/internal'
import type { Transport } from '@tygase/protocol'
import type { ServerCluster } from './cluster.js'

/** Between two looks whether the process may act again. Game time stands still meanwhile. */
const lookMs = 20

/**
 * Keeps a process of a cluster from acting while another one may have its rooms: work waits, in its order, until it may act again.
 */
export class Acting {
  /** Ticks, and all that belongs to them, wait as well. */
  readonly clock: Clock
  readonly #inner: Clock
  readonly #cluster: Pick<ServerCluster, 'mayAct'>
  readonly #logger: Logger
  #waiting: (() => void)[] = []
  #isLooking = false

  constructor(clock: Clock, cluster: Pick<ServerCluster, 'mayAct'>, logger: Logger) {
    this.#inner = clock
    this.#cluster = cluster
    this.#logger = logger
    this.clock = { now: () => clock.now(), schedule: (delayMs, callback) => this.#schedule(delayMs, callback) }
  }

  /** True if work may run now. What waits runs first. */
  get isOn(): boolean {
    return this.#waiting.length === 0 && this.#cluster.mayAct
  }

  /** Runs work once this process may act. */
  pass(work: () => void): void {
    if (this.isOn) return work()
    this.#waiting.push(work)
    if (!this.#isLooking) this.#look()
  }

  /** Resolves once this process may act, or `isOver`. */
  async wait(isOver: () => boolean): Promise<void> {
    while (!this.isOn && !isOver()) await new Promise<void>((resolve) => this.#inner.schedule(lookMs, resolve))
  }

  /** @returns takes packets of a client: while this process may not act, no more of them are read */
  gate(transport: Transport, receive: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
    return (bytes) => {
      if (this.isOn) return receive(bytes)
      transport.pause?.()
      const copy = copyBytes(bytes)
      this.pass(() => {
        receive(copy)
        // behind it: what has waited in the transport may come within this call
        transport.resume?.()
      })
    }
  }

  /** What waits does not run any more: the rooms are lost. */
  drop(): void {
    this.#waiting = []
  }

  #schedule(delayMs: number, callback: () => void): () => void {
    let isCancelled = false
    const call = (): void => {
      if (!isCancelled) callback()
    }
    const cancel = this.#inner.schedule(delayMs, () => this.pass(call))
    return () => {
      isCancelled = true
      cancel()
    }
  }

  #look(): void {
    this.#isLooking = true
    this.#inner.schedule(lookMs, () => {
      this.#isLooking = false
      while (this.#waiting.length > 0 && this.#cluster.mayAct) {
        guard(this.#logger, 'work that has waited for a cluster failed', this.#waiting.shift()!)
      }
      if (this.#waiting.length > 0) this.#look()
    })
  }
}
