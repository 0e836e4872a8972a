import type { ByteWriter } from '@tygase/gamestate/bytes'
import { ackEnd } from './ack-builder.js'
import { ConnectedClock } from './connected-clock.js'
import { ProtocolError } from './errors.js'
import { IncomingEvents } from './incoming-events.js'
import type { SessionLimits } from './limits.js'
import { LinkTimers } from './link-timers.js'
import type { AckMessage } from './messages/ack-message.js'
import { type Message, messagesOf, type Role, writeMessage } from './messages/messages.js'
import type { ServerTerms } from './messages/welcome-message.js'
import { type OutgoingEvent, OutgoingEvents } from './outgoing-events.js'
import { RoundTrip } from './round-trip.js'
import type { Outcome, SendOptions, SessionListener } from './session-types.js'
import { outcomeBytes, SettledEvents } from './settled-events.js'
import { StateExchange } from './state-exchange.js'

/** What the receiver has to be told about floor and outcomes rides along for this long before it gets a packet of its own. */
const floorDelayMs = 50
/** So many acks with outcomes may come on a reliable transport before their sender is told at once that it may forget. */
const floorAtOnce = 64
/** Beside name and payload an event or an outcome takes at most this: head, sequences, version, lengths. */
const overheadBytes = 40
/** Kept free in a packet for all that is not events or outcomes. */
const reserveBytes = 256
/** An outcome waits this long at least before it is told again: more often than a round trip would be noise. */
const minResendMs = 100

/** The messages of one packet, checked. */
export interface CheckedPacket {
  messages: readonly Message[]
  ack: { start: number; message: AckMessage } | undefined
}

/** What an exchange needs from its session. */
export interface ExchangeOwner {
  readonly role: Role
  readonly listener: SessionListener
  readonly limits: SessionLimits
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
  readonly #settled = new SettledEvents()
  readonly #incoming: IncomingEvents
  readonly state = new StateExchange()
  readonly roundTrip: RoundTrip
  readonly timers: LinkTimers
  readonly #connected = new ConnectedClock()
  /** What the peer takes: the session's own limits until the server has told its own. */
  #terms: Pick<ServerTerms, 'maxPacketBytes' | 'maxEventsPerPacket' | 'maxEventBytes'>
  #names: readonly string[] = []
  #nameIndex = new Map<string, number>()
  #isReliable = true
  #lastWritten: number | undefined
  #ackReference = 0
  #floorOwed = 0
  #floorAt = Number.POSITIVE_INFINITY
  #isDelivering = false
  readonly #counts = { eventsIn: 0, eventsOut: 0, resent: 0 }

  constructor(owner: ExchangeOwner, now: number) {
    this.#owner = owner
    this.#terms = owner.limits
    this.#outgoing = new OutgoingEvents(owner.limits)
    this.#incoming = new IncomingEvents(this.#settled, owner.limits.maxPendingEvents)
    this.roundTrip = new RoundTrip(now)
    this.timers = new LinkTimers(owner.limits)
  }

  get names(): readonly string[] {
    return this.#names
  }

  get receivedThrough(): number {
    return this.#incoming.receivedThrough
  }

