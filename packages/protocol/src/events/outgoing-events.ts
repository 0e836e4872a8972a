import { atOnce, faultOfNumber } from '@tygase/gamestate/internal'
import { ProtocolError, type ProtocolErrorCode, type Refusal } from '../errors.js'
import { bookkeepingBytes, maxNameLength, reserveBytes } from '../fixed-limits.js'
import type { ClientLimits, EventLimits } from '../limits.js'
import type { Outcome, SendOptions } from '../session/session-types.js'
import { never } from '../timing.js'
import { type AckMessage, type AckRun, EventEncoder, runLength } from '../wire/event-messages.js'
import type { MakeList, SequenceList } from './sequence-list.js'

/** An event between `send` and its outcome. */
export interface OutgoingEvent {
  readonly sequence: number
  readonly name: string
  /** Changes together with the two below if another event takes its place. */
  payload: Uint8Array
  options: SendOptions
  /** What it counts for in `maxQueuedBytes`. */
  bytes: number
  /** How many more times it may be written after the first. */
  resendsLeft: number
  /** How many times it has been written again. */
  resends: number
  /** How many more times `ackTimeoutMs` may pass. */
  periodsLeft: number
  /** In connected time, as the two below: when the current period ends. */
  dueMs: number
  /** When it was written last; Infinity before that, and on a reliable transport. */
  writtenMs: number
  /** When it has to be written again on a transport that is not reliable. */
  resendMs: number
}

/** The moment in which `take` writes. */
export interface WritingNow {
  readonly connectedMs: number
  /** On the clock of `repeatUntilMs`. */
  readonly nowMs: number
  readonly rttMs: number | undefined
}

/** When events are written again on a transport that is not reliable. */
export interface Resends {
  /** When `due` has an event at the soonest. */
  readonly nextMs: number
  /** An event is being written. */
  written(event: OutgoingEvent, now: WritingNow): void
  /** The newest event of an ACK. */
  acked(event: OutgoingEvent, connectedMs: number): void
  /** @param written events that are still pending. @returns those that have to be written again now */
  due(written: readonly OutgoingEvent[], connectedMs: number): OutgoingEvent[]
  /**
   * @param usedBytes of a packet that is being written
   * @returns the events taken for it, and those that go into it again although they may have come: they have no ack yet
   */
  withRepeats(taken: TakenEvents, usedBytes: number, outgoing: OutgoingEvents, now: WritingNow): TakenEvents
}

/** What the peer takes: this side's own limits until the server's terms have come. */
export interface PeerLimits extends EventLimits {
  maxPacketBytes: number
  maxEventsPerPacket: number
}

/** Events of one packet, ascending by sequence; `resends` of them, at the front, were written before. */
export interface TakenEvents {
  readonly events: readonly OutgoingEvent[]
  readonly resends: number
}

const noEvents: TakenEvents = { events: [], resends: 0 }

/**
 * The events of one direction at their sender, from `send` until their outcome is known. Times are connected time: it
 * stops while there is no connection.
 *
 * An outcome takes its event out of here at once; `onAck` and `onFail` are called later, by `callBack` alone.
 *
 * Invariants: sequences are given out once, ascending; every event is called back exactly once; an event below `#nextUnsent`
 * has been written, one at or above it has not; `#timers` is in the order of `dueMs`, since none waits shorter than one before it.
 */
export class OutgoingEvents {
  readonly encoder = new EventEncoder()
  /** May rise: events wait for their acks no shorter than those before. */
  ackTimeoutMs: number
  /** Server: called for each event that is not pending any more. */
  declare onOutcome?: (isAcked: boolean) => void
  readonly #limits: ClientLimits
  #peerLimits: PeerLimits
  readonly #events: SequenceList<OutgoingEvent>
  /** In the order of `dueMs`: a set keeps the order in which events came. */
  readonly #timers = new Set<OutgoingEvent>()
  readonly #resends = new Map<number, OutgoingEvent>()
  /** Calls of events that have their outcome, in the order in which it became known. */
  readonly #calls = new Set<() => void>()
  #nextSequence = 1
  #nextUnsent = 1
  #queuedBytes = 0
  /** Set on a transport that is not reliable. */
  #resendTimes: Resends | undefined

  constructor(limits: ClientLimits, makeList: MakeList) {
    this.#events = makeList()
    this.ackTimeoutMs = limits.ackTimeoutMs
    this.#limits = limits
    this.#peerLimits = limits
  }

  get peerLimits(): Readonly<PeerLimits> {
    return this.#peerLimits
  }

  /** Client: the server's terms have come. */
  adopt(limits: PeerLimits): void {
    this.#peerLimits = limits
  }

