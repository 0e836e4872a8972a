import { AckTime } from './ack-time.js'
import { ProtocolError } from './errors.js'
import type { SessionLimits } from './limits.js'
import { type AckMessage, type AckRun, runLength } from './messages/ack-message.js'
import type { FloorMessage } from './messages/event-message.js'
import type { Outcome, SendOptions } from './session-types.js'

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
  /** In connected time, as the two below: when a period ends. */
  dueMs: number
  /** When it was written, if that was once; else Infinity. */
  writtenMs: number
  /** When it has to be written again on a transport that is not reliable. */
  resendMs: number
}

/** What `take` has to know of the moment. */
export interface WritingNow {
  readonly connectedMs: number
  readonly isReliable: boolean
  readonly rttMs: number | undefined
}

const nothing: { readonly events: readonly OutgoingEvent[]; readonly resends: number } = { events: [], resends: 0 }

/** Stands for the memory that an event takes beside its bytes, so that many empty ones count as well. */
const overheadBytes = 64

/**
 * The events of one direction at their sender, from `send` until their outcome is known. Times are connected time: it
 * stands still while there is no connection.
 *
 * Invariants: sequences are given out once, ascending; every event here is called back exactly once, when it leaves; an
 * event below `#nextUnsent` has been written, one at or above it has not; `#timers` is in the order of `dueMs`, since
 * all wait equally long; no event that may be written again has a `resendMs` before `#nextResendMs`, on a transport that
 * is not reliable.
 */
export class OutgoingEvents {
  readonly #limits: SessionLimits
  /** Ascending by sequence, because it is only ever appended to. */
  readonly #events = new Map<number, OutgoingEvent>()
  readonly #timers = new Map<number, OutgoingEvent>()
  readonly #resends = new Map<number, OutgoingEvent>()
  #nextSequence = 1
  #nextUnsent = 1
  #nextResendMs = Number.POSITIVE_INFINITY
  #queuedBytes = 0
  /** How long acks take. */
  readonly #ackTime: AckTime

  constructor(limits: SessionLimits) {
    this.#limits = limits
    this.#ackTime = new AckTime(limits.ackTimeoutMs)
  }

  /** True once an event has been written. */
  get hasSent(): boolean {
    return this.#nextUnsent > 1
  }

  /** Whether `take` has something to give. */
  get hasUnwritten(): boolean {
    return this.#nextUnsent < this.#nextSequence || this.#resends.size > 0
  }

