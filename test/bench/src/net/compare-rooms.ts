import { median, medianRatio } from '../median.js'
import { measureRoom, type RoomFigures } from './measure-room.js'
import type { NetEffort } from './measure-window.js'
import { type NetSystemName, netSystems } from './systems/net-system.js'

/** One system with one number of clients. */
export interface RoomRow {
  clients: number
  system: NetSystemName
  /** The median of each figure over the windows. */
  figures: RoomFigures
  /** The median over the rounds of our processor time in times of this system's. */
  cpuRatio: number
}

/** Lets the systems take turns, window by window, each in processes of their own. */
export async function compareRooms(clients: number, effort: NetEffort): Promise<RoomRow[]> {
  const windows = new Map<NetSystemName, RoomFigures[]>(netSystems.map(({ name }) => [name, []]))
  for (let round = 0; round < effort.rounds; round++) {
    for (const [system, figures] of windows) figures.push(await measureRoom(system, clients, effort))
  }
  return rowsOf(clients, windows)
}

/** @param windows of each system one window per round; ours come first */
export function rowsOf(clients: number, windows: ReadonlyMap<NetSystemName, readonly RoomFigures[]>): RoomRow[] {
  const cpuOf = (figures: readonly RoomFigures[]) => figures.map(({ cpuPerClientTick }) => cpuPerClientTick)
  const ours = cpuOf(windows.get('tygase')!)
  return [...windows].map(([system, figures]) => ({
    clients,
    system,
    figures: medians(figures),
    cpuRatio: medianRatio(ours, cpuOf(figures)),
  }))
}

/** The median of each figure over the windows. */
export function medians(windows: readonly RoomFigures[]): RoomFigures {
  const keys = Object.keys(windows[0]!) as (keyof RoomFigures)[]
  return Object.fromEntries(keys.map((key) => [key, median(windows.map((window) => window[key]))])) as never
}