  get counts() {
    return { ...this.#counts, duplicatesIn: this.#incoming.duplicates, lostIn: this.#settled.lostCount }
  }

  /** When a packet has to go out even if nothing new is queued. */
  get flushAt(): number {
    const floorAt = this.#isReliable ? Number.POSITIVE_INFINITY : this.#floorAt
    return Math.min(this.timers.aloneAt(this.roundTrip.rttMs !== undefined), this.#settled.repeatMs, floorAt)
  }

  /** When `advance` has something to do beside that. */
  get dueAt(): number {
    return this.#connected.whenReads(this.#outgoing.nextDueMs)
  }

  setNames(names: readonly string[]): void {
    this.#names = names
    this.#nameIndex = new Map(names.map((name, i) => [name, i + 1]))
  }

  /** Client: the server has told what it takes. */
  adopt(terms: ServerTerms): void {
    this.#terms = terms
    this.timers.adopt(terms)
  }

  /** Another transport. */
  attach(isReliable: boolean, heldVersion: number | undefined, now: number): void {
    this.#isReliable = isReliable
    this.#lastWritten = undefined
    this.#ackReference = 0
    this.timers.attach(now)
    this.#incoming.attach()
    this.#settled.attach(isReliable)
    this.state.attach(isReliable, heldVersion)
  }

  /** Throws `acked_never_sent` when the peer cannot have got what it says. @returns true otherwise */
  checkReceived(through: number): true {
    this.#outgoing.checkReceived(through)
    return true
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
    const size = payload.length + (this.#nameIndex.has(name) ? 0 : name.length)
    const { maxEventBytes, maxPacketBytes } = this.#terms
    const most = Math.min(maxEventBytes, this.#owner.limits.maxEventBytes, maxPacketBytes - reserveBytes * 2)
    if (size > most)
      throw new ProtocolError('event_too_large', `'${name}' has ${size} bytes, at most ${most} may travel`)
    return this.#outgoing.send(name, payload, size, options, this.#connected.read(now))
  }

  settle(sequence: number, outcome: Outcome): void {
    const most = Math.min(this.#owner.limits.maxEventBytes, this.#terms.maxEventBytes)
    if (outcomeBytes(outcome) > most + overheadBytes) {
      throw new ProtocolError(
        'event_too_large',
        `an outcome of ${outcomeBytes(outcome)} bytes, at most ${most} may travel`,
      )
    }
    this.#settled.settle(sequence, outcome)
  }

  /** Lets connected time pass. */
  advance(now: number): void {
    this.#outgoing.advance(this.#connected.read(now), this.#isReliable)
  }

  /** Checks a packet and takes its events in, without calling anybody. Throws `ProtocolError`. */
  check(messages: readonly Message[]): CheckedPacket {
    const [message] = messagesOf(messages, 'ack')
    const start = message && message.start + (this.#isReliable ? this.#ackReference : 0)
    if (start !== undefined && start < 1) throw new ProtocolError('malformed', 'sequences begin with 1')
    const end = message && start !== undefined ? ackEnd(start, message) : 0
    this.#outgoing.checkReceived(end - 1)
    const eventMessages = messagesOf(messages, 'event')
    if (this.#owner.role === 'server' && eventMessages.some(({ minVersion }) => minVersion !== undefined)) {
      throw new ProtocolError('malformed', 'a client names no version that a server would have to wait for')
    }
    const events = this.#incoming.resolve(eventMessages, this.#names, this.#isReliable)
    const [floor] = messagesOf(messages, 'floor')
    // last, since this is the first to change anything: a peer whose packet fails here loses its session anyway
    if (this.#incoming.receive(events, floor?.floor, this.#isReliable) > 0) this.#settled.repeat()
    if (message) this.#ackReference = end
    return { messages, ack: message && start !== undefined ? { start, message } : undefined }
  }

  /** Does what a packet says. */
  act({ messages, ack }: CheckedPacket, now: number): void {
    for (const message of messagesOf(messages, 'time')) this.roundTrip.receive(message, now)
    for (const { resolved } of messagesOf(messages, 'floor')) this.#settled.forget(resolved)
    for (const message of messagesOf(messages, 'have')) this.state.receive(message)
    for (const { version, base, payload } of messagesOf(messages, 'state')) {
      if (this.#owner.isLive()) this.#owner.listener.onState?.(version, base, payload)
    }
    if (ack && this.#owner.isLive() && this.#outgoing.acknowledge(ack.start, ack.message)) {
      this.#floorOwed++
      this.#floorAt = Math.min(this.#floorAt, now + floorDelayMs)
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
    if (have) writeMessage(writer, have)
    this.writeAck(writer, now)
    const { events, resends } = this.#takeEvents(this.#terms.maxPacketBytes - reserveBytes - writer.length)
    const isCrowded = writer.length > 0 || events.length > 0
    const isAlone = now >= this.timers.aloneAt(this.roundTrip.rttMs !== undefined)
    const hasTime = isAlone || (isCrowded && this.timers.ridesAlong(now))
    // each packet stands for itself where one may be missing
    if (!this.#isReliable) this.#lastWritten = undefined
    this.#writeFloor(writer, events, isCrowded, hasTime, now)
    for (const event of events) this.#writeEvent(writer, event)
    this.#counts.eventsOut += events.length - resends
    this.#counts.resent += resends
    if (hasTime) writeMessage(writer, this.roundTrip.message(now))
    return hasTime
  }

  /** Appends what has become of the peer's events, if there is something to tell. */
  writeAck(writer: ByteWriter, now: number): void {
    const resendMs = Math.max(
      minResendMs,
      Math.min((this.roundTrip.rttMs ?? minResendMs) * 2, this.#owner.limits.ackTimeoutMs / 2),
    )
    const ack = this.#settled.take(now, this.#terms.maxPacketBytes / 2, resendMs)
    if (ack) writeMessage(writer, ack)
  }

  #takeEvents(maxBytes: number): { events: OutgoingEvent[]; resends: number } {
    let bytes = 0
    let count = 0
    return this.#outgoing.take(({ name, payload }) => {
      const size = overheadBytes + payload.length + (this.#nameIndex.has(name) ? 0 : name.length * 3)
      if (count === this.#terms.maxEventsPerPacket || bytes + size > maxBytes) return false
      count++
      bytes += size
      return true
    })
  }

  /** Appends the floor where the packet needs it, or where the peer waits for it. */
  #writeFloor(writer: ByteWriter, events: OutgoingEvent[], isCrowded: boolean, hasTime: boolean, now: number): void {
    const isOwed = this.#floorOwed > 0
    if (this.#isReliable) {
      // the order of events says it; only what the peer keeps has to be let go of, and that has time
      if (!isOwed || !(hasTime || this.#floorOwed >= floorAtOnce)) return
    }
    const { message, isNeeded } = this.#outgoing.floor(events)
    // with each TIME as well: a floor that got lost must not hold up what waits for it
    const isTimely = (hasTime && this.#outgoing.hasSent) || (isOwed && (isCrowded || now >= this.#floorAt))
    if (!this.#isReliable && !isNeeded && !isTimely) return
    writeMessage(writer, message)
    this.#floorOwed = 0
    this.#floorAt = Number.POSITIVE_INFINITY
  }

  #writeEvent(writer: ByteWriter, { sequence, name, payload, options }: OutgoingEvent): void {
    const isNext = this.#lastWritten !== undefined && sequence === this.#lastWritten + 1
    const isAhead = options.minVersion === undefined || this.state.isAhead(options.minVersion)
    writeMessage(writer, {
      kind: 'event',
      sequence: isNext ? undefined : sequence,
      minVersion: isAhead ? undefined : options.minVersion,
      name: this.#nameIndex.get(name) ?? name,
      payload,
    })
    this.#lastWritten = sequence
  }
}
