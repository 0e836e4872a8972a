import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PairedRatios } from '../against.js'
import { HelperProcess } from '../net/helper-process.js'
import type { PlayerQuestions, ServerQuestions, ServerWindow } from './questions.js'

export interface CostEffort {
  /** Each with fresh processes: how code is compiled and laid out differs from one to the next. */
  readonly processes: number
  /** Windows with a journal and without, of each two processes. */
  readonly pairs: number
  readonly rooms: number
  /** Of all rooms together. */
  readonly players: number
  readonly warmUpSeconds: number
  /** Of a window. */
  readonly seconds: number
  /** A folder for profiles of the server with a journal, one for each window. */
  readonly profiles?: string | undefined
}

/** Until events and states of the windows before are through. */
const settleMs = 300

/** What windows with a journal and without have cost. */
export interface CostFigures {
  readonly ratios: PairedRatios
  readonly withJournal: readonly ServerWindow[]
  readonly without: readonly ServerWindow[]
}

/**
 * Two servers with the same rooms and players, one with a journal, play in turn: while the one plays, the rooms of the other stand
 * still. The one that begins changes from pair to pair.
 */
export async function compareCost(
  effort: CostEffort,
  onPair: (ratio: number) => void = () => {},
): Promise<CostFigures> {
  const windows: { withJournal: ServerWindow[]; without: ServerWindow[] } = { withJournal: [], without: [] }
  for (let number = 0; number < effort.processes; number++) await comparePairs(effort, windows, onPair)
  const ratios = windows.withJournal.map((window, pair) => costOf(window) / costOf(windows.without[pair]!))
  return { ratios: { measure: 'processor time', ratios }, ...windows }
}

async function comparePairs(
  { pairs, rooms, players, warmUpSeconds, seconds, profiles = '' }: CostEffort,
  windows: { withJournal: ServerWindow[]; without: ServerWindow[] },
  onPair: (ratio: number) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-journal-'))
  const program = new URL('./server-process.js', import.meta.url)
  const servers = [profiles, ''].map((own) => new HelperProcess<ServerQuestions>('server', program, { args: [own] }))
  const client = new HelperProcess<PlayerQuestions>('player', new URL('./player-process.js', import.meta.url))
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
      const { port } = await server.ask('open', {
        folder: place === 0 ? folder : undefined,
        rooms: Array.from({ length: rooms }, (_, id) => id),
      })
      await client.ask('open', { port, rooms, players })
      await server.ask('pause', { isPaused: true })
    }
    for (const place of [0, 1]) await play(place, warmUpSeconds * 1000)
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? [0, 1] : [1, 0]
      const found = new Map<number, ServerWindow>()
      for (const place of order) found.set(place, await play(place, seconds * 1000))
      windows.withJournal.push(found.get(0)!)
      windows.without.push(found.get(1)!)
      onPair(costOf(found.get(0)!) / costOf(found.get(1)!))
    }
  } finally {
    await Promise.all([client, ...servers].map((each) => each.end()))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Processor time of a tick, in ms. */
function costOf({ cpuMs, ticks }: ServerWindow): number {
  return cpuMs / ticks
}
