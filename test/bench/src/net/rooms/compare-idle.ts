import { withProcesses } from '../helper-process.js'
import { measureWindow, type NetEffort } from '../measure-window.js'

/** What a server does that has nothing to do, by how it has nothing to do. */
const idleKinds = ['none', 'empty', 'quiet'] as const

/** No rooms; rooms that nobody is in; rooms with a client each in which nothing changes. */
export type IdleKind = (typeof idleKinds)[number]

export interface IdleRow {
  kind: IdleKind
  rooms: number
  /** Processor time of the server's process, in microseconds per second: the least of the windows, as a machine's other work only adds. */
  cpuPerSecond: number
  /** By how much the windows differ, from the least to the most. */
  spread: number
  /** What there is above no rooms, for each room. */
  abovePerRoom: number
}

/** Lets the kinds take turns, each in processes of their own. */
export async function compareIdle(rooms: number, effort: NetEffort): Promise<IdleRow[]> {
  const windows = new Map<IdleKind, number[]>(idleKinds.map((kind) => [kind, []]))
  for (let round = 0; round < effort.rounds; round++) {
    for (const [kind, cpu] of windows) cpu.push(await measureIdle(kind, rooms, effort))
  }
  return idleRowsOf(rooms, windows)
}

/** @param windows of each kind microseconds per second, one for each round */
export function idleRowsOf(rooms: number, windows: ReadonlyMap<IdleKind, readonly number[]>): IdleRow[] {
  const none = Math.min(...windows.get('none')!)
  return [...windows].map(([kind, cpu]) => ({
    kind,
    rooms: kind === 'none' ? 0 : rooms,
    cpuPerSecond: Math.min(...cpu),
    spread: Math.max(...cpu) - Math.min(...cpu),
    abovePerRoom: (Math.min(...cpu) - none) / rooms,
  }))
}

/**
 * Whether empty rooms cost more than what windows without any differ by among themselves.
 * @param rows as `idleRowsOf` gives them
 */
export function isEmptyMeasurable(rows: readonly IdleRow[]): boolean {
  const empty = rows.find(({ kind }) => kind === 'empty')!
  const none = rows.find(({ kind }) => kind === 'none')!
  return empty.abovePerRoom * empty.rooms > none.spread
}

function measureIdle(kind: IdleKind, rooms: number, effort: NetEffort): Promise<number> {
  return withProcesses(async (server, client) => {
    const { port } = await server.ask('openRooms', { roomKind: 'still', rooms: kind === 'none' ? 0 : rooms })
    if (kind === 'quiet') await client.ask('openRooms', { roomKind: 'still', port, rooms, clients: rooms })
    const { ofServer, ofClients } = await measureWindow(server, client, effort)
    if (kind === 'quiet' && ofClients.fewestUpdates !== 0)
      throw new Error('In rooms in which nothing changes something has.')
    return ofServer.cpuMicroseconds / ofClients.seconds
  })
}
