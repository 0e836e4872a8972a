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
  /** How many more times `ackTimeoutMs` may pass. */
  periodsLeft: number
  /** In connected time. */
  dueMs: number
}

/** Stands for the memory that an event takes beside its bytes, so that many empty ones count as well. */
const overheadBytes = 64

/**
 * The events of one direction at their sender, from `send` until their outcome is known. Times are connected time: it
 * stands still while there is no connection.
 *
 * Invariants: sequences are given out once, ascending; every event here is called back exactly once, when it leaves; an
 * event below `#nextUnsent` has been written, one at or above it has not; `#timers` is in the order of `dueMs`, since
 * all wait equally long.
 */
export class OutgoingEvents {
  readonly #limits: SessionLimits
  /** Ascending by sequence, because it is only ever appended to. */
  readonly #events = new Map<number, OutgoingEvent>()
  readonly #timers = new Map<number, OutgoingEvent>()
  readonly #resends = new Map<number, OutgoingEvent>()
  #nextSequence = 1
  #nextUnsent = 1
  #queuedBytes = 0

  constructor(limits: SessionLimits) {
    this.#limits = limits
  }

  /** True once an event has been written. */
  get hasSent(): boolean {
    return this.#nextUnsent > 1
  }

  /** When `advance` has something to do, in connected time; Infinity for never. */
  get nextDueMs(): number {
    for (const event of this.#timers.values()) return event.dueMs
    return Number.POSITIVE_INFINITY
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
    const event = { sequence, name, payload, options, bytes, resendsLeft: retries, periodsLeft: retries, dueMs }
    this.#events.set(sequence, event)
    this.#timers.set(sequence, event)
    this.#queuedBytes += bytes
    return sequence
  }

  /** Lets time pass: what has waited too long fails, or is marked to be written again unless the transport is reliable. */
  advance(connectedMs: number, isReliable: boolean): void {
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
      if (!isReliable && event.sequence < this.#nextUnsent && event.resendsLeft > 0) {
        this.#resends.set(event.sequence, event)
      }
    }
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
  take(fits: (event: OutgoingEvent) => boolean): { events: OutgoingEvent[]; resends: number } {
    const events: OutgoingEvent[] = []
    const again = [...this.#resends.values()].sort((a, b) => a.sequence - b.sequence)
    for (const event of again) {
      if (!fits(event)) return { events, resends: events.length }
      event.resendsLeft--
      this.#resends.delete(event.sequence)
      events.push(event)
    }
    const resends = events.length
    for (; this.#nextUnsent < this.#nextSequence; this.#nextUnsent++) {
      const event = this.#events.get(this.#nextUnsent)
      if (event === undefined) continue
      if (!fits(event)) break
      events.push(event)
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
    return { message: { kind: 'floor', floor, resolved: Math.min(resolved, floor) }, isNeeded }
  }

  /**
   * @param start the first sequence that the ack speaks of, checked together with its end by `checkReceived`
   * @returns whether it brought outcomes that the peer keeps until it is told that they came
   */
  acknowledge(start: number, ack: AckMessage): boolean {
    const settled: [OutgoingEvent, AckRun, Outcome | undefined][] = []
    let index = 0
    let runStart = start
    for (const event of this.#events.values()) {
      if (event.sequence < start) continue
      let run = ack.runs[index]
      while (run && event.sequence >= runStart + runLength(run)) {
        runStart += runLength(run)
        run = ack.runs[++index]
      }
      if (run === undefined) break
      if (run.type === 'skip') continue
      settled.push([event, run, run.type === 'outcomes' ? run.outcomes[event.sequence - runStart] : undefined])
    }
    for (const [event, run, outcome] of settled) {
      // a callback may have ended the session
      if (!this.#events.has(event.sequence)) continue
      if (run.type === 'lost') this.#fail(event, 'event_lost', `'${event.name}' was lost on the way`)
      else this.#succeed(event, outcome)
    }
    return ack.runs.some(({ type }) => type === 'outcomes' || type === 'lost')
  }

  /** The session is over: whatever is left fails. */
  failAll(reason: string): void {
    for (const event of [...this.#events.values()]) {
      if (this.#events.has(event.sequence)) this.#fail(event, 'session_closed', reason)
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
