import type { Clock } from '@tygase/gamestate'

/** How one direction of a link behaves. Probabilities are per packet, 0 to 1. */
export interface LinkConditions {
  /** Least time that a packet takes, one way. */
  latencyMs: number
  /** Up to this much is added to the latency, evenly spread. */
  jitterMs: number
  /** The chance that a packet is lost, from 0 to 1. */
  loss: number
  /** After a lost packet, the chance that the next one is lost too; `loss` if left out. */
  burstLoss?: number
  /** The chance that a packet arrives twice, the second time with a delay of its own. */
  duplicate: number
  /** The chance that a packet takes an extra latency, so that later ones overtake it. */
  reorder: number
  /** Packets wait for the ones before them to leave. No limit if left out. */
  bandwidthBytesPerSecond?: number
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

export interface LinkDirectionParts {
  readonly clock: Clock
  /** From 0 to below 1, seeded. */
  readonly random: () => number
  readonly conditions: LinkConditions
  /**
   * True: packets are never lost, doubled or reordered. A lost packet arrives a retransmission later, and all later packets
   * wait for it, as over TCP.
   */
  readonly reliable: boolean
  readonly stats: LinkStats
  /** Called with a copy of each packet that has arrived. The callee counts it in `stats.delivered`. */
  readonly deliver: (bytes: Uint8Array) => void
}

/**
 * One direction of a bad network: draws the fate of each packet, and delivers it on the clock. The same random numbers give
 * the same fate. The simulated links of tests and the links of development share these draws.
 */
export class LinkDirection {
  /** Of packets sent from now on. */
  conditions: LinkConditions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #reliable: boolean
  readonly #stats: LinkStats
  readonly #deliver: (bytes: Uint8Array) => void
  /** Of a reliable direction: arrivals in order. Timers of equal times may run in any order, so each runs the oldest arrival. */
  readonly #arrivals: (() => void)[] = []
  #bufferedBytes = 0
  #wasLost = false
  /** When the last byte accepted so far has left. */
  #leftAtMs = 0
  /** When the last packet sent so far arrives. */
  #arrivesAtMs = 0

  constructor({ clock, random, conditions, reliable, stats, deliver }: LinkDirectionParts) {
    this.#clock = clock
    this.#random = random
    this.conditions = conditions
    this.#reliable = reliable
    this.#stats = stats
    this.#deliver = deliver
  }

  /** Bytes that have not left yet, because of the bandwidth. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** True: nothing delays the next packet, neither the conditions nor a packet that is on its way in order. */
  get isClear(): boolean {
    const { latencyMs, jitterMs, loss, duplicate, reorder, bandwidthBytesPerSecond } = this.conditions
    const isPerfect = latencyMs + jitterMs + loss + duplicate + reorder === 0 && bandwidthBytesPerSecond === undefined
    return isPerfect && this.#arrivals.length === 0
  }

  /** Delivers a packet in the same call, without a timer. Only while `isClear`. */
  pass(bytes: Uint8Array): void {
    this.#stats.sent++
    this.#stats.bytes += bytes.length
    this.#deliver(bytes)
  }

  send(bytes: Uint8Array): void {
    this.#stats.sent++
    this.#stats.bytes += bytes.length
    const leftAtMs = this.#leave(bytes.length)
    const { loss, burstLoss = loss, duplicate, reorder, latencyMs, jitterMs } = this.conditions
    const isLost = this.#random() < (this.#wasLost ? burstLoss : loss)
    this.#wasLost = isLost
    const isDouble = this.#random() < duplicate
    const isLate = this.#random() < reorder
    const delayMs = this.#delay()
    const secondDelayMs = this.#delay()
    if (this.#reliable) {
      return this.#inOrder(leftAtMs + delayMs + (isLost ? retransmitMs + latencyMs : 0), this.#arrivalOf(bytes))
    }
    if (isLost) {
      this.#stats.lost++
      return
    }
    if (isLate) this.#stats.reordered++
    this.#at(leftAtMs + delayMs + (isLate ? latencyMs + jitterMs : 0), this.#arrivalOf(bytes))
    if (!isDouble) return
    this.#stats.duplicated++
    this.#at(leftAtMs + secondDelayMs, this.#arrivalOf(bytes))
  }

  /** Of a reliable direction: calls `arrive` when everything sent before has arrived, and at least a latency from now. */
  end(arrive: () => void): void {
    this.#inOrder(Math.max(this.#leftAtMs, this.#clock.now()) + this.conditions.latencyMs, arrive)
  }

  /** @returns the time at which the last byte has left */
  #leave(length: number): number {
    const rate = this.conditions.bandwidthBytesPerSecond ?? Number.POSITIVE_INFINITY
    const nowMs = this.#clock.now()
    this.#leftAtMs = Math.max(this.#leftAtMs, nowMs) + (length / rate) * 1000
    if (this.#leftAtMs > nowMs) {
      this.#bufferedBytes += length
      this.#at(this.#leftAtMs, () => {
        this.#bufferedBytes -= length
      })
    }
    return this.#leftAtMs
  }

  #arrivalOf(bytes: Uint8Array): () => void {
    // copied, as a network would: neither side can change the bytes of the other one
    const copy = new Uint8Array(bytes)
    return () => this.#deliver(copy)
  }

  #delay(): number {
    return this.conditions.latencyMs + this.#random() * this.conditions.jitterMs
  }

  #inOrder(atMs: number, arrive: () => void): void {
    this.#arrivesAtMs = Math.max(this.#arrivesAtMs, atMs)
    this.#arrivals.push(arrive)
    this.#at(this.#arrivesAtMs, () => this.#arrivals.shift()?.())
  }

  #at(atMs: number, work: () => void): void {
    this.#clock.schedule(atMs - this.#clock.now(), work)
  }
}
