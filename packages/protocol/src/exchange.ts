import type { ByteWriter } from '@tygase/gamestate/bytes'
import { ackEnd } from './ack-builder.js'
import { ConnectedClock } from './connected-clock.js'
import { malformed, ProtocolError } from './errors.js'
import { EventWriter } from './event-writer.js'
import { FloorDebt } from './floor-debt.js'
import { IncomingEvents } from './incoming-events.js'
import {
  bearableTimes,
  type EventLimits,
  receiveLimitsOfClient,
  type SessionLimits,
  sendLimitsOfClient,
} from './limits.js'
import { LinkTimers } from './link-timers.js'
import { writeAck } from './messages/ack-message.js'
import { maxNameLength, writeFloor } from './messages/event-message.js'
import type { Packet } from './messages/packet-contents.js'
import { writeHave } from './messages/state-message.js'
import { writeTime } from './messages/time-message.js'
import type { ServerTerms } from './messages/welcome-message.js'
import { type OutgoingEvent, OutgoingEvents } from './outgoing-events.js'
import { RoundTrip } from './round-trip.js'
import type { Outcome, SendOptions, SessionListener } from './session-types.js'
import { outcomeBytes, SettledEvents } from './settled-events.js'
import { StateExchange } from './state-exchange.js'

/** Beside what the handler returned an outcome takes at most this. */
const overheadBytes = 40
/** Kept free in a packet for all that is not events or outcomes. */
const reserveBytes = 256
/** An outcome waits this long at least before it is told again: more often than a round trip would be noise. */
const minResendMs = 100

/** What an exchange needs from its session. */
export interface ExchangeOwner {
  readonly listener: SessionListener
  readonly limits: SessionLimits
  /** Those of them that the caller has given. */
  readonly givenLimits: Partial<SessionLimits>
  /** False once the session has ended, which may happen within any call to the listener. */
  isLive(): boolean
}

/**
 * What two connected sides exchange in ordinary packets: events and acks, states, times. The session around it knows when
 * there is a connection.
 */
export class Exchange {
  readonly #owner: ExchangeOwner
  readonly #outgoing: OutgoingEvents
  readonly #settled: SettledEvents
  readonly #incoming: IncomingEvents
  readonly #events = new EventWriter()
  readonly state = new StateExchange()
  readonly roundTrip: RoundTrip
  readonly timers: LinkTimers
  readonly #connected = new ConnectedClock()
  readonly #floorDebt = new FloorDebt()
  /** What the peer takes in a packet: as this side does, until the server has told. */
  #packetTerms: Pick<ServerTerms, 'maxPacketBytes' | 'maxEventsPerPacket'>
  #sendLimits: EventLimits
  #receiveLimits: SessionLimits
  #isReliable = true
  /** Where the acks of this transport have got to, of both directions. */
  #ackReference = 0
  #isDelivering = false
  readonly #counts = { eventsIn: 0, eventsOut: 0, resent: 0 }

  constructor(owner: ExchangeOwner, now: number) {
    const { limits } = owner
    this.#owner = owner
    this.#packetTerms = limits
    this.#sendLimits = limits
    this.#receiveLimits = limits
    this.#outgoing = new OutgoingEvents(limits)
    this.#settled = new SettledEvents(limits.maxPendingBytes)
    this.#incoming = new IncomingEvents(this.#settled, limits)
    this.roundTrip = new RoundTrip(now)
    this.timers = new LinkTimers(limits)
  }

  get names(): readonly string[] {
    return this.#events.names
  }

  set names(names: readonly string[]) {
    this.#events.names = names
  }

  /** What may be sent: both sides take it. */
  get sendLimits(): EventLimits {
    return this.#sendLimits
  }

  /** What this side takes. */
  get receiveLimits(): SessionLimits {
    return this.#receiveLimits
  }

  get receivedThrough(): number {
    return this.#incoming.receivedThrough
  }