  /** The sequence of the next event. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** The sequence of the first event that was not written yet, or of the next one. */
  get nextUnsent(): number {
    return this.#nextUnsent
  }

  /** Server: the sequence of the next event, and the first one that counts as not written, if another process was here before. */
  goOn(nextSequence: number, nextUnsent: number): void {
    this.#nextSequence = nextSequence
    this.#nextUnsent = nextUnsent
  }

  /** True if `take` has events to write. */
  get hasUnwritten(): boolean {
    return this.#nextUnsent < this.#nextSequence || this.#resends.size > 0
  }

  /** When `advance` has something to do, in connected time; Infinity for never. */
  get nextDueMs(): number {
    const first = this.#timers.values().next().value
    if (first === undefined) return never
    return Math.min(first.dueMs, this.#resendTimes?.nextMs ?? never)
  }

  /** Events without an outcome. */
  get size(): number {
    return this.#events.size
  }

  /** True until the outcome of the event is known. */
  isPending(sequence: number): boolean {
    return this.#events.find(sequence) !== undefined
  }

  /** @returns the event's sequence. Throws `invalid_argument`, `event_too_large`, `queue_full`. */
  send(name: string, payload: Uint8Array, options: SendOptions, connectedMs: number): number {
    const { retries = 0 } = options
    const fault = faultOfNumber({ name: 'retries', min: 0, whole: true }, retries)
    if (fault !== undefined) throw new ProtocolError('invalid_argument', fault)
    const size = payload.length + this.encoder.nameLength(name)
    this.#checkSize(name, size)
    const bytes = size + bookkeepingBytes
    const old = options.replace ? this.#unwritten(name, options.tick) : undefined
    const waiting = this.#events.size - (old ? 1 : 0)
    const queuedBytes = this.#queuedBytes - (old?.bytes ?? 0) + bytes
    // one alone is taken, however large: the peer may take more than this side was made for
    if ((waiting > 0 && queuedBytes > this.#limits.maxQueuedBytes) || waiting >= this.#limits.maxQueuedEvents) {
      throw new ProtocolError('queue_full', `${waiting} events wait for their acks`)
    }
    this.#queuedBytes = queuedBytes
    if (old) {
      const { onFail } = old.options
      Object.assign(old, { payload, options, bytes, resendsLeft: retries, periodsLeft: retries })
      if (onFail) atOnce('onFail', onFail(new ProtocolError('event_replaced', `a later '${name}' was sent`)))
      return old.sequence
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
      dueMs: connectedMs + this.ackTimeoutMs,
      writtenMs: never,
      resendMs: never,
    }
    this.#events.push(event)
    this.#timers.add(event)
    return sequence
  }

  /** Lets time pass: an event that has waited too long fails, or is marked to be written again. */
  advance(connectedMs: number): void {
    if (this.#resendTimes && connectedMs >= this.#resendTimes.nextMs) {
      const written = this.#events.values().filter(({ sequence }) => sequence < this.#nextUnsent)
      for (const event of this.#resendTimes.due(written, connectedMs)) this.#resends.set(event.sequence, event)
    }
    for (const event of this.#timers) {
      if (event.dueMs > connectedMs) return
      if (event.periodsLeft === 0) {
        this.#events.remove(event.sequence)
        this.#fail(event, 'event_timeout', `no ack for '${event.name}' in time`)
        continue
      }
      event.periodsLeft--
      // counted from now, not from when it was due: that keeps the timers in order
      event.dueMs = connectedMs + this.ackTimeoutMs
      this.#timers.delete(event)
      this.#timers.add(event)
    }
  }

  /** Another transport: `resume` deals with the events under way on the old one. */
  attach(resendTimes?: Resends): void {
    this.encoder.restart()
    this.#resendTimes = resendTimes
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
    for (const event of this.#events.values()) {
      if (event.sequence >= this.#nextUnsent) break
      event.resendMs = never
      if (event.sequence <= receivedThrough) continue
      if (event.resendsLeft > 0) this.#resends.set(event.sequence, event)
      else {
        this.#events.remove(event.sequence)
        this.#fail(event, 'event_lost', `'${event.name}' was lost on the way`)
      }
    }
  }

  /**
   * Takes the events for the next packet, which count as written from here on.
   * @param usedBytes of the packet already
   */
  take(usedBytes: number, now: WritingNow): TakenEvents {
    const taken = this.hasUnwritten ? this.#take(usedBytes, now) : noEvents
    return this.#resendTimes?.withRepeats(taken, usedBytes, this, now) ?? taken
  }

  #take(usedBytes: number, now: WritingNow): TakenEvents {
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
      events.push(event)
      this.#resendTimes?.written(event, now)
    }
    const resends = events.length
    for (;;) {
      const event = this.#events.from(this.#nextUnsent)
      if (event === undefined) this.#nextUnsent = this.#nextSequence
      if (event === undefined || !fits(event)) return { events, resends }
      this.#nextUnsent = event.sequence + 1
      events.push(event)
      this.#resendTimes?.written(event, now)
    }
  }

  /** The first sequence that may still be written or acked. */
  get resolved(): number {
    return this.#events.first?.sequence ?? this.#nextSequence
  }

  /** @returns the first event at or above `sequence` that is still pending */
  pendingFrom(sequence: number): OutgoingEvent | undefined {
    return this.#events.from(sequence)
  }

  /** @returns an event with this name and tick that was not written yet */
  #unwritten(name: string, tick: number | undefined): OutgoingEvent | undefined {
    let event = this.#events.from(this.#nextUnsent)
    while (event !== undefined && (event.name !== name || event.options.tick !== tick)) {
      event = this.#events.from(event.sequence + 1)
    }
    return event
  }

  /**
   * Takes the events of an ACK out; `callBack` calls them.
   * @param start the first sequence of the ACK, checked together with its end by `checkReceived`
   * @returns how many of its outcomes the peer keeps until a FLOOR frees them
   */
  acknowledge(start: number, ack: AckMessage, connectedMs: number): number {
    let runStart = start
    let kept = 0
    let newest: OutgoingEvent | undefined
    for (const run of ack.runs) {
      const runEnd = runStart + runLength(run)
      // only events that are still pending are looked at: a peer may ack the same ones again and again
      for (const event of run.type === 'skip' ? noEvents.events : this.#events.take(runStart, runEnd)) {
        if (run.type === 'lost') this.#fail(event, 'event_lost', `'${event.name}' was lost on the way`)
        else {
          newest = event
          this.#settle(event, run.type === 'outcomes' ? run.outcomes[event.sequence - runStart] : undefined)
        }
      }
      kept += keptOf(run)
      runStart = runEnd
    }
    if (newest) this.#resendTimes?.acked(newest, connectedMs)
    return kept
  }

  /** Calls `onAck` or `onFail` of each event that has got its outcome, in the order of the outcomes. */
  callBack(): void {
    // a callback may bring further outcomes, which come last; one that throws leaves the others for the next time
    for (const call of this.#calls) {
      this.#calls.delete(call)
      call()
    }
  }

  /** The session is over: all events that are left fail. */
  failAll(reason: string): void {
    const events = this.#events.values()
    this.#events.clear()
    for (const event of events) this.#fail(event, 'session_closed', reason)
  }

  #checkSize(name: string, size: number): void {
    const { maxEventBytes, maxPacketBytes } = this.#peerLimits
    const most = Math.min(maxEventBytes, maxPacketBytes - reserveBytes * 2)
    if (size <= most && this.encoder.nameLength(name) <= maxNameLength) return
    throw new ProtocolError(
      'event_too_large',
      `'${name.slice(0, maxNameLength)}' has ${size} bytes with a name of ${name.length}, at most ${most} and ${maxNameLength} are allowed`,
    )
  }

