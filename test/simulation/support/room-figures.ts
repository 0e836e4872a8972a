import { performance } from 'node:perf_hooks'

/** What was played and checked. */
export interface RoomFigures {
  rooms: number
  /** The connected time of all clients, added up. */
  clientMs: number
  faults: number
  packets: number
  comparedVersions: number
  handledEvents: number
}

export const noFigures: RoomFigures = {
  rooms: 0,
  clientMs: 0,
  faults: 0,
  packets: 0,
  comparedVersions: 0,
  handledEvents: 0,
}

export function addFigures(a: RoomFigures, b: RoomFigures): RoomFigures {
  return {
    rooms: a.rooms + b.rooms,
    clientMs: a.clientMs + b.clientMs,
    faults: a.faults + b.faults,
    packets: a.packets + b.packets,
    comparedVersions: a.comparedVersions + b.comparedVersions,
    handledEvents: a.handledEvents + b.handledEvents,
  }
}

/** Measures time on the clock and on the processor. */
export class Stopwatch {
  readonly #beganAt = performance.now()
  readonly #cpu = process.cpuUsage()

  get seconds(): number {
    return (performance.now() - this.#beganAt) / 1000
  }

  /** Processor time of this process, on all cores. On a busy machine it means more than the clock. */
  get cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#cpu)
    return (user + system) / 1e6
  }
}

/** One line for people to read. */
export function describeFigures(figures: RoomFigures, { seconds, cpuSeconds }: Stopwatch): string {
  const { rooms, clientMs, faults, packets, comparedVersions, handledEvents } = figures
  const hours = `${(clientMs / 3_600_000).toFixed(1)} virtual client-hours in ${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} s of processor time`
  const counts = { rooms, faults, packets, 'versions compared': comparedVersions, 'events handled': handledEvents }
  return [hours, ...Object.entries(counts).map(([name, count]) => `${count.toLocaleString('en')} ${name}`)].join(', ')
}