  /** When `advance` has something to do, in connected time; Infinity for never. */
  get nextDueMs(): number {
    if (this.#timers.size === 0) return Number.POSITIVE_INFINITY
    const [first] = this.#timers.values()
    return Math.min(first!.dueMs, this.#nextResendMs)
  }

  /** @param size its bytes on the wire, about. @returns its sequence. Throws `queue_full`. */
  send(name: string, payload: Uint8Array, size: number, options: SendOptions, connectedMs: number): number {
    const bytes = size + overheadBytes
    if (this.#events.size >= this.#limits.maxQueuedEvents || this.#queuedBytes + bytes > this.#limits.maxQueuedBytes) {
      throw new ProtocolError('queue_full', `${this.#events.size} events wait to be sent or for their acks`)
    }
    const retries = options.retries ?? 0
    const sequence = this.#nextSequence++
    const dueMs = connectedMs + this.#limits.ackTimeoutMs
    const event: OutgoingEvent = {
      sequence,
      name,
      payload,
      options,
      bytes,
      resendsLeft: retries,
      resends: 0,
      periodsLeft: retries,
      dueMs,
      writtenMs: Number.POSITIVE_INFINITY,
      resendMs: Number.POSITIVE_INFINITY,
    }
    this.#events.set(sequence, event)
    this.#timers.set(sequence, event)
    this.#queuedBytes += bytes
    return sequence
  }

  /** Lets time pass: what has waited too long fails, or is marked to be written again. */
  advance(connectedMs: number): void {
    if (connectedMs >= this.#nextResendMs) this.#markResends(connectedMs)
    const due: OutgoingEvent[] = []
    for (const event of this.#timers.values()) {
      if (event.dueMs > connectedMs) break
      due.push(event)
    }
    for (const event of due) {
      if (!this.#events.has(event.sequence)) continue
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

  /** Another transport: what is under way on the old one is spoken of by `resume`. */
  attach(): void {
    this.#ackTime.restart()
    this.#nextResendMs = Number.POSITIVE_INFINITY
  }

  /** Throws `acked_never_sent` when the peer cannot have got some event up to `through`. */
  checkReceived(through: number): void {
    if (through >= this.#nextUnsent) {
      throw new ProtocolError('acked_never_sent', `event ${through} was never sent`)
    }
  }

  /**
   * The session goes on over another transport: what was written and did not arrive is written again, or fails.
   * @param receivedThrough of the peer, checked
   */
  resume(receivedThrough: number): void {
    this.#resends.clear()
    const lost: OutgoingEvent[] = []
    for (const event of this.#events.values()) {
      if (event.sequence >= this.#nextUnsent) break
      event.resendMs = Number.POSITIVE_INFINITY
      if (event.sequence <= receivedThrough) continue
      if (event.resendsLeft > 0) this.#resends.set(event.sequence, event)
      else lost.push(event)
    }
    for (const event of lost) {
      if (this.#events.has(event.sequence))
        this.#fail(event, 'event_lost', `'${event.name}' was lost with its transport`)
    }
  }

  /**
   * Takes the events for the next packet, which count as written from here on.
   * @param fits decides whether one more goes into the packet; asked once for each, until it says no
   * @returns ascending by sequence; `resends` of them, at the front, were written before
   */
  take(
    fits: (event: OutgoingEvent) => boolean,
    now: WritingNow,
  ): { readonly events: readonly OutgoingEvent[]; readonly resends: number } {
    if (!this.hasUnwritten) return nothing
    const events: OutgoingEvent[] = []
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
   * @param packet the events of the packet that this goes with: they may arrive, whether they are sent again or not
   * @returns the floor, and whether the packet needs to say it, because it does not follow from the events in it
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
      // ascending: the first one that is still to come is the floor, and beyond the packet nothing is needed
      if (isNeeded || event.sequence >= last) break
    }
    return { message: { floor, resolved: Math.min(resolved, floor) }, isNeeded }
  }

  /**
   * @param start the first sequence that the ack speaks of, checked together with its end by `checkReceived`
   * @returns how many outcomes it brought that the peer keeps until it is told that they came
   */
  acknowledge(start: number, ack: AckMessage, connectedMs: number): number {
    let index = 0
    let runStart = start
    let sampleMs = Number.NEGATIVE_INFINITY
    // callbacks may send events, which come last, and may end the session, which leaves none
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
        this.#succeed(event, run.type === 'outcomes' ? run.outcomes[event.sequence - runStart] : undefined)
      }
    }
    // of the newest event: those before it may have waited for it
    if (sampleMs >= 0) this.#ackTime.sample(sampleMs)
    return ack.runs.reduce((kept, run) => kept + keptOf(run), 0)
  }

  /** The session is over: whatever is left fails. */
  failAll(reason: string): void {
    for (const event of [...this.#events.values()]) {
      if (this.#events.has(event.sequence)) this.#fail(event, 'session_closed', reason)
    }
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

  #succeed(event: OutgoingEvent, outcome: Outcome | undefined): void {
    if (outcome?.kind === 'refused') {
      const { code, message } = outcome
      this.#remove(event)
      const text = `'${event.name}' was refused: ${message || code}`
      event.options.onFail?.(new ProtocolError('event_refused', text, { refusal: { code, message } }))
      return
    }
    this.#remove(event)
    event.options.onAck?.(outcome?.payload)
  }

  #fail(event: OutgoingEvent, code: 'event_timeout' | 'event_lost' | 'session_closed', message: string): void {
    this.#remove(event)
    event.options.onFail?.(new ProtocolError(code, message))
  }

  #remove(event: OutgoingEvent): void {
    this.#events.delete(event.sequence)
    this.#timers.delete(event.sequence)
    this.#resends.delete(event.sequence)
    this.#queuedBytes -= event.bytes
  }
}

/** Neighbours that were lost are kept as one, and what is simply done not at all. */
function keptOf(run: AckRun): number {
  if (run.type === 'outcomes') return run.outcomes.length
  return run.type === 'lost' ? 1 : 0
}
