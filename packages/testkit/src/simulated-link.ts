import { type LinkConditions as DrawnConditions, LinkDirection, type LinkStats } from '@tygase/client/internal'
import type { Transport } from '@tygase/protocol'
import { closeCodes, lossyDelivery } from '@tygase/protocol'
import type { VirtualClock } from './virtual-clock.js'

/** How one direction of a link behaves. Probabilities are per packet, 0 to 1. */
export interface LinkConditions extends DrawnConditions {
  /**
   * True for both directions or for none. On a reliable link packets are never lost, doubled or reordered: a lost packet
   * arrives a retransmission later, and all later packets wait for it, as over TCP. Only then one end notices that the other
   * has closed.
   */
  reliable: boolean
}

/** Two transports with a bad network between them, in virtual time. The same seed gives the same fate for every packet. */
export class SimulatedLink {
  readonly ends: readonly [Transport, Transport]
  readonly stats: LinkStats = { sent: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, bytes: 0 }
  readonly #ends: readonly [LinkEnd, LinkEnd]

  /**
   * @param random from 0 to below 1, seeded
   * @param conditions of both directions, or of the one from the first end and the one from the second
   */
  constructor(
    clock: VirtualClock,
    random: () => number,
    conditions: LinkConditions | readonly [LinkConditions, LinkConditions],
  ) {
    const [forth, back] = eachWay(conditions)
    const first = new LinkEnd(clock, random, forth, this.stats)
    const second = new LinkEnd(clock, random, back, this.stats)
    first.peer = second
    second.peer = first
    this.#ends = [first, second]
    this.ends = this.#ends
  }

  /** Changes the conditions for packets sent from now on. `reliable` does not change. */
  set conditions(conditions: LinkConditions | readonly [LinkConditions, LinkConditions]) {
    const [forth, back] = eachWay(conditions)
    this.#ends[0].conditions = forth
    this.#ends[1].conditions = back
  }

  /** The line breaks: packets under way are gone, and both ends close at once. */
  cut(code: number = closeCodes.transport_lost.number, reason: string = closeCodes.transport_lost.reason): void {
    for (const end of this.#ends) end.end(code, reason)
  }
}

/** The conditions of the direction from the first end, and of the one from the second. */
export function eachWay(
  conditions: LinkConditions | readonly [LinkConditions, LinkConditions],
): readonly [LinkConditions, LinkConditions] {
  return 'latencyMs' in conditions ? [conditions, conditions] : conditions
}

class LinkEnd implements Transport {
  readonly reliable: boolean
  readonly lossy = lossyDelivery
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  peer: LinkEnd | undefined
  readonly #clock: VirtualClock
  readonly #direction: LinkDirection
  #isOpen = true
  #hasReportedClose = false

  constructor(clock: VirtualClock, random: () => number, conditions: LinkConditions, stats: LinkStats) {
    this.#clock = clock
    this.reliable = conditions.reliable
    const deliver = (bytes: Uint8Array): void => {
      if (!this.peer?.isOpen) return
      stats.delivered++
      this.peer.onBytes?.(bytes)
    }
    this.#direction = new LinkDirection({ clock, random, conditions, reliable: this.reliable, stats, deliver })
  }

  set conditions(conditions: LinkConditions) {
    this.#direction.conditions = conditions
  }

  get bufferedBytes(): number {
    return this.#direction.bufferedBytes
  }

  send(bytes: Uint8Array): void {
    if (this.#isOpen) this.#direction.send(bytes)
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // datagrams have no closing: packets under way still arrive, and the peer sees only that no more come
    if (this.reliable) this.#direction.end(() => this.peer?.end(code, reason))
    this.#clock.schedule(0, () => this.end(code, reason))
  }

  end(code: number, reason: string): void {
    this.#isOpen = false
    if (this.#hasReportedClose) return
    this.#hasReportedClose = true
    this.onClose?.(code, reason)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }
}
