import { ProtocolError } from '../errors.js'
import { bookkeepingBytes, type EventLimits, fixedLimits, type SessionLimits } from '../limits.js'
import type { Outcome, SendOptions } from '../session/session-types.js'
import { AckTime } from '../timing.js'
import { type AckMessage, type AckRun, EventEncoder, runLength } from '../wire/event-messages.js'
import type { FloorMessage } from '../wire/messages.js'

/** An event between `send` and its outcome. */
export interface OutgoingEvent {
  readonly sequence: number
  readonly name: string
  readonly payload: Uint8Array
  readonly options: SendOptions
  /** What it counts for in `maxQueuedBytes`. */
  readonly bytes: number
  /** How many more times it may be written after the first. */
  resendsLeft: number
  /** How many times it has been written again. */
  resends: number
  /** How many more times `ackTimeoutMs` may pass. */
  periodsLeft: number
  /** In connected time, as the two below: when the current period ends. */
  dueMs: number
  /** When it was written, if it was written once; else Infinity. */
  writtenMs: number
  /** When it has to be written again on a transport that is not reliable. */
  resendMs: number
}

/** The moment in which `take` writes. */
export interface WritingNow {
  readonly connectedMs: number
  readonly isReliable: boolean
  readonly rttMs: number | undefined
}

/** What the peer takes: this side's own limits until the server's terms have come. */
export interface PeerLimits extends EventLimits {
  maxPacketBytes: number
  maxEventsPerPacket: number
}

/** Kept free in a packet for all that is not events or outcomes. */
const reserveBytes = 256

const noEvents: { readonly events: readonly OutgoingEvent[]; readonly resends: number } = { events: [], resends: 0 }

/**
 * The events of one direction at their sender, from `send` until their outcome is known. Times are connected time: it
 * stops while there is no connection.
 *
 * An outcome takes its event out of here at once; `onAck` and `onFail` are called later, by `callBack` alone.
 *
 * Invariants: sequences are given out once, ascending; every event is called back exactly once; an event below `#nextUnsent`
 * has been written, one at or above it has not; `#timers` is in the order of `dueMs`, since all wait equally long; on a
 * transport that is not reliable, no event that may be written again has a `resendMs` before `#nextResendMs`.
 */
export class OutgoingEvents {
  readonly encoder = new EventEncoder()
  readonly #limits: SessionLimits
  #peerLimits: PeerLimits
  /** Ascending by sequence, because it is only ever appended to. */
  readonly #events = new Map<number, OutgoingEvent>()
  readonly #timers = new Map<number, OutgoingEvent>()
  readonly #resends = new Map<number, OutgoingEvent>()
  /** Calls of events that have their outcome, in the order in which it became known. */
  #calls: (() => void)[] = []
  #nextSequence = 1
  #nextUnsent = 1
  #nextResendMs = Number.POSITIVE_INFINITY
  #queuedBytes = 0
  /** How long acks take. */
  readonly #ackTime: AckTime

  constructor(limits: SessionLimits) {
    this.#limits = limits
    this.#peerLimits = limits
    this.#ackTime = new AckTime(limits.ackTimeoutMs)
  }

  get peerLimits(): Readonly<PeerLimits> {
    return this.#peerLimits
  }

  /** Client: the server's terms have come. */
  adopt(limits: PeerLimits): void {
    this.#peerLimits = limits
  }

  /** True once an event has been written. */
  get hasSent(): boolean {
    return this.#nextUnsent > 1
  }

  /** True if `take` has events to write. */
  get hasUnwritten(): boolean {
    return this.#nextUnsent < this.#nextSequence || this.#resends.size > 0
  }

