import { setTimeout as sleep } from 'node:timers/promises'
import type { PairedRatios } from '../against.js'
import type { ServerWindow } from '../journal/questions.js'
import { HelperProcess } from '../net/helper-process.js'
import type { SeenPlayerQuestions, SeenServerQuestions } from './questions.js'

export interface SeenEffort {
  /** True: both sides have all of it, and at the one a page looks at a room besides the others. */
  readonly isLook: boolean
  /** Of each room. */
  readonly rows: number
  /** Of the room that a page looks at, if `isLook`. */
  readonly lookedRows: number
  readonly lookedPlayers: number
  /** Each with fresh processes: how code is compiled and laid out differs from one to the next. */
  readonly processes: number
  /** Windows of both sides, of each two processes. */
  readonly pairs: number
  readonly rooms: number
  /** Of all rooms together. */
  readonly players: number
  readonly warmUpSeconds: number
  /** Of a window. */
  readonly seconds: number
}

/** Until events and states of the windows before are through. */
const settleMs = 300

/** The windows of both sides, and the ratios of the pairs. */
export interface SeenFigures {
  readonly ratios: PairedRatios
  readonly seen: readonly ServerWindow[]
  readonly unseen: readonly ServerWindow[]
}

/**
 * Two servers with the same rooms and players, one with metrics, Prometheus and the inspector, play in turn: while the one plays, the
 * rooms of the other stand still. The one that begins changes from pair to pair. With `isLook` both have all of it, and a page looks at
 * a room of the one.
 * @returns processor time of a tick with all of it, or while a page looks, against without
 */
export async function compareSeen(
  effort: SeenEffort,
  onPair: (ratio: number) => void = () => {},
): Promise<SeenFigures> {
  const windows: { seen: ServerWindow[]; unseen: ServerWindow[] } = { seen: [], unseen: [] }
  for (let number = 0; number < effort.processes; number++) await comparePairs(effort, windows, onPair)
  const ratios = windows.seen.map((window, pair) => costOf(window) / costOf(windows.unseen[pair]!))
  return { ratios: { measure: 'processor time', ratios }, ...windows }
}

async function comparePairs(
  { pairs, rooms, rows, players, lookedRows, lookedPlayers, warmUpSeconds, seconds, isLook }: SeenEffort,
  windows: { seen: ServerWindow[]; unseen: ServerWindow[] },
  onPair: (ratio: number) => void,
): Promise<void> {
  const program = new URL('./server-process.js', import.meta.url)
  const servers = [0, 1].map(() => new HelperProcess<SeenServerQuestions>('server', program))
  const client = new HelperProcess<SeenPlayerQuestions>('player', new URL('./player-process.js', import.meta.url))
  const play = async (place: number, ms: number): Promise<ServerWindow> => {
    const server = servers[place]!
    await server.ask('pause', { isPaused: false })
    await client.ask('play', { server: place })
    await sleep(settleMs)
    await server.ask('begin', {})
    await sleep(ms)
    const window = await server.ask('end', {})
    await client.ask('play', { server: undefined })
    await server.ask('pause', { isPaused: true })
    return window
  }
  try {
    for (const [place, server] of servers.entries()) {
      const { port } = await server.ask('open', { isSeen: isLook || place === 0, rooms, rows, lookedRows })
      await client.ask('open', { port, rooms, players, lookedPlayers })
      if (isLook && place === 0) await client.ask('look', { port })
      await server.ask('pause', { isPaused: true })
    }
    for (const place of [0, 1]) await play(place, warmUpSeconds * 1000)
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? [0, 1] : [1, 0]
      const found = new Map<number, ServerWindow>()
      for (const place of order) found.set(place, await play(place, seconds * 1000))
      windows.seen.push(found.get(0)!)
      windows.unseen.push(found.get(1)!)
      onPair(costOf(found.get(0)!) / costOf(found.get(1)!))
    }
  } finally {
    await Promise.all([client, ...servers].map((each) => each.end()))
  }
}

/** Processor time of a tick, in ms. */
function costOf({ cpuMs, ticks }: ServerWindow): number {
  return cpuMs / ticks
}
