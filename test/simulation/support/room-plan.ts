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
  /** Of a visitor by its index: how likely it does something about every 75 ms. */
  livelinessOf: (index: number) => number
  /** How likely the server tells all of them something in the same time. */
  bargainChance: number
  /** How long it goes well before something goes wrong, on average. */
  quietMs: number
}

const networks: readonly [name: string, link: LinkConditions][] = [
  ...Object.entries(links),
  ...seventeenLinks.map(({ name, link }) => [name, link] as [string, LinkConditions]),
]

/** Apart from the streams that a simulation draws from the same seed. */
const planStream = 100

/** A second of what a slow reader reads; a bazaar sends more. */
const slowBytesPerSecond = 1500

/** Much of what is cheap and some of what is dear: a hundred hours of client time have to fit into minutes. */
export function drawRoomPlan(seed: number, carrier: Carrier): RoomPlan {
  const random = createRandom(seed, planStream)
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!
  const [network, conditions] = pick(...networks)
  const link = carrier === 'datagrams' ? datagrams(conditions) : conditions
  // over datagrams nobody knows that a reader is slow, as nothing there adapts to what a network carries
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