  /** When `advance` has something to do, in connected time; Infinity for never. */
  get nextDueMs(): number {
    if (this.#timers.size === 0) return Number.POSITIVE_INFINITY
    const [first] = this.#timers.values()
    return Math.min(first!.dueMs, this.#nextResendMs)
  }

  /** True until the outcome of the event is known. */
  isPending(sequence: number): boolean {
    return this.#events.has(sequence)
  }

  /** @returns the event's sequence. Throws `invalid_argument`, `event_too_large`, `queue_full`. */
  send(name: string, payload: Uint8Array, options: SendOptions, connectedMs: number): number {
    const { retries = 0, minVersion = 0 } = options
    if (!(retries >= 0 && (Number.isInteger(retries) || retries === Number.POSITIVE_INFINITY))) {
      throw new ProtocolError('invalid_argument', `retries is a whole number from 0 or Infinity, not ${retries}`)
    }
    if (!Number.isSafeInteger(minVersion) || minVersion < 0) {
      throw new ProtocolError('invalid_argument', `minVersion is a whole number from 0, not ${minVersion}`)
    }
    const size = this.encoder.sizeOf(name, payload)
    this.#checkSize(name, size)
    const bytes = size + bookkeepingBytes
    if (this.#events.size >= this.#limits.maxQueuedEvents || this.#queuedBytes + bytes > this.#limits.maxQueuedBytes) {
      throw new ProtocolError('queue_full', `${this.#events.size} events wait to be sent or for their acks`)
    }
    const sequence = this.#nextSequence++
    const event: OutgoingEvent = {
      sequence,
      name,
      payload,
      options,
      bytes,
      resendsLeft: retries,
      resends: 0,
      periodsLeft: retries,
      dueMs: connectedMs + this.#limits.ackTimeoutMs,
      writtenMs: Number.POSITIVE_INFINITY,
      resendMs: Number.POSITIVE_INFINITY,
    }
    this.#events.set(sequence, event)
    this.#timers.set(sequence, event)
    this.#queuedBytes += bytes
    return sequence
  }

  /** Lets time pass: an event that has waited too long fails, or is marked to be written again. */
  advance(connectedMs: number): void {
    if (connectedMs >= this.#nextResendMs) this.#markResends(connectedMs)
    const due: OutgoingEvent[] = []
    for (const event of this.#timers.values()) {
      if (event.dueMs > connectedMs) break
      due.push(event)
    }
    for (const event of due) {
      if (event.periodsLeft === 0) {
        this.#fail(event, 'event_timeout', `no ack for '${event.name}' in time`)
        continue
      }
      event.periodsLeft--
      // counted from now, not from when it was due: that keeps the timers in order
      event.dueMs = connectedMs + this.#limits.ackTimeoutMs
      this.#timers.delete(event.sequence)
      this.#timers.set(event.sequence, event)
    }
  }

  /** Another transport: `resume` deals with the events under way on the old one. */
  attach(): void {
    this.encoder.restart()
    this.#ackTime.restart()
    this.#nextResendMs = Number.POSITIVE_INFINITY
  }

  /** Throws `acked_never_sent` if an event up to `through` was never sent. */
  checkReceived(through: number): void {
    if (through >= this.#nextUnsent) {
      throw new ProtocolError('acked_never_sent', `event ${through} was never sent`)
    }
  }

  /**
   * The session goes on over another transport: events that were written and did not arrive are written again, or fail.
   * @param receivedThrough of the peer, checked
   */
  resume(receivedThrough: number): void {
    this.#resends.clear()
    for (const event of [...this.#events.values()]) {
      if (event.sequence >= this.#nextUnsent) break
      event.resendMs = Number.POSITIVE_INFINITY
      if (event.sequence <= receivedThrough) continue
      if (event.resendsLeft > 0) this.#resends.set(event.sequence, event)
      else this.#fail(event, 'event_lost', `'${event.name}' was lost with its transport`)
    }
  }

  /**
   * Takes the events for the next packet, which count as written from here on.
   * @param usedBytes of the packet already
   * @returns ascending by sequence; `resends` of them, at the front, were written before
   */
  take(usedBytes: number, now: WritingNow): { readonly events: readonly OutgoingEvent[]; readonly resends: number } {
    if (!this.hasUnwritten) return noEvents
    const { maxPacketBytes, maxEventsPerPacket } = this.#peerLimits
    let bytesLeft = maxPacketBytes - reserveBytes - usedBytes
    const events: OutgoingEvent[] = []
    const fits = (event: OutgoingEvent): boolean => {
      bytesLeft -= this.encoder.mostBytes(event)
      return events.length < maxEventsPerPacket && bytesLeft >= 0
    }
    const again = [...this.#resends.values()].sort((a, b) => a.sequence - b.sequence)
    for (const event of again) {
      if (!fits(event)) return { events, resends: events.length }
      event.resendsLeft--
      event.resends++
      this.#resends.delete(event.sequence)
      events.push(this.#write(event, now))
    }
    const resends = events.length
    for (; this.#nextUnsent < this.#nextSequence; this.#nextUnsent++) {
      const event = this.#events.get(this.#nextUnsent)
      if (event === undefined) continue
      if (!fits(event)) break
      events.push(this.#write(event, now))
    }
    return { events, resends }
  }

  /**
   * @param packet the events of the packet that the floor goes with: they may arrive, even if they are not sent again
   * @returns the floor, and whether the packet needs it because it does not follow from the events in it
   */
  floor(packet: readonly OutgoingEvent[]): { message: FloorMessage; isNeeded: boolean } {
    const last = packet.at(-1)?.sequence ?? 0
    const inPacket = new Set(packet.map((event) => event.sequence))
    let resolved = this.#nextSequence
    let floor = packet[0]?.sequence ?? this.#nextSequence
    let isNeeded = false
    for (const event of this.#events.values()) {
      resolved = Math.min(resolved, event.sequence)
      if (event.resendsLeft === 0 && event.sequence < this.#nextUnsent) continue
      floor = Math.min(floor, event.sequence)
      isNeeded ||= event.sequence < last && !inPacket.has(event.sequence)
      // ascending: the first event that is still to come is the floor, and beyond the packet none is needed
      if (isNeeded || event.sequence >= last) break
    }
    return { message: { floor, resolved: Math.min(resolved, floor) }, isNeeded }
  }

  /**
   * Takes the events of an ACK out; `callBack` calls them.
   * @param start the first sequence of the ACK, checked together with its end by `checkReceived`
   * @returns how many of its outcomes the peer keeps until a FLOOR frees them
   */
  acknowledge(start: number, ack: AckMessage, connectedMs: number): number {
    let index = 0
    let runStart = start
    let sampleMs = Number.NEGATIVE_INFINITY
    for (const event of this.#events.values()) {
      if (event.sequence < start) continue
      let run = ack.runs[index]
      while (run && event.sequence >= runStart + runLength(run)) {
        runStart += runLength(run)
        run = ack.runs[++index]
      }
      if (run === undefined) break
      if (run.type === 'skip') continue
      if (run.type === 'lost') this.#fail(event, 'event_lost', `'${event.name}' was lost on the way`)
      else {
        sampleMs = connectedMs - event.writtenMs
        this.#settle(event, run.type === 'outcomes' ? run.outcomes[event.sequence - runStart] : undefined)
      }
    }
    // of the newest event: those before it may have waited for it
    if (sampleMs >= 0) this.#ackTime.sample(sampleMs)
    return ack.runs.reduce((kept, run) => kept + keptOf(run), 0)
  }

  /** Calls `onAck` or `onFail` of each event that has got its outcome, in the order of the outcomes. */
  callBack(): void {
    // a callback may bring further outcomes, which come last; one that throws leaves the others for the next time
    while (this.#calls.length > 0) {
      const calls = this.#calls
      this.#calls = []
      for (const [i, call] of calls.entries()) {
        try {
          call()
        } catch (error) {
          this.#calls = [...calls.slice(i + 1), ...this.#calls]
          throw error
        }
      }
    }
  }

  /** The session is over: all events that are left fail. */
  failAll(reason: string): void {
    for (const event of [...this.#events.values()]) this.#fail(event, 'session_closed', reason)
  }

  #checkSize(name: string, size: number): void {
    const { maxEventBytes, maxPacketBytes } = this.#peerLimits
    const most = Math.min(maxEventBytes, maxPacketBytes - reserveBytes * 2)
    const { maxNameLength } = fixedLimits
    if (size <= most && this.encoder.nameLength(name) <= maxNameLength) return
    throw new ProtocolError(
      'event_too_large',
      `'${name.slice(0, maxNameLength)}' has ${size} bytes and a name of ${name.length}; at most ${most} and ${maxNameLength} are allowed`,
    )
  }

  #write(event: OutgoingEvent, { connectedMs, isReliable, rttMs }: WritingNow): OutgoingEvent {
    event.writtenMs = event.resends === 0 ? connectedMs : Number.POSITIVE_INFINITY
    event.resendMs = Number.POSITIVE_INFINITY
    if (isReliable || event.resendsLeft === 0) return event
    event.resendMs = connectedMs + this.#ackTime.waitMs(event.resends, rttMs)
    this.#nextResendMs = Math.min(this.#nextResendMs, event.resendMs)
    return event
  }

  #markResends(connectedMs: number): void {
    this.#nextResendMs = Number.POSITIVE_INFINITY
    for (const event of this.#events.values()) {
      if (event.sequence >= this.#nextUnsent) break
      if (event.resendMs > connectedMs) this.#nextResendMs = Math.min(this.#nextResendMs, event.resendMs)
      else {
        event.resendMs = Number.POSITIVE_INFINITY
        this.#resends.set(event.sequence, event)
      }
    }
  }

  #settle(event: OutgoingEvent, outcome: Outcome | undefined): void {
    const { onAck, onFail } = event.options
    this.#remove(event)
    if (outcome?.kind !== 'refused') {
      if (onAck) this.#calls.push(() => onAck(outcome?.payload))
      return
    }
    const { code, message } = outcome
    const text = `'${event.name}' was refused: ${message || code}`
    if (onFail) this.#calls.push(() => onFail(new ProtocolError('event_refused', text, { refusal: { code, message } })))
  }

  #fail(event: OutgoingEvent, code: 'event_timeout' | 'event_lost' | 'session_closed', message: string): void {
    const { onFail } = event.options
    this.#remove(event)
    if (onFail) this.#calls.push(() => onFail(new ProtocolError(code, message)))
  }

  #remove(event: OutgoingEvent): void {
    this.#events.delete(event.sequence)
    this.#timers.delete(event.sequence)
    this.#resends.delete(event.sequence)
    this.#queuedBytes -= event.bytes
  }
}

/** Neighbours that were lost are kept as one; events that are simply done are not kept. */
function keptOf(run: AckRun): number {
  if (run.type === 'outcomes') return run.outcomes.length
  return run.type === 'lost' ? 1 : 0
}
