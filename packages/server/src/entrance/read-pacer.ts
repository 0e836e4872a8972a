import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { closeCodes, sendShared } from '@tygase/protocol/internal'
import type { ClientAddress } from './address.js'
import type { ConnectionBudget } from './budget.js'
import type { AcceptedTransport } from './listener.js'

/** A pause lasts this long at least: shorter ones would be many, and cost more than the reading between them. */
const leastPauseMs = 20
/** Within a read the clock is read after so many packets, if they take no time, which costs next to nothing. */
const mostPacketsBetweenLooks = 8
/** The same in bytes of packets and events: so many take a ms at most. */
const mostBytesBetweenLooks = 1024
/** A read is paid for in advance up to this: the last one may have been an exception. */
const mostReservedMs = 10
/**
 * Time between two looks counts up to this, as nothing that limits allow takes longer: beyond it, the machine has run something
 * else, or the engine has collected its garbage, which is not the fault of the client.
 */
const mostCountedMs = 8
/** If packets between two looks take this long, each one is looked after from then on. */
const longLookMs = 0.5

export interface ReadPacerOptions {
  readonly clock: Clock
  readonly budget: ConnectionBudget
  /** Takes a packet of the peer. */
  deliver(bytes: Uint8Array): void
  /** Stops or starts reading. Packets that were read already may still come. */
  setReading(isReading: boolean): void
  /** The budget is overdrawn: nothing is read before `untilMs`. Called again if it takes longer. */
  onPause(untilMs: number): void
  /** All packets of a read are delivered, or wait. */
  onReadEnd?(): void
}

/**
 * Hands the packets of one connection to its owner as fast as the budget of the connection allows. Two may stop it: the
 * budget, and the owner by `hold`. Packets that come meanwhile wait in their order, and a close of the peer behind them.
 *
 * Between `begin` and `end` all time counts, so that a transport measures once for all packets of a read. A packet outside of
 * the two is measured alone.
 */
export class ReadPacer {
  readonly #options: ReadPacerOptions
  #isHeld = false
  #isOver = false
  #isReading = true
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #afterWaiting: (() => void) | undefined
  #cancelWake: (() => void) | undefined
  /** Since when the time counts that is not spent yet; undefined outside of `begin` and `end`. */
  #sinceMs: number | undefined
  /** Time spent since `begin`. */
  #spentMs = 0
  /** Packets and bytes since the last look at the clock, and how many packets there may be. */
  #packets = 0
  #unseenBytes = 0
  #packetsBetweenLooks = 1
  /** What the last read cost. */
  #lastMs = 0
  /** Time of the next read that was spent in advance. */
  #reservedMs = 0
  #isDropped = false
  #isStopped = false

  constructor(options: ReadPacerOptions) {
    this.#options = options
  }

  /** Bytes of packets that wait. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** True while packets wait instead of being delivered. */
  get isPaused(): boolean {
    return this.#isHeld || this.#isOver
  }

  /** True between `begin` and `end`. */
  get isReading(): boolean {
    return this.#sinceMs !== undefined
  }

  /** The work on a read begins. */
  begin(): void {
    const now = this.#options.clock.now()
    this.#sinceMs = now
    this.#spentMs = 0
    this.#packets = 0
    this.#unseenBytes = 0
    // others may have used up what is shared
    this.#check(now)
  }

  /** The work on a read has ended. @param bytes how much was read, frames and all */
  end(bytes: number): void {
    this.#spend(bytes)
    this.#sinceMs = undefined
    this.#lastMs = this.#spentMs
    this.#options.onReadEnd?.()
  }

