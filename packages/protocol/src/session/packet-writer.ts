import type { ByteWriter } from '@tygase/gamestate/internal'
import type { OutgoingEvent } from '../events/outgoing-events.js'
import * as wire from '../wire/messages.js'
import { writeMessage } from '../wire/messages.js'
import type { SessionParts } from './session-parts.js'

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
