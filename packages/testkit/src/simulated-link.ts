import type { Transport } from '@tygase/protocol'
import { closeCodes, lossyDelivery } from '@tygase/protocol'
import type { VirtualClock } from './virtual-clock.js'

/** How one direction of a link behaves. Probabilities are per packet, 0 to 1. */
export interface LinkConditions {
  latencyMs: number
  /** Up to this much is added to the latency, evenly spread. */
  jitterMs: number
  loss: number
  /** After a lost packet, the chance that the next one is lost too; `loss` if left out. */
  burstLoss?: number
  /** The chance that a packet arrives twice, the second time with a delay of its own. */
  duplicate: number
  /** The chance that a packet takes an extra latency, so that later ones overtake it. */
  reorder: number
  /** Packets wait for the ones before them to leave. No limit if left out. */
  bandwidthBytesPerSecond?: number
  /**
   * True for both directions or for none. On a reliable link packets are never lost, doubled or reordered: a lost packet
   * arrives a retransmission later, and all later packets wait for it, as over TCP. Only then one end notices that the other
   * has closed.
   */
  reliable: boolean
}

export interface LinkStats {
  /** Packets given to `send`. */
  sent: number
  /** Packets given to `onBytes`, duplicates included. */
  delivered: number
  lost: number
  duplicated: number
  reordered: number
  /** Of all packets sent. */
  bytes: number
}

/** The least time after which TCP sends a lost segment again. */
const retransmitMs = 200

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

function eachWay(
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
  conditions: LinkConditions
  readonly #clock: VirtualClock
  readonly #random: () => number
  readonly #stats: LinkStats
  #bufferedBytes = 0
  #isOpen = true
  #hasReportedClose = false
  #wasLost = false
  /** When the last byte accepted so far has left. */
  #leftAt = 0
  /** When the last packet sent so far arrives. */
  #arrivesAt = 0

  constructor(clock: VirtualClock, random: () => number, conditions: LinkConditions, stats: LinkStats) {
    this.#clock = clock
    this.#random = random
    this.conditions = conditions
    this.#stats = stats
    this.reliable = conditions.reliable
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  send(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    this.#stats.sent++
    this.#stats.bytes += bytes.length
    const leftAt = this.#leave(bytes.length)
    const { loss, burstLoss = loss, duplicate, reorder } = this.conditions
    const isLost = this.#random() < (this.#wasLost ? burstLoss : loss)
    this.#wasLost = isLost
    const isDouble = this.#random() < duplicate
    const isLate = this.#random() < reorder
    const delayMs = this.#delay()
    const secondDelayMs = this.#delay()
    if (this.reliable)
      return this.#deliver(bytes, leftAt + delayMs + (isLost ? retransmitMs + this.conditions.latencyMs : 0))
    if (isLost) {
      this.#stats.lost++
      return
    }
    if (isLate) this.#stats.reordered++
    this.#deliver(bytes, leftAt + delayMs + (isLate ? this.conditions.latencyMs + this.conditions.jitterMs : 0))
    if (!isDouble) return
    this.#stats.duplicated++
    this.#deliver(bytes, leftAt + secondDelayMs)
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // datagrams have no closing: packets under way still arrive, and the peer sees only that no more come
    if (this.reliable) {
      const leaves = Math.max(this.#leftAt, this.#clock.now()) + this.conditions.latencyMs
      const arrivesAt = Math.max(this.#arrivesAt, leaves)
      this.#clock.schedule(arrivesAt - this.#clock.now(), () => this.peer?.end(code, reason))
    }
    this.#clock.schedule(0, () => this.end(code, reason))
  }

  end(code: number, reason: string): void {
    this.#isOpen = false
    if (this.#hasReportedClose) return
    this.#hasReportedClose = true
    this.onClose?.(code, reason)
  }

  /** @returns the time at which the last byte has left */
  #leave(length: number): number {
    const rate = this.conditions.bandwidthBytesPerSecond ?? Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    this.#leftAt = Math.max(this.#leftAt, now) + (length / rate) * 1000
    if (this.#leftAt > now) {
      this.#bufferedBytes += length
      this.#clock.schedule(this.#leftAt - now, () => {
        this.#bufferedBytes -= length
      })
    }
    return this.#leftAt
  }

  #delay(): number {
    return this.conditions.latencyMs + this.#random() * this.conditions.jitterMs
  }

  #deliver(bytes: Uint8Array, at: number): void {
    const arrivesAt = this.reliable ? Math.max(at, this.#arrivesAt) : at
    this.#arrivesAt = arrivesAt
    // copied, as a network would: neither side can change the bytes of the other one
    const copy = new Uint8Array(bytes)
    this.#clock.schedule(arrivesAt - this.#clock.now(), () => {
      if (!this.peer?.isOpen) return
      this.#stats.delivered++
      this.peer.onBytes?.(copy)
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }
}
