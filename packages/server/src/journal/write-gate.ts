import type { Logger } from '@tygase/gamestate'
import { guard, watch } from '@tygase/gamestate/internal'
import { closeCodes, sendShared } from '@tygase/protocol/internal'
import type { ClientAddress } from '../entrance/address.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import type { Journal } from './journal.js'

/** Work that waits for the same writing. */
interface Batch {
  readonly works: (() => void)[]
  /** True once more was appended, or its writing has failed: further work waits for another one. */
  isSealed: boolean
}

export interface WriteGateOptions {
  /** Kind and id of the room. */
  readonly room: string
  readonly journal: Pick<Journal, 'isWritten' | 'whenWritten'>
  readonly logger: Logger
  /** What was appended cannot be written. Work waits on, until something later is written. */
  onError(error: unknown): void
  /** No work waits any more. */
  onOpen(): void
}

/** Lets work pass once all that was appended for a room before it is written. Keeps the order. */
export class WriteGate {
  readonly #options: WriteGateOptions
  #batches: Batch[] = []
  /** The work that passes now, which may bring more. */
  #passing: (() => void)[] | undefined
  /** True once something was appended while work passes. */
  #isOutrun = false
  #isOff = false

  constructor(options: WriteGateOptions) {
    this.#options = options
  }

  /** True while work waits. */
  get isHolding(): boolean {
    return this.#batches.length > 0
  }

  /** True if work may pass at once: nothing waits, and nothing is being written. */
  get isOpen(): boolean {
    if (this.#isOff) return true
    const { journal, room } = this.#options
    return this.#batches.length === 0 && this.#passing === undefined && journal.isWritten(room)
  }

  pass(work: () => void): void {
    if (this.#isOff) return work()
    const { journal, room } = this.#options
    const isWritten = (this.#passing !== undefined && !this.#isOutrun) || journal.isWritten(room)
    if (isWritten && this.#passing !== undefined) {
      this.#passing.push(work)
      return
    }
    if (isWritten && this.#batches.length === 0) return work()
    const last = this.#batches.at(-1)
    const batch = last === undefined || last.isSealed ? this.#wait() : last
    batch.works.push(work)
  }

  /** Something was appended: work from here on waits for it. */
  appended(): void {
    this.#isOutrun = true
    const last = this.#batches.at(-1)
    if (last !== undefined) last.isSealed = true
  }

  /** Asks to hear when all is written, also if no work waits for it. */
  watch(): void {
    this.appended()
    this.#wait()
  }

  /** Nothing is written any more: what waits does not pass, and what comes is not kept back. */
  turnOff(): void {
    this.#isOff = true
    this.#batches = []
  }

  #wait(): Batch {
    const { journal, room } = this.#options
    const batch: Batch = { works: [], isSealed: false }
    this.#batches.push(batch)
    journal.whenWritten(room, (error) => this.#settle(batch, error))
    return batch
  }

  #settle(batch: Batch, error: unknown): void {
    batch.isSealed = true
    if (this.#isOff) return
    if (error !== undefined) return this.#options.onError(error)
    // what has failed before is covered by what is written now
    const passing = this.#batches.splice(0, this.#batches.indexOf(batch) + 1).flatMap(({ works }) => works)
    this.#passing = passing
    this.#isOutrun = false
    for (const work of passing) guard(this.#options.logger, 'work that has waited for a journal failed', work)
    this.#passing = undefined
    if (this.#batches.length === 0) this.#options.onOpen()
  }
}

/** The gate as a transport sees it. */
export interface TransportGate {
  readonly logger: Logger
  /** True if `pass` would do work at once. */
  mayPass(): boolean
  pass(work: () => void): void
}

/** A transport of a client whose room has a journal: nothing leaves before it is written. */
export class GatedTransport implements AcceptedTransport {
  readonly pause?: () => void
  readonly resume?: () => void
  readonly charge?: (ms: number, bytes?: number) => void
  readonly mayWork?: (bytes?: number) => boolean
  readonly #inner: AcceptedTransport
  readonly #gate: TransportGate
  /** Bytes that wait for the journal. */
  #heldBytes = 0

  constructor(inner: AcceptedTransport, gate: TransportGate) {
    this.#inner = inner
    this.#gate = gate
    // a transport without one of them is treated otherwise
    if (inner.pause !== undefined) this.pause = () => inner.pause?.()
    if (inner.resume !== undefined) this.resume = () => inner.resume?.()
    if (inner.charge !== undefined) this.charge = (ms, bytes) => inner.charge?.(ms, bytes)
    if (inner.mayWork !== undefined) this.mayWork = (bytes) => inner.mayWork?.(bytes) !== false
  }

  get reliable(): boolean {
    return this.#inner.reliable
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes + this.#heldBytes
  }

  get clientAddress(): ClientAddress | undefined {
    return this.#inner.clientAddress
  }

  get bytesRead(): number | undefined {
    return this.#inner.bytesRead
  }

  get bytesWritten(): number | undefined {
    return this.#inner.bytesWritten
  }

  get isReading(): boolean {
    return this.#inner.isReading === true
  }

  get onBytes(): AcceptedTransport['onBytes'] {
    return this.#inner.onBytes
  }

  set onBytes(onBytes: AcceptedTransport['onBytes']) {
    this.#inner.onBytes = onBytes
  }

  get onClose(): AcceptedTransport['onClose'] {
    return this.#inner.onClose
  }

  set onClose(onClose: AcceptedTransport['onClose']) {
    this.#inner.onClose = onClose
  }

  get onPause(): AcceptedTransport['onPause'] {
    return this.#inner.onPause
  }

  set onPause(onPause: AcceptedTransport['onPause']) {
    this.#inner.onPause = onPause
  }

  get onReadEnd(): AcceptedTransport['onReadEnd'] {
    return this.#inner.onReadEnd
  }

  set onReadEnd(onReadEnd: AcceptedTransport['onReadEnd']) {
    this.#inner.onReadEnd = onReadEnd
  }

  send(bytes: Uint8Array): void {
    if (this.#gate.mayPass()) return this.#inner.send(bytes)
    this.#send(bytes.length, () => this.#inner.send(bytes))
  }

  sendShared(shared: Uint8Array, own: Uint8Array | undefined): void {
    if (this.#gate.mayPass()) return void sendShared(this.#inner, shared, own)
    this.#send(shared.length + (own?.length ?? 0), () => sendShared(this.#inner, shared, own))
  }

  close(code: number, reason: string): void {
    this.#gate.pass(() => this.#inner.close(code, reason))
  }

  #send(bytes: number, send: () => unknown): void {
    const { logger } = this.#gate
    this.#heldBytes += bytes
    this.#gate.pass(() => {
      this.#heldBytes -= bytes
      try {
        watch(logger, 'a transport failed', send())
      } catch (error) {
        // how much it has taken is unknown: the session finds out when it resumes over another one
        logger.warn({ err: error }, 'a transport failed')
        const { number, reason } = closeCodes.transport_lost
        this.#inner.close(number, reason)
      }
    })
  }
}