  /** @param event that is not among the pending ones any more, as for `#fail` */
  #settle(event: OutgoingEvent, outcome: Outcome | undefined): void {
    if (outcome?.kind === 'refused') {
      const { code, message } = outcome
      return this.#fail(event, 'event_refused', `'${event.name}' was refused: ${message || code}`, { code, message })
    }
    const { onAck } = event.options
    this.#release(event, true)
    if (onAck) this.#calls.add(() => atOnce('onAck', onAck(outcome?.payload)))
  }

  #fail(event: OutgoingEvent, code: ProtocolErrorCode, message: string, refusal?: Refusal): void {
    const { onFail } = event.options
    this.#release(event, !!refusal)
    if (onFail) this.#calls.add(() => atOnce('onFail', onFail(new ProtocolError(code, message, { refusal }))))
  }

  #release(event: OutgoingEvent, isAcked: boolean): void {
    this.onOutcome?.(isAcked)
    this.#timers.delete(event)
    this.#resends.delete(event.sequence)
    this.#queuedBytes -= event.bytes
  }
}

/** Neighbours that were lost are kept as one; events that are simply done are not kept. */
function keptOf(run: AckRun): number {
  if (run.type === 'outcomes') return run.outcomes.length
  return run.type === 'lost' ? 1 : 0
}

/** True for a pending event that may be written, once more or for the first time. A function, which pages do not load. */
export function mayBeWritten({ sequence, resendsLeft }: OutgoingEvent, { nextUnsent }: OutgoingEvents): boolean {
  return resendsLeft > 0 || sequence >= nextUnsent
}
