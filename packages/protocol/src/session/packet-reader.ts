import { malformed } from '../errors.js'
import { ackEnd } from '../wire/ack.js'
import type { Packet } from '../wire/packet.js'
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
