import type { Transport } from '../transport.js'
import type { VirtualClock } from './virtual-clock.js'

/** How one direction of a link behaves. Probabilities are per packet, 0 to 1. */
export interface LinkConditions {
  latencyMs: number
  /** Up to this much is added to the latency, evenly. */
  jitterMs: number
  loss: number
  /** After a packet was lost, the chance that the next one is lost as well (instead of `loss`). */
  burstLoss?: number
  duplicate: number
  /** Packets that are held for another latency, so that later ones overtake them. */
  reorder: number
  bandwidthBytesPerSecond?: number
  /** True: nothing is lost, doubled or reordered; what would be lost comes later instead, as over TCP. */
  reliable: boolean
}

export class SimulatedLink {
  constructor(
    _clock: VirtualClock,
    _random: () => number,
    _conditions: LinkConditions | readonly [LinkConditions, LinkConditions],
  ) {}
  get ends(): readonly [Transport, Transport] {
    throw new Error('not yet')
  }
  cut(_code?: number, _reason?: string): void {}
  set conditions(_conditions: LinkConditions | readonly [LinkConditions, LinkConditions]) {}
  get stats(): { sent: number; delivered: number; lost: number; duplicated: number; reordered: number; bytes: number } {
    throw new Error('not yet')
  }
}
