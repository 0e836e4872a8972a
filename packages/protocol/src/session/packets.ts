import type { ByteWriter } from '@tygase/gamestate/internal'
import type { Counters } from '../counters.js'
import { malformed, ProtocolError } from '../errors.js'
import type { OutgoingEvent } from '../events/outgoing-events.js'
import type { SessionLimits } from '../limits.js'
import { ackEnd } from '../wire/event-messages.js'
import * as wire from '../wire/messages.js'
import { type Packet, type PacketLimits, type Readers, readPacket, writeMessage } from '../wire/messages.js'
import type { SessionParts } from './session-parts.js'

/** A pause lasts this long at least: shorter ones would be many, and cost more than the reading between them. */
const leastPauseMs = 20

/**
 * What happens to packets that come faster than the limits allow. `waits`: the transport can stop reading, so they wait in the
 * network. `dropped`: the transport may lose packets anyway. `refused`: it can do neither, and the session ends.
 */
export type Excess = 'waits' | 'dropped' | 'refused'

/** A bucket of tokens. It fills at a steady rate up to a second's worth, and is full at first. */
export class RateLimit {
  readonly #perSecond: number
  #tokens: number
  #filledMs: number

  /** @param perSecond Infinity for no limit */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#filledMs = now
  }

  /**
   * Takes `count` tokens out, even if there are fewer: the missing ones are owed, and none may be taken until they are paid.
   * @returns when that is: `now` if there were enough, a second later at most. Infinity if the bucket never holds so many;
   * none is taken then.
   */
  take(count: number, now: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return now
    if (count > this.#perSecond) return Number.POSITIVE_INFINITY
    const elapsedMs = Math.max(0, now - this.#filledMs)
    this.#filledMs += elapsedMs
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (elapsedMs / 1000) * this.#perSecond) - count
    return this.#tokens >= 0 ? now : now + Math.min(1000, (-this.#tokens / this.#perSecond) * 1000)
  }
}

/** Reads the packets of a session, and keeps them from coming too fast. */
export class PacketRates {
  readonly #counters: Counters
  readonly #packetRate: RateLimit
  readonly #eventRate: RateLimit
  #readableAt = Number.NEGATIVE_INFINITY
  #excess: Excess = 'refused'

  constructor({ maxPacketsPerSecond, maxEventsPerSecond }: SessionLimits, counters: Counters, now: number) {
    this.#counters = counters
    this.#packetRate = new RateLimit(maxPacketsPerSecond, now)
    this.#eventRate = new RateLimit(maxEventsPerSecond, now)
  }

  /** No packet is accepted before that time: a second after the last one at most. */
  get readableAt(): number {
    return this.#readableAt
  }

  /** Another transport. Tokens owed over the last one are still owed. */
  attach(excess: Excess): void {
    this.#excess = excess
  }

  /** @returns undefined for a packet that is dropped. Throws `rate_limited`, and as `readPacket` does. */
  read(bytes: Uint8Array, readers: Readers, limits: PacketLimits, now: number): Packet | undefined {
    // a transport that can wait was not stopped in time for this one
    if (now < this.#readableAt || !this.#takes(this.#packetRate, 1, now)) return this.#exceed('packets')
    const packet = readPacket(bytes, readers, limits)
    const count = packet.event?.length ?? 0
    return count === 0 || this.#takes(this.#eventRate, count, now) ? packet : this.#exceed('events')
  }

  #takes(rate: RateLimit, count: number, now: number): boolean {
    const paidAt = rate.take(count, now)
    if (paidAt === now) return true
    if (paidAt === Number.POSITIVE_INFINITY || this.#excess === 'refused') return false
    if (this.#excess === 'waits' && this.#readableAt <= now) this.#counters.add('readPauses')
    this.#readableAt = Math.max(this.#readableAt, paidAt, now + leastPauseMs)
    return true
  }

  #exceed(what: string): undefined {
    if (this.#excess !== 'dropped') throw new ProtocolError('rate_limited', `too many ${what} in a second`)
    this.#counters.add('packetsDropped')
    return undefined
  }
}

/** A packet whose messages are all checked. */
export interface CheckedPacket {
  readonly packet: Packet
  /** The first sequence of its ACK. */
  readonly ackStart: number
  readonly bytes: number
}

/**
 * Takes in the packets between two handshakes: `check` reads all of one, then `apply` lets it take effect.
 *
 * The order is: acks take their events out of the pending ones, `onState`, `onAck` and `onFail`, `onEvent`. So at each
 * callback of a client an event is in the newest version exactly if it is no longer pending.
 */
export class PacketReader {
  readonly #parts: SessionParts
  #isReliable = true
  /** The start of the next ACK on this transport is relative to this. */
  #ackReference = 0
  /** True while callbacks of a packet or of `deliver` run. */
  #isDelivering = false

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** Another transport. */
  attach(isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#ackReference = 0
  }

  /** Checks all messages of a packet and takes its events in, without a callback. Throws `ProtocolError`. */
  check(packet: Packet, bytes: number): CheckedPacket {
    const { incoming, outcomes, outgoing } = this.#parts
    const { ack, event: events = [], floor } = packet
    let ackStart = 0
    let end = 0
    if (ack) {
      ackStart = ack.start + (this.#isReliable ? this.#ackReference : 0)
      if (ackStart < 1) throw malformed('sequences begin with 1')
      end = ackEnd(ackStart, ack)
      outgoing.checkReceived(end - 1)
    }
    if (events.length > 0 || floor) {
      const received = incoming.resolve(events, outgoing.encoder.names, this.#isReliable)
      // last, since this is the first to change anything: a peer whose packet fails here loses its session anyway
      if (incoming.receive(received, floor?.floor, this.#isReliable) > 0) outcomes.repeat()
    }
    if (ack) this.#ackReference = end
    return { packet, ackStart, bytes }
  }

  /** Does what a checked packet says, and calls the listener. */
  apply({ packet, ackStart, bytes }: CheckedPacket, now: number): void {
    const { life, listener, states, outcomes, outgoing, floorDebt, roundTrip, connected } = this.#parts
    const { time, floor, have, state: stateMessages = [], ack } = packet
    if (time) roundTrip.receive(time, now)
    if (floor) outcomes.forget(floor.resolved)
    if (have) states.receive(have)
    if (ack) {
      const kept = outgoing.acknowledge(ackStart, ack, connected.read(now))
      if (kept > 0) floorDebt.add(kept, bytes, now)
    }
    const wasDelivering = this.#isDelivering
    this.#isDelivering = true
    try {
      for (const { version, base, payload } of stateMessages) {
        if (life.isLive) listener.onState?.(version, base, payload)
      }
      outgoing.callBack()
    } finally {
      this.#isDelivering = wasDelivering
    }
    this.deliver()
  }

  /** Hands out the events that may be handled now. */
  deliver(): void {
    // a callback may bring the replica forward, which leads here again: the outer call goes on with the events released by it
    if (this.#isDelivering) return
    this.#isDelivering = true
    const { life, listener, incoming, outcomes, states, counters } = this.#parts
    try {
      while (life.isLive) {
        const event = incoming.next(states.held)
        if (event === undefined) return
        const { sequence, name, payload } = event
        outcomes.handed(sequence)
        counters.add('eventsIn')
        listener.onEvent({ sequence, name, payload })
      }
    } finally {
      this.#isDelivering = false
    }
  }
}

/** An outcome waits this long at least before it is sent again: more often than a round trip would be noise. */
const minResendMs = 100

/**
 * Writes the packets between two handshakes: HAVE, ACK, FLOOR, EVENTs and TIME.
 *
 * An event is in a version exactly if the packet that brings the version acks it, or one before. So a server's ACK on a
 * reliable transport is never cut. On others, each packet with a version that the client may not have yet repeats the ACK,
 * since the packet with the first one may be lost.
 */
export class PacketWriter {
  readonly #parts: SessionParts
  #isReliable = true
  /**
   * A client with this version, or a later one, has all outcomes: each packet with a version since has had them. Infinity if
   * no version has gone out with the newest ones. For transports that are not reliable.
   */
  #ackedVersion = Number.NEGATIVE_INFINITY

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** True if there is something to send that is worth a packet. */
  get hasNews(): boolean {
    const { outgoing, outcomes, states, roundTrip, floorDebt } = this.#parts
    return outgoing.hasUnwritten || outcomes.hasNews || states.hasNews || roundTrip.owesAnswer || floorDebt.isLarge
  }

  /** When a packet has to go out even without news. */
  get flushAt(): number {
    if (this.#isReliable) return this.#aloneAt
    const { outcomes, floorDebt } = this.#parts
    return Math.min(this.#aloneAt, outcomes.repeatMs, floorDebt.dueMs)
  }

  /** True if a client that gets a version with the next packet may have missed ACKs before it. */
  get mayMissAcks(): boolean {
    const { outcomes, states } = this.#parts
    if (this.#isReliable || !outcomes.isUnresolved) return false
    return states.base === undefined || states.base < this.#ackedVersion
  }

  /** Another transport. */
  attach(isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#ackedVersion = Number.NEGATIVE_INFINITY
  }

  /**
   * Appends all that is to be sent now.
   * @param version of the state that goes with the packet; undefined for none
   * @returns true if a TIME is among it
   */
  write(writer: ByteWriter, version: number | undefined, now: number): boolean {
    const { states, outgoing, roundTrip, times, connected, counters } = this.#parts
    const have = states.take()
    if (have) writeMessage(writer, wire.haveWriter, have)
    this.writeAck(writer, version, now)
    const moment = { connectedMs: connected.read(now), isReliable: this.#isReliable, rttMs: roundTrip.rttMs }
    const { events, resends } = outgoing.take(writer.length, moment)
    const isCrowded = writer.length > 0 || events.length > 0
    const isAlone = roundTrip.owesAnswer || now >= this.#aloneAt
    const hasTime = isAlone || (isCrowded && times.ridesAlong(now))
    // each packet is read by itself if the one before may be missing
    if (!this.#isReliable) outgoing.encoder.restart()
    this.#writeFloor(writer, events, isCrowded, hasTime, now)
    for (const event of events) {
      const { minVersion } = event.options
      const isAhead = minVersion === undefined || states.isAhead(minVersion)
      writeMessage(writer, wire.event, outgoing.encoder.encode(event, isAhead))
    }
    if (events.length > resends) counters.add('eventsOut', events.length - resends)
    if (resends > 0) counters.add('eventsResent', resends)
    if (hasTime) writeMessage(writer, wire.time, roundTrip.message(now))
    return hasTime
  }

  /** Appends the outcomes of the peer's events, if there are any to send. @param version as in `write` */
  writeAck(writer: ByteWriter, version: number | undefined, now: number): void {
    const { handshake, limits, outcomes, outgoing, roundTrip } = this.#parts
    const isWhole = version !== undefined && (this.mayMissAcks || (!this.#isReliable && outcomes.hasNews))
    if (!isWhole && !outcomes.isDue(now)) return
    if (outcomes.hasNews || (isWhole && this.#ackedVersion === Number.POSITIVE_INFINITY)) {
      this.#ackedVersion = version ?? Number.POSITIVE_INFINITY
    }
    const resendMs = Math.max(minResendMs, Math.min((roundTrip.rttMs ?? minResendMs) * 2, limits.ackTimeoutMs / 2))
    const isCut = handshake.role === 'client' || !this.#isReliable
    const maxBytes = isCut ? outgoing.peerLimits.maxPacketBytes / 2 : Number.POSITIVE_INFINITY
    const ack = outcomes.take({ nowMs: now, maxBytes, resendMs, isWhole })
    if (ack) writeMessage(writer, wire.ack, ack)
  }

  get #aloneAt(): number {
    const { times, roundTrip } = this.#parts
    return times.aloneAt(roundTrip.rttMs !== undefined)
  }

  /** Appends the floor if the packet needs it, or if the peer waits for it. */
  #writeFloor(
    writer: ByteWriter,
    events: readonly OutgoingEvent[],
    isCrowded: boolean,
    hasTime: boolean,
    now: number,
  ): void {
    const { outgoing, floorDebt } = this.#parts
    const { isOwed, isLarge, dueMs } = floorDebt
    // on a reliable transport it follows from the order of events; only outcomes that the peer keeps need it, without haste
    if (this.#isReliable && !(isOwed && (hasTime || isLarge))) return
    const { message, isNeeded } = outgoing.floor(events)
    // with each TIME as well: a floor that got lost must not hold up the events that wait for it
    const isTimely = (hasTime && outgoing.hasSent) || (isOwed && (isCrowded || now >= dueMs))
    if (!this.#isReliable && !isNeeded && !isTimely) return
    writeMessage(writer, wire.floor, message)
    floorDebt.clear()
  }
}
