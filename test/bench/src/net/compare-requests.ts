import { median } from '../median.js'
import { measureRequests } from './measure-room.js'
import type { NetEffort } from './measure-window.js'
import type { RequestFigures, TripFigures } from './questions.js'
import type { CallerName } from './systems/net-system.js'

export interface RequestRow extends RequestFigures {
  system: CallerName
}

const callers: readonly CallerName[] = ['tygase', 'socket.io']

/** Lets the systems take turns. @returns the medians over the rounds */
export async function compareRequests(effort: NetEffort): Promise<RequestRow[]> {
  const windows = new Map<CallerName, RequestFigures[]>(callers.map((system) => [system, []]))
  for (let round = 0; round < effort.rounds; round++) {
    for (const [system, figures] of windows) figures.push(await measureRequests(system, effort.seconds / 2))
  }
  return [...windows].map(([system, figures]) => ({
    system,
    single: medians(figures.map(({ single }) => single)),
    pipelined: medians(figures.map(({ pipelined }) => pipelined)),
  }))
}

function medians(trips: readonly TripFigures[]): TripFigures {
  return {
    perSecond: median(trips.map(({ perSecond }) => perSecond)),
    p50Ms: median(trips.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(trips.map(({ p99Ms }) => p99Ms)),
  }
}