  get counts() {
    return { ...this.#counts, duplicatesIn: this.#incoming.duplicates, lostIn: this.#settled.lostCount }
  }

  /** Whether there is something to say that is worth a packet. */
  get hasNews(): boolean {
    return (
      this.#outgoing.hasUnwritten ||
      this.#settled.hasNews ||
      this.state.hasNews ||
      this.roundTrip.owesAnswer ||
      this.#floorDebt.isLarge
    )
  }

  /** When a packet has to go out even without news. */
  get flushAt(): number {
    if (this.#isReliable) return this.#aloneAt
    return Math.min(this.#aloneAt, this.#settled.repeatMs, this.#floorDebt.dueMs)
  }

  /** When `advance` has something to do. */
  get dueAt(): number {
    const dueMs = this.#outgoing.nextDueMs
    return dueMs === Number.POSITIVE_INFINITY ? dueMs : this.#connected.whenReads(dueMs)
  }

  /** Client: the server has told what it takes. */
  adopt(terms: ServerTerms): void {
    const { limits, givenLimits } = this.#owner
    this.#packetTerms = terms
    this.#sendLimits = sendLimitsOfClient(givenLimits, terms)
    this.#receiveLimits = { ...limits, ...receiveLimitsOfClient(limits, terms) }
    this.timers.adopt(bearableTimes(terms))
  }

  /** Another transport. */
  attach(isReliable: boolean, heldVersion: number | undefined, now: number): void {
    this.#isReliable = isReliable
    this.#events.restart()
    this.#ackReference = 0
    this.timers.attach(now, isReliable)
    this.#incoming.attach()
    this.#outgoing.attach()
    this.#settled.attach(isReliable)
    this.state.attach(isReliable, heldVersion)
  }

  /** Throws `acked_never_sent` when the peer cannot have got what it says. */
  checkReceived(through: number): void {
    this.#outgoing.checkReceived(through)
  }

  /**
   * Both sides have met on it.
   * @param receivedThrough what the peer has got of this side's events; undefined when the session is new
   */
  begin(peerStartMs: number, receivedThrough: number | undefined, now: number): void {
    this.roundTrip.attach(peerStartMs)
    this.#connected.start(now)
    if (receivedThrough !== undefined) this.#outgoing.resume(receivedThrough)
  }

  /** Nothing of the peer is read before `ms`, so its silence until then means nothing and no event gets older. */
  waitUntil(ms: number, now: number): void {
    this.timers.received(ms)
    this.#connected.waitUntil(ms, now)
  }

  /** The transport is gone. */
  stop(now: number): void {
    this.#connected.stop(now)
  }

  /** The session is over. */
  end(reason: string): void {
    this.#incoming.clear()
    this.#outgoing.failAll(reason)
  }

  send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    const { retries = 0, minVersion = 0 } = options
    if (!(retries >= 0 && (Number.isInteger(retries) || retries === Number.POSITIVE_INFINITY))) {
      throw new ProtocolError('invalid_argument', `retries is a count or Infinity, not ${retries}`)
    }
    if (!Number.isSafeInteger(minVersion) || minVersion < 0) {
      throw new ProtocolError('invalid_argument', `minVersion is a version, not ${minVersion}`)
    }
    const size = this.#events.sizeOf(name, payload)
    const most = Math.min(this.#sendLimits.maxEventBytes, this.#packetTerms.maxPacketBytes - reserveBytes * 2)
    if (size > most || this.#events.nameLength(name) > maxNameLength) {
      throw new ProtocolError(
        'event_too_large',
        `'${name.slice(0, maxNameLength)}' has ${size} bytes and a name of ${name.length}; at most ${most} and ${maxNameLength} may travel`,
      )
    }
    return this.#outgoing.send(name, payload, size, options, this.#connected.read(now))
  }

  settle(sequence: number, outcome: Outcome): void {
    const bytes = outcomeBytes(outcome)
    const most = this.#sendLimits.maxEventBytes
    if (bytes > most + overheadBytes) {
      throw new ProtocolError('event_too_large', `an outcome of ${bytes} bytes, at most ${most} may travel`)
    }
    this.#settled.settle(sequence, outcome)
  }

  /** Lets connected time pass. */
  advance(now: number): void {
    this.#outgoing.advance(this.#connected.read(now))
  }

  /** Checks a packet and takes its events in, without calling anybody. Throws `ProtocolError`. @returns where its ACK starts */
  check({ ack, events, floor }: Packet): number {
    let start = 0
    let end = 0
    if (ack) {
      start = ack.start + (this.#isReliable ? this.#ackReference : 0)
      if (start < 1) throw malformed('sequences begin with 1')
      end = ackEnd(start, ack)
      this.#outgoing.checkReceived(end - 1)
    }
    if (events.length > 0 || floor) {
      const received = this.#incoming.resolve(events, this.names, this.#isReliable)
      // last, since this is the first to change anything: a peer whose packet fails here loses its session anyway
      if (this.#incoming.receive(received, floor?.floor, this.#isReliable) > 0) this.#settled.repeat()
    }
    if (ack) this.#ackReference = end
    return start
  }

  /** Does what a checked packet says. @param bytes of the packet */
  act({ time, floor, have, states, ack }: Packet, ackStart: number, bytes: number, now: number): void {
    if (time) this.roundTrip.receive(time, now)
    if (floor) this.#settled.forget(floor.resolved)
    if (have) this.state.receive(have)
    for (const { version, base, payload } of states) {
      if (this.#owner.isLive()) this.#owner.listener.onState?.(version, base, payload)
    }
    if (ack && this.#owner.isLive()) {
      const kept = this.#outgoing.acknowledge(ackStart, ack, this.#connected.read(now))
      if (kept > 0) this.#floorDebt.add(kept, bytes, now)
    }
    this.deliver()
  }

  /** Hands out the events that may be handled now. */
  deliver(): void {
    // a handler may bring the replica forward, which leads here again: the outer call goes on with what that released
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      while (this.#owner.isLive()) {
        const event = this.#incoming.next(this.state.held)
        if (event === undefined) return
        const { sequence, name, payload } = event
        this.#settled.handed(sequence)
        this.#counts.eventsIn++
        this.#owner.listener.onEvent({ sequence, name, payload })
      }
    } finally {
      this.#isDelivering = false
    }
  }

  /** Appends all that is to say now. @returns whether a TIME is among it */
  write(writer: ByteWriter, now: number): boolean {
    const have = this.state.take()
    if (have) writeHave(writer, have)
    this.writeAck(writer, now)
    const { events, resends } = this.#takeEvents(this.#packetTerms.maxPacketBytes - reserveBytes - writer.length, now)
    const isCrowded = writer.length > 0 || events.length > 0
    const isAlone = this.roundTrip.owesAnswer || now >= this.#aloneAt
    const hasTime = isAlone || (isCrowded && this.timers.ridesAlong(now))
    // each packet stands for itself where one may be missing
    if (!this.#isReliable) this.#events.restart()
    this.#writeFloor(writer, events, isCrowded, hasTime, now)
    for (const event of events) {
      const { minVersion } = event.options
      this.#events.write(writer, event, minVersion === undefined || this.state.isAhead(minVersion))
    }
    this.#counts.eventsOut += events.length - resends
    this.#counts.resent += resends
    if (hasTime) writeTime(writer, this.roundTrip.message(now))
    return hasTime
  }

  /** Appends what has become of the peer's events, if there is something to tell. */
  writeAck(writer: ByteWriter, now: number): void {
    if (!this.#settled.isDue(now)) return
    const resendMs = Math.max(
      minResendMs,
      Math.min((this.roundTrip.rttMs ?? minResendMs) * 2, this.#owner.limits.ackTimeoutMs / 2),
    )
    const ack = this.#settled.take(now, this.#packetTerms.maxPacketBytes / 2, resendMs)
    if (ack) writeAck(writer, ack)
  }

  get #aloneAt(): number {
    return this.timers.aloneAt(this.roundTrip.rttMs !== undefined)
  }

  #takeEvents(maxBytes: number, now: number) {
    let bytes = 0
    let count = 0
    const fits = (event: OutgoingEvent): boolean => {
      const size = this.#events.mostBytes(event)
      if (count === this.#packetTerms.maxEventsPerPacket || bytes + size > maxBytes) return false
      count++
      bytes += size
      return true
    }
    return this.#outgoing.take(fits, {
      connectedMs: this.#connected.read(now),
      isReliable: this.#isReliable,
      rttMs: this.roundTrip.rttMs,
    })
  }

  /** Appends the floor where the packet needs it, or where the peer waits for it. */
  #writeFloor(
    writer: ByteWriter,
    events: readonly OutgoingEvent[],
    isCrowded: boolean,
    hasTime: boolean,
    now: number,
  ): void {
    const { isOwed, isLarge, dueMs } = this.#floorDebt
    // on a reliable transport the order of events says it; only what the peer keeps has to be let go of, and that has time
    if (this.#isReliable && !(isOwed && (hasTime || isLarge))) return
    const { message, isNeeded } = this.#outgoing.floor(events)
    // with each TIME as well: a floor that got lost must not hold up what waits for it
    const isTimely = (hasTime && this.#outgoing.hasSent) || (isOwed && (isCrowded || now >= dueMs))
    if (!this.#isReliable && !isNeeded && !isTimely) return
    writeFloor(writer, message)
    this.#floorDebt.clear()
  }
}
