import type { Round } from './match.js'
import { type Player, withPlayers } from './player.js'
import type { WarmUp } from './requests.js'
import type { Scene } from './scene.js'
import { type Compared, compareAll, type Played } from './scene-figures.js'
import { peerName, systems } from './systems/systems.js'
import { tygase } from './systems/tygase.js'

/** How long a run is. */
export interface Effort {
  /** Fresh processes in which ours and the peer play, one after the other. */
  processes: number
  /** The same of the other systems, about which nothing has to be decided. */
  otherProcesses: number
  /** Rounds that count in each process, in each of which every system has its turn. */
  rounds: number
  /** How much processor time a process plays for before the first round. */
  warmUpMs: number
  /** How long a round takes; but see `mostTicks`. */
  roundMs: number
  /** A round has no more ticks than this, in times of the scene's own number, and no fewer than `leastTicks`. */
  mostTicks: number
  /** Servers whose heap is measured, the first of which does not count. */
  heapCopies: number
}

/** The first second of a process, at 20 Hz. */
export const coldTicks = 20

const leastTicks = 3

/**
 * Lets every system play a scene in fresh processes. Those of one turn play round by round, one after the other.
 * @param say is told of each turn
 * @throws Error when a system does not end with the same state everywhere
 */
export async function measureScene(
  scene: Scene,
  effort: Effort,
  say: (progress: string) => void = () => {},
): Promise<Compared[]> {
  const all = systems.map(({ name }) => ({ system: name, heapMb: Number.NaN, processes: [] as Played[] }))
  for (let turn = 0; turn < effort.processes; turn++) {
    say(`${scene.name}, processes ${turn + 1} of ${effort.processes}`)
    const playing = all.filter(({ system }) => turn < effort.otherProcesses || isCompared(system))
    await withPlayers(playing.length, async (players) => {
      const played = await playTurn(
        scene,
        effort,
        playing.map(({ system }, index) => ({ system, player: players[index]! })),
      )
      for (const [index, each] of playing.entries()) each.processes.push(played[index]!)
      // the last thing that these do, as it leaves a heap behind that no server has
      if (turn > 0) return
      const heaps = await Promise.all(
        players.map((player, index) => heapOf(player, scene, playing[index]!.system, effort)),
      )
      for (const [index, each] of playing.entries()) each.heapMb = heaps[index]!
    })
  }
  return compareAll(scene.name, all)
}

function isCompared(system: string): boolean {
  return system === tygase.name || system === peerName
}

async function heapOf(player: Player, scene: Scene, system: string, { heapCopies }: Effort): Promise<number> {
  return (await player.ask('heap', { scene: scene.name, system, heapCopies })).heapMb
}

async function playTurn(
  scene: Scene,
  { rounds: count, warmUpMs, roundMs, mostTicks, otherProcesses, processes }: Effort,
  playing: readonly { system: string; player: Player }[],
): Promise<Played[]> {
  // nothing is timed yet, so they may work at once
  await Promise.all(
    playing.map(({ system, player }) => player.ask('open', { scene: scene.name, system, heapCopies: 0 })),
  )
  const starts: { cold: Round; warmUp: WarmUp; ticks: number; rounds: Round[] }[] = []
  for (const { system, player } of playing) {
    const cold = await player.ask('cold', { ticks: coldTicks })
    const isBrief = otherProcesses < processes && !isCompared(system)
    const warmUp = await player.ask('warm', { ticks: isBrief ? coldTicks : scene.ticksPerRound, ms: warmUpMs })
    const wanted = Math.min(Math.ceil(roundMs / warmUp.msPerTick), mostTicks * scene.ticksPerRound)
    starts.push({ cold, warmUp, ticks: Math.max(leastTicks, wanted), rounds: [] })
  }
  for (let number = 0; number < count; number++) {
    for (const [index, { player }] of playing.entries()) {
      const { ticks, rounds } = starts[index]!
      rounds.push(await player.ask('round', { ticks }))
    }
  }
  const endings = await Promise.all(playing.map(({ player }) => player.ask('finish', {})))
  for (const [index, { difference }] of endings.entries()) {
    if (difference === undefined) continue
    throw new Error(`${scene.name}, ${playing[index]!.system}: states differ at the end; ${difference}`)
  }
  return starts.map(({ cold, warmUp, rounds }, index) => ({ cold, warmUp, rounds, ending: endings[index]! }))
}