  /** A packet has come. */
  take(bytes: Uint8Array): void {
    if (this.#isDropped) return
    if (this.isPaused) return this.#keep(bytes)
    if (this.#sinceMs !== undefined) return this.#deliver(bytes)
    this.begin()
    if (this.isPaused) this.#keep(bytes)
    else this.#options.deliver(bytes)
    this.end(bytes.length)
  }

  /** Time was spent for the peer elsewhere, in rules of its events for example, or bytes: all that a resume sends again. */
  charge(ms: number, bytes = 0): void {
    const now = this.#options.clock.now()
    this.#options.budget.spend(bytes, ms, now)
    this.#check(now)
  }

  /**
   * Asked before each event of a packet, of which there may be thousands.
   * @param bytes of the event
   * @returns false if the budget is overdrawn: the event should wait
   */
  mayWork(bytes: number): boolean {
    // what came before a close is paid for as well
    if (this.#isStopped) return this.#isPaid()
    if (this.#sinceMs !== undefined && !this.#isOver) this.#look(bytes)
    return !this.#isOver
  }

  /** The owner wants no packets for now. */
  hold(): void {
    this.#isHeld = true
    this.#setReading()
  }

  /** The owner wants packets again. Those that waited come within this call, if the budget allows. */
  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#goOn()
  }

  /** Calls `end` when all packets that wait are delivered: now, if there are none. */
  finish(end: () => void): void {
    if (this.isPaused && !this.#isDropped) this.#afterWaiting = end
    else end()
  }

  /** Packets have no receiver any more: drops all that wait or come. The budget stays in force. */
  drop(): void {
    this.#isDropped = true
    this.#waiting = []
    this.#waitingBytes = 0
    this.release()
  }

  /** The connection has closed. */
  stop(): void {
    this.#isStopped = true
    this.#cancelWake?.()
    this.#cancelWake = undefined
    this.#afterWaiting = undefined
    this.#waiting = []
    this.#waitingBytes = 0
    this.#options.budget.close(this.#options.clock.now())
  }

  #keep(bytes: Uint8Array): void {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
  }

  #deliver(bytes: Uint8Array): void {
    this.#options.deliver(bytes)
    this.#look(bytes.length)
  }

  /** Looks at the clock now and then. */
  #look(bytes: number): void {
    this.#unseenBytes += bytes
    if (++this.#packets < this.#packetsBetweenLooks && this.#unseenBytes < mostBytesBetweenLooks) return
    this.#packets = 0
    this.#unseenBytes = 0
    const ms = this.#spend(0)
    this.#packetsBetweenLooks = ms > longLookMs ? 1 : Math.min(mostPacketsBetweenLooks, this.#packetsBetweenLooks * 2)
  }

  /** Spends the time that has passed since the last look. @returns that time, in ms */
  #spend(bytes: number): number {
    const now = this.#options.clock.now()
    const ms = Math.min(now - (this.#sinceMs ?? now), mostCountedMs)
    this.#sinceMs = now
    this.#spentMs += ms
    this.#options.budget.spend(bytes, ms - this.#reservedMs, now)
    this.#reservedMs = 0
    this.#check(now)
    return ms
  }

  #isPaid(): boolean {
    const now = this.#options.clock.now()
    return this.#options.budget.readyAt(now) <= now
  }

  #check(now: number): void {
    if (this.#isOver || this.#isStopped) return
    const readyAt = this.#options.budget.readyAt(now)
    if (readyAt <= now) return
    this.#isOver = true
    this.#setReading()
    this.#wakeAt(Math.max(readyAt, now + leastPauseMs), now)
  }

  #wakeAt(atMs: number, now: number): void {
    this.#options.onPause(atMs)
    this.#cancelWake = this.#options.clock.schedule(atMs - now, () => this.#wake())
  }

  #wake(): void {
    const { budget, clock } = this.#options
    const now = clock.now()
    const readyAt = budget.readyAt(now)
    if (readyAt > now) return this.#wakeAt(readyAt, now)
    this.#cancelWake = undefined
    this.#isOver = false
    // the next read is paid for in advance, so that of many connections that wait for one budget not all go on at once
    this.#reservedMs = this.#isHeld ? 0 : Math.min(this.#lastMs, mostReservedMs)
    budget.spend(0, this.#reservedMs, now)
    this.#goOn()
  }

  /** Delivers what waits, then reads again. */
  #goOn(): void {
    if (this.#waiting.length > 0 && !this.isPaused) {
      const isOuter = this.#sinceMs === undefined
      if (isOuter) {
        this.#sinceMs = this.#options.clock.now()
        this.#spentMs = 0
        this.#packets = 0
        this.#unseenBytes = 0
      }
      while (!this.isPaused && this.#waiting.length > 0) {
        const bytes = this.#waiting.shift()!
        this.#waitingBytes -= bytes.length
        this.#deliver(bytes)
      }
      if (isOuter) this.end(0)
    }
    this.#setReading()
    if (this.isPaused || this.#afterWaiting === undefined) return
    const end = this.#afterWaiting
    this.#afterWaiting = undefined
    end()
  }

  #setReading(): void {
    const isReading = !this.isPaused && this.#waiting.length === 0
    if (isReading === this.#isReading) return
    this.#isReading = isReading
    this.#options.setReading(isReading)
  }
}

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

  mayWork(bytes = 0): boolean {
    return this.#pacer.mayWork(bytes)
  }

  close(code: number, reason: string): void {
    this.#pacer.drop()
    return this.#transport.close(code, reason)
  }
}
