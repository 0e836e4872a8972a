import { createRandom } from '@tygase/gamestate'
import { datagrams, type Link, type LinkConditions, links, seventeenLinks } from '@tygase/testkit'

export type Carrier = 'WebSocket' | 'datagrams'

/** How one room is played: all of it follows from the seed. */
export interface RoomPlan {
  seed: number
  carrier: Carrier
  /** For people. */
  network: string
  link: LinkConditions
  /** Of a visitor by its index: some read slowly. */
  linkOf: (index: number) => Link
  clients: number
  /** In Hz. */
  tickRate: number
  sendEveryTicks: number
  maxCoins: number
  /** For a visitor by its index: the chance of an action about every 75 ms. */
  livelinessOf: (index: number) => number
  /** The chance of an event of the server to all visitors in the same time. */
  bargainChance: number
  /** The mean time between two faults. */
  quietMs: number
}

const networks: readonly [name: string, link: LinkConditions][] = [
  ...Object.entries(links),
  ...seventeenLinks.map(({ name, link }) => [name, link] as [string, LinkConditions]),
]

/** A stream of its own, apart from those of the simulation. */
const planStream = 100

/** The speed of a slow reader. A bazaar sends more. */
const slowBytesPerSecond = 1500

/** Many cheap rooms and some expensive ones: hours of client time must fit into minutes. */
export function drawRoomPlan(seed: number, carrier: Carrier): RoomPlan {
  const random = createRandom(seed, planStream)
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!
  const [network, conditions] = pick(...networks)
  const link = carrier === 'datagrams' ? datagrams(conditions) : conditions
  // over datagrams the server cannot know that a reader is slow
  const hasSlowReaders = carrier === 'WebSocket' && random() < 0.2
  const liveliness = pick([0.02, 0.02, 0.1], [0.02, 0.02, 0.1], [0.1, 0.1, 0.3], [0.02, 0.1, 0.6])
  return {
    seed,
    carrier,
    network,
    link,
    linkOf: (index) =>
      hasSlowReaders && index % 3 === 1 ? [link, { ...link, bandwidthBytesPerSecond: slowBytesPerSecond }] : link,
    clients: pick(1, 2, 4, 8, 12, 16, 16, 16),
    tickRate: pick(10, 10, 10, 12, 15, 20),
    sendEveryTicks: pick(1, 1, 2),
    maxCoins: pick(0, 0, 0, 0, 0, 10, 10, 40, 120),
    livelinessOf: (index) => liveliness[index % liveliness.length]!,
    bargainChance: pick(0.02, 0.02, 0.05, 0.2),
    quietMs: pick(3000, 10_000, 60_000),
  }
}

export function describeRoomPlan(plan: RoomPlan): string {
  const { seed, carrier, network, clients, tickRate, sendEveryTicks, maxCoins, quietMs } = plan
  const pace = `${tickRate} Hz sent every ${sendEveryTicks}`
  return `seed ${seed}: ${clients} clients over ${carrier}, ${network}, ${pace}, ${maxCoins} coins, a fault every ${quietMs} ms`
}
