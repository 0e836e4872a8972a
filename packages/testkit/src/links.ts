import type { LinkConditions } from './simulated-link.js'

function link(latencyMs: number, jitterMs: number, rest: Partial<LinkConditions> = {}): LinkConditions {
  // `latencyMs` here is the middle: a packet takes up to `jitterMs` less or more
  const spread = { latencyMs: latencyMs - jitterMs, jitterMs: jitterMs * 2 }
  return Object.freeze({ ...spread, loss: 0, duplicate: 0, reorder: 0, reliable: true, ...rest })
}

/**
 * Networks by name. Times are one way and the same in both directions. All are reliable, as WebSocket is: a lost packet
 * becomes a delay. `datagrams` makes the bare network of one.
 */
export const links = Object.freeze({
  /** The same room: 1 ms. */
  lan: link(1, 0.5),
  /** A home network and a server in the country: 15 ± 10 ms, 0.5 % loss in bursts. */
  wifi: link(15, 10, { loss: 0.005, burstLoss: 0.3, bandwidthBytesPerSecond: 2 ** 21 }),
  /** A phone on the move: 60 ± 40 ms, 2 % loss in bursts, 256 KB/s. */
  mobile: link(60, 40, {
    loss: 0.02,
    burstLoss: 0.4,
    duplicate: 0.002,
    reorder: 0.01,
    bandwidthBytesPerSecond: 2 ** 18,
  }),
  /** The worst playable network: 200 ± 50 ms, 5 % loss, 5 % duplicates, 5 % reordered. */
  awful: link(200, 50, { loss: 0.05, duplicate: 0.05, reorder: 0.05 }),
  /** The network of yojimbo's soak test: 1,000 ± 100 ms, 25 % loss, 25 % duplicates. */
  soak: link(1000, 100, { loss: 0.25, duplicate: 0.25, reorder: 0.05 }),
})

/** A network with a name for the title of a test. */
export interface NamedLink {
  readonly name: string
  readonly link: LinkConditions
}

const kilobyte = 1024

/** Loss and reorder in percent, latency and jitter in ms, bandwidth in KB/s. */
const table: readonly (readonly [number, number, number, number, number])[] = [
  [0, 0, 5, 0, 2048],
  [0, 0, 50, 0, 1024],
  [0, 0, 100, 20, 256],
  [0, 0, 50, 5, 64],
  [0.5, 0, 25, 5, 2048],
  [1, 0, 25, 5, 1024],
  [1, 1, 50, 10, 512],
  [2, 0, 50, 10, 1024],
  [2, 2, 50, 20, 256],
  [5, 0, 25, 5, 512],
  [5, 2, 50, 20, 512],
  [5, 4, 100, 30, 128],
  [10, 0, 50, 10, 512],
  [10, 4, 100, 30, 256],
  [20, 0, 50, 10, 256],
  [20, 4, 100, 40, 64],
  [0, 30, 50, 10, 1024],
]

/**
 * Seventeen networks in the manner of the tests of GameNetworkingSockets: loss from 0 to 20 %, reorder from 0 to 4 % and
 * once 30 %, from 64 KB/s to 2 MB/s. Reliable like `links`.
 */
export const seventeenLinks: readonly NamedLink[] = table.map(([loss, reorder, latencyMs, jitterMs, kilobytes]) => ({
  name: `${loss} % loss, ${reorder} % reorder, ${latencyMs} ± ${jitterMs} ms, ${kilobytes} KB/s`,
  link: link(latencyMs, jitterMs, {
    loss: loss / 100,
    reorder: reorder / 100,
    bandwidthBytesPerSecond: kilobytes * kilobyte,
  }),
}))

/** The same network for a transport that is not reliable: packets get lost, arrive twice and overtake each other. */
export function datagrams(conditions: LinkConditions): LinkConditions {
  return Object.freeze({ ...conditions, reliable: false })
}
