import { predict } from '@tygase/client/predict'
import { type Link, type SimulatedClient, simulate } from '@tygase/testkit'
import { bazaarWith } from './bazaar.js'
import { Crowd, type Fair } from './crowd.js'
import { causeFault, crashServer, repairFaults } from './faults.js'
import type { RoomFigures } from './room-figures.js'
import { describeRoomPlan, type RoomPlan } from './room-plan.js'

/** Several faults in a row may keep a client away for longer than the usual 30 s, and some networks have long handshakes. */
const patient = { graceMs: 60_000, handshakeTimeoutMs: 20_000 }

/** The longest time for everything to arrive after the last fault: a minute, and more on the worst networks. */
const settleTimeoutMs = 180_000

/** @returns how long the clients of a room are there, taken together, when it is played for so long */
export function clientMsOf(plan: RoomPlan, ms: number): number {
  return plan.clients * ms
}

/**
 * Plays a room until its clients have been connected for `ms` on average. Faults happen now and then, and
 * in between everything must settle. In the end all clients leave and nothing may remain.
 * @throws {Error} with what was found, the plan and the command that plays the room again
 */
export async function playRoom(plan: RoomPlan, ms: number): Promise<RoomFigures> {
  try {
    return await play(plan, clientMsOf(plan, ms))
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${what}\n  in the room of ${describeRoomPlan(plan)}\n  again: ${commandFor(plan)}`, { cause })
  }
}

function commandFor({ seed, carrier }: RoomPlan): string {
  return `npm run soak -- --only rooms --rooms 1 --carrier ${carrier} --seed ${seed}`
}

async function play(plan: RoomPlan, clientMs: number): Promise<RoomFigures> {
  const { seed, link, linkOf, clients, tickRate, sendEveryTicks, maxCoins, quietMs } = plan
  const predicts = ({ index }: { index: number }): boolean => index % 2 === 1
  const crowd = new Crowd(({ index }) => plan.livelinessOf(index), plan.bargainChance, predicts)
  const game = bazaarWith({ tickRate, maxCoins })
  const fair: Fair = await simulate({
    game,
    clients: 0,
    seed,
    link,
    server: { limits: patient, sendEveryTicks },
    client: { limits: patient },
    onConnect: crowd.greet,
    command: commandFor(plan),
  })
  const enter = (linkOfClient: Link): SimulatedClient => {
    const connect = { limits: patient, ...(predicts({ index: fair.clients.length }) && { game, predict: predict() }) }
    return fair.addClient({ link: linkOfClient, connect })
  }
  const replace = (): SimulatedClient => enter(link)
  for (let index = 0; index < clients; index++) enter(linkOf(index))
  let faults = 0
  let playedMs = 0
  while (playedMs < clientMs) {
    const beganMs = fair.nowMs
    await crowd.play(fair, fair.random() * quietMs * 2)
    for (let count = Math.floor(fair.random() * 3); count >= 0; count--) {
      await (fair.random() < 0.05 ? crashServer(fair, replace) : causeFault(fair, replace))
      faults++
      await crowd.play(fair, fair.random() * 2000)
    }
    repairFaults(fair)
    if (fair.random() < 0.3) {
      await fair.settle({ timeoutMs: settleTimeoutMs })
      crowd.expectAllDelivered(fair)
    }
    playedMs += (fair.nowMs - beganMs) * Math.min(clients, fair.clients.filter((client) => !client.isGone).length)
  }
  await fair.settle({ timeoutMs: settleTimeoutMs })
  crowd.expectAllDelivered(fair)
  await fair.end()
  const { packets, comparedVersions, handledEvents } = fair.stats
  return { rooms: 1, clientMs: playedMs, faults, packets, comparedVersions, handledEvents }
}
