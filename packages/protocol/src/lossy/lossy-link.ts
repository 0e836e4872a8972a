import { mayBeWritten, type OutgoingEvent, type OutgoingEvents } from '../events/outgoing-events.js'
import type { LossyDelivery, Role } from '../session/role.js'
import type { LossyWork, SessionParts } from '../session/session-parts.js'
import type { AckMessage } from '../wire/event-messages.js'
import type { FloorMessage } from '../wire/messages.js'
import { RepeatedOutcomes } from './repeated-outcomes.js'
import { isRepeated, ResendTimes } from './resend-times.js'

/** An outcome waits this long at least before it is sent again: more often than a round trip would be noise. */
const minResendMs = 100

/**
 * A network that has said nothing for so long, and for longer than acks take, may have lost what was on its way. Over one that is
 * merely quiet this costs a copy now and then.
 */
const silenceMs = 250

/**
 * What a session does besides over one transport that may lose, double and reorder packets: it repeats events, ACKs and
 * FLOORs by time. A page whose transport is reliable does not load it.
 *
 * An event is in a version exactly if the packet that brings the version acks it, or one before. The packet with the first ACK
 * may be lost. So each packet with a version that the client may not have yet repeats the ACK.
 */
class LossyLink implements LossyWork {
  readonly resendTimes: ResendTimes
  readonly repeats: RepeatedOutcomes
  readonly #parts: SessionParts
  readonly #role: Role
  readonly #floors: Floors
  /**
   * A client with this version, or a later one, has all outcomes: each packet with a version since has had them. Infinity if
   * no version has gone out with the newest ones.
   */
  #ackedVersion = Number.NEGATIVE_INFINITY
  /** When the last packet has come. */
  #heardMs = Number.POSITIVE_INFINITY

  constructor(parts: SessionParts, role: Role) {
    this.#parts = parts
    this.#role = role
    this.resendTimes = new ResendTimes(parts.limits.ackTimeoutMs)
    this.repeats = new RepeatedOutcomes(parts.outcomes)
    this.#floors = new Floors(parts.outgoing)
  }

  /** When a packet has to go out even without news. */
  get flushAt(): number {
    return Math.min(this.repeats.repeatMs, this.resendTimes.repeatAtMs, this.#parts.floorDebt.dueMs)
  }

  /**
   * A packet has come. After a silence all that its acks leave open goes out again: events as soon as they are older than a round
   * trip, outcomes with the next packet.
   */
  heard(now: number): void {
    const silentMs = now - this.#heardMs
    this.#heardMs = now
    const { roundTrip, outgoing, outcomes, connected } = this.#parts
    const { rttMs } = roundTrip
    if (silentMs < Math.max(silenceMs, this.resendTimes.usualMs(rttMs))) return
    this.resendTimes.hurry(outgoing, connected.read(now), rttMs ?? 0)
    if (outcomes.isUnresolved) this.repeats.again()
  }

  /** True if a client that gets a version with the next packet may have missed ACKs before it. */
  get mayMissAcks(): boolean {
    if (!this.#parts.outcomes.isUnresolved) return false
    const { stateBase } = this.#role
    return stateBase === undefined || stateBase < this.#ackedVersion
  }

  /** @param version of the state that goes with the packet; undefined for none. @returns the ACK for it, if it needs one */
  takeAck(version: number | undefined, nowMs: number): AckMessage | undefined {
    const { limits, outgoing, roundTrip } = this.#parts
    const { hasNews } = this.repeats
    const isWhole = version !== undefined && (this.mayMissAcks || hasNews)
    if (!isWhole && !this.repeats.isDue(nowMs)) return undefined
    if (hasNews || (isWhole && this.#ackedVersion === Number.POSITIVE_INFINITY)) {
      this.#ackedVersion = version ?? Number.POSITIVE_INFINITY
    }
    const resendMs = Math.max(minResendMs, Math.min((roundTrip.rttMs ?? minResendMs) * 2, limits.ackTimeoutMs / 2))
    return this.repeats.take({ nowMs, maxBytes: outgoing.peerLimits.maxPacketBytes / 2, resendMs, isWhole })
  }

  /**
   * @param events of the packet
   * @param isCrowded true if the packet goes out anyway
   * @returns the floor if the packet needs it, or if the peer waits for it
   */
  takeFloor(
    events: readonly OutgoingEvent[],
    isCrowded: boolean,
    hasTime: boolean,
    now: number,
  ): FloorMessage | undefined {
    const { outgoing, floorDebt } = this.#parts
    // each packet is read by itself: the one before may be missing
    outgoing.encoder.restart()
    // with each TIME as well: a floor that got lost must not hold up the events that wait for it
    const isTimely = (hasTime && outgoing.nextUnsent > 1) || (floorDebt.isOwed && (isCrowded || now >= floorDebt.dueMs))
    const floor = this.#floors.of(events, now)
    return isTimely || this.#floors.isNeeded(events, now) ? floor : undefined
  }
}

/** For `Transport.lossy` of every transport that may lose packets. */
export const lossyDelivery: LossyDelivery = { linkOf: (parts, role) => new LossyLink(parts, role) }

/** Looking for an event that makes a floor necessary stops after so many others: a floor that is not needed does no harm. */
const mostLooks = 64

/**
 * The floors of the events of one direction, for a receiver that may miss packets.
 *
 * Invariant: no event below `#floor` is written any more.
 */
export class Floors {
  readonly #outgoing: OutgoingEvents
  #floor = 1

  constructor(outgoing: OutgoingEvents) {
    this.#outgoing = outgoing
  }

  /** @param packet the events of the packet that the floor goes with: they may arrive, even if they are not sent again */
  of(packet: readonly OutgoingEvent[], nowMs: number): FloorMessage {
    const outgoing = this.#outgoing
    let event = outgoing.pendingFrom(this.#floor)
    while (event !== undefined && !this.#mayBeWritten(event, nowMs)) event = outgoing.pendingFrom(event.sequence + 1)
    this.#floor = event?.sequence ?? outgoing.nextSequence
    const floor = Math.min(this.#floor, packet[0]?.sequence ?? this.#floor)
    return { floor, resolved: Math.min(outgoing.resolved, floor) }
  }

  /** True if an event before the last one of the packet may still come: the floor does not follow from its events then. */
  isNeeded(packet: readonly OutgoingEvent[], nowMs: number): boolean {
    const last = packet.at(-1)?.sequence ?? 0
    const inPacket = new Set(packet.map((event) => event.sequence))
    let sequence = this.#floor
    for (let looks = packet.length + mostLooks; looks > 0; looks--) {
      const event = this.#outgoing.pendingFrom(sequence)
      if (event === undefined || event.sequence >= last) return false
      if (this.#mayBeWritten(event, nowMs) && !inPacket.has(event.sequence)) return true
      sequence = event.sequence + 1
    }
    return true
  }

  #mayBeWritten(event: OutgoingEvent, nowMs: number): boolean {
    return mayBeWritten(event, this.#outgoing) || isRepeated(event, { nowMs })
  }
}
