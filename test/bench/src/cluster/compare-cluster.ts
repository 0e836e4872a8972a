import { setTimeout as sleep } from 'node:timers/promises'
import type { PairedRatios } from '../against.js'
import type { PlayerQuestions, ServerQuestions, ServerWindow } from '../journal/questions.js'
import { HelperProcess } from '../net/helper-process.js'

export interface ClusterEffort {
  /** Each with fresh processes. */
  readonly processes: number
  /** Windows of each side, of each processes. */
  readonly pairs: number
  /** An even number. */
  readonly rooms: number
  /** Of all rooms together. */
  readonly players: number
  readonly warmUpSeconds: number
  /** Of a window. */
  readonly seconds: number
}

/** The same rooms and players: at a server alone, at one of a cluster, and at two of it. */
const sides = ['alone', 'one of a cluster', 'two of a cluster'] as const
type Side = (typeof sides)[number]

/** Until events and states of the windows before are through. */
const settleMs = 300

/**
 * Three sides with the same rooms and players play in turn: while the one plays, the rooms of the others stand still. The order changes
 * from turn to turn.
 * @returns processor time of a room's tick, in all server processes, against the server alone
 */
export async function compareCluster(
  effort: ClusterEffort,
  natsPort: number,
  onTurn: (ratios: readonly number[]) => void = () => {},
): Promise<PairedRatios[]> {
  const ratios: number[][] = [[], []]
  for (let number = 0; number < effort.processes; number++) {
    await compareTurns(effort, natsPort, number, (costs) => {
      const found = [costs[1]! / costs[0]!, costs[2]! / costs[0]!]
      for (const [place, ratio] of found.entries()) ratios[place]!.push(ratio)
      onTurn(found)
    })
  }
  return ratios.map((of, place) => ({ measure: sides[place + 1]!, ratios: of }))
}

async function compareTurns(
  { pairs, rooms, players, warmUpSeconds, seconds }: ClusterEffort,
  natsPort: number,
  turnOf: number,
  onTurn: (costs: readonly number[]) => void,
): Promise<void> {
  const program = new URL('../journal/server-process.js', import.meta.url)
  const start = () => new HelperProcess<ServerQuestions>('server', program)
  const servers: Record<Side, readonly HelperProcess<ServerQuestions>[]> = {
    alone: [start()],
    'one of a cluster': [start()],
    'two of a cluster': [start(), start()],
  }
  const client = new HelperProcess<PlayerQuestions>('player', new URL('../journal/player-process.js', import.meta.url))
  const play = async (side: Side, ms: number): Promise<number> => {
    const own = servers[side]
    for (const server of own) await server.ask('pause', { isPaused: false })
    await client.ask('play', { server: sides.indexOf(side) })
    await sleep(settleMs)
    await Promise.all(own.map((server) => server.ask('begin', {})))
    await sleep(ms)
    const windows: ServerWindow[] = await Promise.all(own.map((server) => server.ask('end', {})))
    await client.ask('play', { server: undefined })
    for (const server of own) await server.ask('pause', { isPaused: true })
    const sum = (of: (window: ServerWindow) => number): number => windows.reduce((all, window) => all + of(window), 0)
    return sum(({ cpuMs }) => cpuMs) / sum(({ ticks }) => ticks)
  }
  try {
    for (const [number, side] of sides.entries()) {
      const own = servers[side]
      const ports: number[] = []
      for (const [place, server] of own.entries()) {
        const ids = Array.from({ length: rooms }, (_, id) => id).filter((id) => id % own.length === place)
        const { port } = await server.ask('open', {
          rooms: ids,
          // each side is a cluster of its own
          nats: side === 'alone' ? undefined : { port: natsPort, bucket: `bench-${process.pid}-${number}-${turnOf}` },
        })
        ports.push(port)
      }
      await client.ask('open', { port: ports[0]!, rooms, players })
      for (const server of own) await server.ask('pause', { isPaused: true })
    }
    for (const side of sides) await play(side, warmUpSeconds * 1000)
    for (let turn = 0; turn < pairs; turn++) {
      const costs = new Map<Side, number>()
      for (let place = 0; place < sides.length; place++) {
        const side = sides[(turn + place) % sides.length]!
        costs.set(side, await play(side, seconds * 1000))
      }
      onTurn(sides.map((side) => costs.get(side)!))
    }
  } finally {
    await Promise.all([client, ...Object.values(servers).flat()].map((each) => each.end()))
  }
}
