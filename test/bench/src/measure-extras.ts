import { growthOf, measureBytes, recordedBytes } from './bytes-record.js'
import type { VersionKb } from './measure-heap.js'
import { type Player, withPlayers } from './player.js'
import { type Spread, spreadOf } from './scene-figures.js'
import { idle, idleSmall } from './scenes/idle.js'
import { scenes } from './scenes/scenes.js'
import { sparse } from './scenes/sparse.js'
import { swarm } from './scenes/swarm.js'
import { tygase } from './systems/tygase.js'
import { compareLoneViews } from './views/compare-lone-views.js'

/** What is said of this library alone. */
export interface Extras {
  /** Time of an idle tick with 10,000 rows, in times that of one with 100. */
  idle: Spread
  /** Bytes of all the idle ticks together. */
  idleBytes: number
  /** Heap that 100 versions of `sparse` hold above the last of them. */
  retainedHeapMb: number
  /** What a version of `swarm` holds. */
  versionKb: VersionKb
  /** Time of a view of 20 rows over 20,000, in times of one over 200. */
  loneView: Spread
  /** The scene whose bytes have grown most since they were recorded, in times of those; 1 where none has grown. */
  growth: { scene: string; ratio: number }
}

/** How long it is looked at these. */
export interface ExtrasEffort {
  /** Pairs of processes with idle ticks. What the compiler makes of ticks of a microsecond differs from process to process. */
  idlePairs: number
  batches: number
  /** Pairs of processes with a view. */
  viewPairs: number
  viewRounds: number
}

export const wholeExtras: ExtrasEffort = { idlePairs: 5, batches: 5, viewPairs: 3, viewRounds: 5 }
export const quickExtras: ExtrasEffort = { idlePairs: 3, batches: 2, viewPairs: 3, viewRounds: 2 }

const batchTicks = 5_000
/** The first ones are for the compiler. */
const warmUpBatches = 3
const versions = 100
const versionCopies = 24

export async function measureExtras({ idlePairs, batches, viewPairs, viewRounds }: ExtrasEffort): Promise<Extras> {
  const ratios: number[][] = []
  let idleBytes = 0
  for (let pair = 0; pair < idlePairs; pair++) {
    const measured = await withPlayers(2, (players) => measureIdle(players, batches))
    ratios.push(measured.ratios)
    idleBytes += measured.bytes
  }
  const loneView = await compareLoneViews(viewPairs, viewRounds)
  return withPlayers(1, async ([player]) => {
    const { heapMb } = await player!.ask('retained', { scene: sparse.name, versions })
    const versionKb = await player!.ask('version', { scene: swarm.name, copies: versionCopies })
    return { idle: spreadOf(ratios)!, idleBytes, retainedHeapMb: heapMb, versionKb, loneView, growth: findMostGrowth() }
  })
}

async function measureIdle(players: readonly Player[], batches: number): Promise<{ ratios: number[]; bytes: number }> {
  const idleScenes = [idle, idleSmall]
  for (const [index, player] of players.entries()) {
    await player.ask('open', { scene: idleScenes[index]!.name, system: tygase.name, heapCopies: 0 })
  }
  const times: [number[], number[]] = [[], []]
  let bytes = 0
  for (let batch = -warmUpBatches; batch < batches; batch++) {
    for (const [index, player] of players.entries()) {
      const played = await player.ask('batch', { ticks: batchTicks })
      bytes += played.bytes
      if (batch >= 0) times[index]!.push(played.msPerTick)
    }
  }
  return { ratios: times[0].map((ms, batch) => ms / times[1][batch]!), bytes }
}

function findMostGrowth(): Extras['growth'] {
  const record = recordedBytes()
  const all = scenes.map((scene) => ({
    scene: scene.name,
    ratio: growthOf(record[scene.name], measureBytes(scene)),
  }))
  return all.reduce((most, each) => (each.ratio > most.ratio ? each : most))
}
