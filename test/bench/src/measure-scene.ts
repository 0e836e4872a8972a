import type { Ending, Round } from './match.js'
import { median, medianRatio } from './median.js'
import { withPlayers } from './player.js'
import type { Scene } from './scene.js'
import { peerName, systems } from './systems/systems.js'

/** How long a run is. */
export interface Effort {
  /** Rounds that count, in each of which every system has its turn. */
  rounds: number
  /** Of the scene's own number of ticks per round. */
  tickShare: number
  /** Rounds that do not count. */
  warmUpRounds: number
  /** Servers whose heap is measured, the first of which does not count. */
  heapCopies: number
}

/** A row of what is published. */
export interface Measurement {
  scene: string
  system: string
  bytesPerTick: number
  /** Null where nothing changes. */
  bytesPerChange: number | null
  snapshotBytes: number
  serverMs: number
  clientMs: number
  heapMb: number
}

/** A measurement with its ratios to those of the peer: medians over the rounds of one run; null where the peer's is 0. */
export interface Compared extends Measurement {
  ratios: {
    bytesPerTick: number | null
    snapshotBytes: number | null
    serverMs: number | null
    clientMs: number | null
  }
}

/**
 * Lets every system play a scene, in turn: round by round, one after the other.
 * @throws Error when a system does not end with the same state everywhere
 */
export function measureScene(scene: Scene, effort: Effort): Promise<Compared[]> {
  return withPlayers(systems.length, async (players) => {
    // nothing is timed yet, so they may work at once
    const heapMbs = await Promise.all(
      players.map(async (player, index) => {
        const { heapCopies } = effort
        const { heapMb } = await player.ask('open', { scene: scene.name, system: systems[index]!.name, heapCopies })
        return heapMb
      }),
    )
    const ticks = Math.ceil(scene.ticksPerRound * effort.tickShare)
    const rounds: Round[][] = systems.map(() => [])
    for (let number = -effort.warmUpRounds; number < effort.rounds; number++) {
      for (const [index, player] of players.entries()) {
        const round = await player.ask('round', { ticks })
        if (number >= 0) rounds[index]!.push(round)
      }
    }
    const endings = await Promise.all(players.map((player) => player.ask('finish', {})))
    for (const [index, { difference }] of endings.entries()) {
      if (difference === undefined) continue
      throw new Error(`${scene.name}, ${systems[index]!.name}: states differ at the end; ${difference}`)
    }
    const peer = systems.findIndex((system) => system.name === peerName)
    return systems.map((system, index) => ({
      ...summary(scene.name, system.name, rounds[index]!, endings[index]!, heapMbs[index]!),
      ratios: {
        bytesPerTick: ratio(sum(rounds[index]!, 'bytes'), sum(rounds[peer]!, 'bytes')),
        snapshotBytes: ratio(endings[index]!.snapshotBytes, endings[peer]!.snapshotBytes),
        serverMs: ratioOf('serverMs', rounds[index]!, rounds[peer]!),
        clientMs: ratioOf('clientMs', rounds[index]!, rounds[peer]!),
      },
    }))
  })
}

function summary(scene: string, system: string, rounds: readonly Round[], ending: Ending, heapMb: number): Measurement {
  const bytes = sum(rounds, 'bytes')
  const changes = sum(rounds, 'changes')
  return {
    scene,
    system,
    bytesPerTick: bytes / sum(rounds, 'ticks'),
    bytesPerChange: changes === 0 ? null : bytes / changes,
    snapshotBytes: ending.snapshotBytes,
    serverMs: median(rounds.map((round) => round.serverMs)),
    clientMs: median(rounds.map((round) => round.clientMs)),
    heapMb,
  }
}

function sum(rounds: readonly Round[], field: keyof Round): number {
  return rounds.reduce((total, round) => total + round[field], 0)
}

function ratioOf(field: 'serverMs' | 'clientMs', rounds: readonly Round[], peers: readonly Round[]): number | null {
  const found = medianRatio(
    rounds.map((round) => round[field]),
    peers.map((round) => round[field]),
  )
  return Number.isFinite(found) ? found : null
}

function ratio(value: number, reference: number): number | null {
  return reference === 0 ? null : value / reference
}
