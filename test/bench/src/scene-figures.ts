import type { Ending, Round } from './match.js'
import { median, quantile } from './median.js'
import type { WarmUp } from './requests.js'
import { peerName } from './systems/systems.js'

/** What one system has played in one process. */
export interface Played {
  readonly cold: Round
  readonly warmUp: WarmUp
  readonly rounds: readonly Round[]
  readonly ending: Ending
}

/** A system with what it has played in each of its processes. The processes of the same place have taken turns. */
export interface PlayedSystem {
  readonly system: string
  readonly heapMb: number
  readonly processes: readonly Played[]
}

/** A row of what is published. Figures are medians over the processes. */
export interface Measurement {
  scene: string
  system: string
  bytesPerTick: number
  /** Null where nothing changes. */
  bytesPerChange: number | null
  snapshotBytes: number
  /** Of the median tick: the median over the rounds. */
  serverMs: number
  clientMs: number
  /** Mean processor time of a tick over all rounds, collections of garbage included. */
  serverCpuMs: number
  clientCpuMs: number
  /** Mean of the first second's ticks in a fresh process. */
  coldServerMs: number
  coldClientMs: number
  heapMb: number
  /** How many fresh processes have played. */
  processes: number
}

/** A figure of several processes. */
export interface Spread {
  /** The median of the processes. */
  middle: number
  /** The lowest and the highest process. */
  least: number
  most: number
  /** The quartiles over the rounds of all processes. */
  lower: number
  upper: number
}

/** A measurement with its ratios to those of the peer; null where the peer's is 0. */
export interface Compared extends Measurement {
  ratios: {
    bytesPerTick: number | null
    snapshotBytes: number | null
    serverMs: number | null
    clientMs: number | null
    /** The two of times with their spread. */
    server: Spread | null
    client: Spread | null
    serverCpu: Spread | null
    clientCpu: Spread | null
    /** First seconds. Their quartiles are over the processes. */
    coldServer: Spread | null
    coldClient: Spread | null
  }
}

/** Compares each system with the peer, process by process: those of the same place have taken turns. */
export function compareAll(scene: string, all: readonly PlayedSystem[]): Compared[] {
  const peers = all.find(({ system }) => system === peerName)!.processes
  const peer = summary(scene, peerName, Number.NaN, peers)
  return all.map(({ system, heapMb, processes }) => {
    const own = summary(scene, system, heapMb, processes)
    const ratiosOf = (field: keyof Round) =>
      processes.map(({ rounds }, place) =>
        rounds.map((round, number) => round[field] / peers[place]!.rounds[number]![field]),
      )
    const ofMedians = (field: 'serverMs' | 'clientMs') => spreadOf(ratiosOf(field))
    // the mean over all rounds: a collection may be in one of them only
    const ofMeans = (field: 'serverCpuMs' | 'clientCpuMs') =>
      spreadOf(
        ratiosOf(field),
        processes.map(({ rounds }, place) => meanTick(rounds, field) / meanTick(peers[place]!.rounds, field)),
      )
    const ofCold = (field: 'serverMeanMs' | 'clientMeanMs') =>
      spreadOf(processes.map(({ cold }, place) => [cold[field] / peers[place]!.cold[field]]))
    const [server, client] = [ofMedians('serverMs'), ofMedians('clientMs')]
    return {
      ...own,
      ratios: {
        bytesPerTick: ratio(own.bytesPerTick, peer.bytesPerTick),
        snapshotBytes: ratio(own.snapshotBytes, peer.snapshotBytes),
        serverMs: server?.middle ?? null,
        clientMs: client?.middle ?? null,
        server,
        client,
        serverCpu: ofMeans('serverCpuMs'),
        clientCpu: ofMeans('clientCpuMs'),
        coldServer: ofCold('serverMeanMs'),
        coldClient: ofCold('clientMeanMs'),
      },
    }
  })
}

/**
 * @param values of each process those of its rounds
 * @param figures of each process its figure. Default: the median over its rounds
 * @returns null where there is a value that is no number
 */
export function spreadOf(
  values: readonly (readonly number[])[],
  figures: readonly number[] = values.map(median),
): Spread | null {
  const all = values.flat()
  if (!all.every(Number.isFinite)) return null
  return {
    middle: median(figures),
    least: Math.min(...figures),
    most: Math.max(...figures),
    lower: quantile(all, 0.25),
    upper: quantile(all, 0.75),
  }
}

function summary(scene: string, system: string, heapMb: number, processes: readonly Played[]): Measurement {
  const { warmUp } = processes[0]!
  const ofMedians = (field: 'serverMs' | 'clientMs') =>
    median(processes.map(({ rounds }) => median(rounds.map((round) => round[field]))))
  const ofMeans = (field: 'serverCpuMs' | 'clientCpuMs') =>
    median(processes.map(({ rounds }) => meanTick(rounds, field)))
  const ofCold = (field: 'serverMeanMs' | 'clientMeanMs') => median(processes.map(({ cold }) => cold[field]))
  return {
    scene,
    system,
    bytesPerTick: warmUp.bytes / warmUp.ticks,
    bytesPerChange: warmUp.changes === 0 ? null : warmUp.bytes / warmUp.changes,
    snapshotBytes: warmUp.snapshotBytes,
    serverMs: ofMedians('serverMs'),
    clientMs: ofMedians('clientMs'),
    serverCpuMs: ofMeans('serverCpuMs'),
    clientCpuMs: ofMeans('clientCpuMs'),
    coldServerMs: ofCold('serverMeanMs'),
    coldClientMs: ofCold('clientMeanMs'),
    heapMb,
    processes: processes.length,
  }
}

/** The mean over the ticks of all rounds. */
function meanTick(rounds: readonly Round[], field: keyof Round): number {
  const ticks = rounds.reduce((sum, round) => sum + round.ticks, 0)
  return rounds.reduce((sum, round) => sum + round[field] * round.ticks, 0) / ticks
}

function ratio(value: number, reference: number): number | null {
  return reference === 0 ? null : value / reference
}
