import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { closeCodes, sendShared } from '@tygase/protocol/internal'
import type { ClientAddress } from './address.js'
import type { ConnectionBudget } from './budget.js'
import type { AcceptedTransport } from './listener.js'
import { ReadPacer } from './read-pacer.js'

/** Bytes that wait for a transport that cannot stop reading. Beyond, it is closed. */
const maxWaitingBytes = 1024 * 1024

export interface PacedTransportOptions {
  transport: AcceptedTransport
  clock: Clock
  budget: ConnectionBudget
  logger: Logger
  /** A packet was dropped: the transport may lose packets, and the budget was overdrawn. */
  onDrop(): void
}

/**
 * A transport that knows nothing of budgets, with one: in this process, simulated, or of another kind. Each packet counts with
 * its bytes and the time that it takes. A transport that may lose packets loses those that come during a pause.
 */
export class PacedTransport implements AcceptedTransport {
  readonly reliable: boolean
  readonly clientAddress: ClientAddress | undefined
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  onPause: ((untilMs: number) => void) | undefined
  /** Missing if the transport cannot stop reading. */
  readonly pause?: () => void
  readonly resume?: () => void
  readonly #transport: AcceptedTransport
  readonly #pacer: ReadPacer

  constructor({ transport, clock, budget, logger, onDrop }: PacedTransportOptions) {
    this.#transport = transport
    this.reliable = transport.reliable
    this.clientAddress = transport.clientAddress
    const call = (work: () => unknown): void => guard(logger, 'a transport failed', work)
    const pacer = new ReadPacer({
      clock,
      budget,
      deliver: (bytes) => this.onBytes?.(bytes),
      setReading: (isReading) => call(() => (isReading ? transport.resume?.() : transport.pause?.())),
      onPause: (untilMs) => this.onPause?.(untilMs),
    })
    this.#pacer = pacer
    const isPausable = transport.pause !== undefined && transport.resume !== undefined
    if (isPausable) {
      this.pause = () => pacer.hold()
      this.resume = () => pacer.release()
    }
    transport.onBytes = (bytes) => {
      if (!transport.reliable && pacer.isPaused) return onDrop()
      pacer.take(bytes)
      if (isPausable || pacer.waitingBytes <= maxWaitingBytes) return
      pacer.drop()
      call(() => transport.close(closeCodes.rate_limited.number, closeCodes.rate_limited.reason))
    }
    transport.onClose = (code, reason) => {
      pacer.finish(() => {
        pacer.stop()
        this.onClose?.(code, reason)
      })
    }
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes
  }

  get bytesRead(): number | undefined {
    return this.#transport.bytesRead
  }

  get bytesWritten(): number | undefined {
    return this.#transport.bytesWritten
  }

  // a method of a user may return a promise in spite of its type: the caller looks after it

  send(bytes: Uint8Array): void {
    return this.#transport.send(bytes)
  }

  sendShared(shared: Uint8Array, own: Uint8Array | undefined): unknown {
    return sendShared(this.#transport, shared, own)
  }

  charge(ms: number, bytes = 0): void {
    this.#pacer.charge(ms, bytes)
  }

  mayWork(): boolean {
    return this.#pacer.mayWork()
  }

  close(code: number, reason: string): void {
    this.#pacer.drop()
    return this.#transport.close(code, reason)
  }
}
