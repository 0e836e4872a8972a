import { atOnce, type ByteWriter } from '@tygase/gamestate/internal'
import { malformed } from '../errors.js'
import { ackEnd } from '../wire/event-messages.js'
import * as wire from '../wire/messages.js'
import { type FloorMessage, type Packet, writeMessage } from '../wire/messages.js'
import type { Role } from './role.js'
import type { SessionParts } from './session-parts.js'

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
  readonly #role: Role
  /** One past the last sequence of the last ACK. The start of the next one on a reliable transport is relative to this. */
  #ackReference = 0
  /** True while callbacks of a packet or of `deliver` run. */
  #isDelivering = false
  /** True while a client cannot read the state of its last packet: all callbacks that follow it wait for `goOn`. */
  isHeldBack = false

  constructor(parts: SessionParts, role: Role) {
    this.#parts = parts
    this.#role = role
  }

  /** Another transport. */
  attach(): void {
    this.#ackReference = 0
  }

  /** Checks all messages of a packet and takes its events in, without a callback. Throws `ProtocolError`. */
  check(packet: Packet, bytes: number): CheckedPacket {
    const { incoming, outgoing, lossy } = this.#parts
    const { ack, event: events = [], floor } = packet
    let ackStart = 0
    let end = 0
    if (ack) {
      ackStart = ack.start + (lossy ? 0 : this.#ackReference)
      if (ackStart < 1) throw malformed('sequence 0')
      end = ackEnd(ackStart, ack)
      outgoing.checkReceived(end - 1)
    }
    if (events.length > 0 || floor) {
      const received = incoming.resolve(events, outgoing.encoder.names, !lossy)
      // last, since this is the first to change anything: a peer whose packet fails here loses its session anyway
      if (incoming.receive(received, floor?.floor, !lossy) > 0) lossy?.repeats.again()
    }
    if (ack) this.#ackReference = end
    return { packet, ackStart, bytes }
  }

  /** Does what a checked packet says, and calls the listener. */
  apply({ packet, ackStart, bytes }: CheckedPacket, now: number): void {
    const { outcomes, outgoing, floorDebt, roundTrip, connected, listener } = this.#parts
    const { time, floor, ack, arrival = [] } = packet
    if (time) roundTrip.receive(time, now)
    if (floor) outcomes.forget(floor.resolved)
    if (ack) {
      const kept = outgoing.acknowledge(ackStart, ack, connected.read(now))
      if (kept > 0) floorDebt.add(kept, bytes, now)
    }
    const wasDelivering = this.#isDelivering
    this.#isDelivering = true
    try {
      for (const { back, early } of arrival) {
        atOnce('onArrival', listener.onArrival?.(this.#ackReference - 1 - back, early))
      }
      this.#role.apply(packet)
      if (!this.isHeldBack) outgoing.callBack()
    } finally {
      this.#isDelivering = wasDelivering
    }
    this.deliver()
  }

  /** The state is read, and callbacks go on. */
  goOn(): void {
    if (this.isHeldBack) {
      this.isHeldBack = false
      this.#parts.outgoing.callBack()
    }
    this.deliver()
  }

  /** Hands out the events that may be handled now. */
  deliver(): void {
    // a callback may bring the replica forward, which leads here again: the outer call goes on with the events released by it
    if (this.#isDelivering || this.isHeldBack) return
    this.#isDelivering = true
    const { life, listener, incoming, outcomes, counters } = this.#parts
    try {
      while (life.isLive) {
        const event = incoming.next(this.#role.heldVersion)
        if (event === undefined) return
        outcomes.handed(event.sequence)
        counters.add('eventsIn')
        atOnce('onEvent', listener.onEvent(event))
      }
    } finally {
      this.#isDelivering = false
    }
  }
}

/**
 * Writes the packets between two handshakes: HAVE, ACK, FLOOR, EVENTs and TIME.
 *
 * An event is in a version exactly if the packet that brings the version acks it, or one before. So a server's ACK on a
 * reliable transport is never cut.
 */
export class PacketWriter {
  readonly #parts: SessionParts
  readonly #role: Role

  constructor(parts: SessionParts, role: Role) {
    this.#parts = parts
    this.#role = role
  }

  /** True if there is something to send that is worth a packet. */
  get hasNews(): boolean {
    const { outgoing, outcomes, roundTrip, floorDebt } = this.#parts
    return outgoing.hasUnwritten || outcomes.hasNews || this.#role.hasNews || roundTrip.owesAnswer || floorDebt.isLarge
  }

  /** When a packet has to go out even without news. */
  get flushAt(): number {
    const { lossy } = this.#parts
    return lossy ? Math.min(this.#aloneAt, lossy.flushAt) : this.#aloneAt
  }

  /**
   * Appends all that is to be sent now.
   * @param version of the state that goes with the packet; undefined for none
   * @returns true if a TIME is among it
   */
  write(writer: ByteWriter, version: number | undefined, now: number): boolean {
    const { outgoing, roundTrip, times, connected, counters, lossy, floorDebt } = this.#parts
    this.#role.write(writer)
    this.writeAck(writer, version, now)
    const { events, resends } = outgoing.take(writer.length, {
      connectedMs: connected.read(now),
      nowMs: now,
      rttMs: roundTrip.rttMs,
    })
    const isCrowded = writer.length > 0 || events.length > 0
    const isAlone = roundTrip.owesAnswer || now >= this.#aloneAt
    const hasTime = isAlone || (isCrowded && times.ridesAlong(now))
    const floor = lossy ? lossy.takeFloor(events, isCrowded, hasTime, now) : this.#takeFloor(hasTime)
    if (floor) {
      writeMessage(writer, wire.floor, floor)
      floorDebt.clear()
    }
    for (const event of events) {
      const { minVersion } = event.options
      const isAhead = minVersion === undefined || this.#role.isAhead(minVersion)
      writeMessage(writer, wire.event, outgoing.encoder.encode(event, isAhead))
    }
    if (events.length > resends) counters.add('eventsOut', events.length - resends)
    if (resends > 0) counters.add('eventsResent', resends)
    if (hasTime) writeMessage(writer, wire.time, roundTrip.message(now))
    return hasTime
  }

  /** Appends the outcomes of the peer's events, if there are any to send. @param version as in `write` */
  writeAck(writer: ByteWriter, version: number | undefined, now: number): void {
    const { lossy, outcomes } = this.#parts
    const ack = lossy ? lossy.takeAck(version, now) : outcomes.take(this.#role.maxAckBytes)
    if (!ack) return
    writeMessage(writer, wire.ack, ack)
    this.#role.acked?.(writer, ack)
  }

  get #aloneAt(): number {
    const { times, roundTrip } = this.#parts
    return times.aloneAt(roundTrip.rttMs !== undefined)
  }

  /** On a reliable transport the floor follows from the order of events; only outcomes that the peer keeps need it, without haste. */
  #takeFloor(hasTime: boolean): FloorMessage | undefined {
    const { outgoing, floorDebt } = this.#parts
    const { resolved } = outgoing
    return floorDebt.isOwed && (hasTime || floorDebt.isLarge) ? { floor: resolved, resolved } : undefined
  }
}
