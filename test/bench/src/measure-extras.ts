import { median, medianRatio } from './median.js'
import { type Player, withPlayers } from './player.js'
import { idle, idleSmall } from './scenes/idle.js'
import { sparse } from './scenes/sparse.js'
import { tygase } from './systems/tygase.js'

/** What is said of this library alone. */
export interface Extras {
  /** Time of an idle tick with 10,000 rows, in times that of one with 100. */
  idleRatio: number
  /** Bytes of all the idle ticks together. */
  idleBytes: number
  /** Heap that 100 versions of `sparse` hold above the last of them. */
  retainedHeapMb: number
}

const batchTicks = 5_000
const batches = 5
/** The first ones are for the compiler. */
const warmUpBatches = 3
/** What the compiler makes of ticks of a microsecond differs from process to process. */
const idlePairs = 5
const versions = 100

export async function measureExtras(): Promise<Extras> {
  const ratios: number[] = []
  let idleBytes = 0
  for (let pair = 0; pair < idlePairs; pair++) {
    const { ratio, bytes } = await withPlayers(2, measureIdle)
    ratios.push(ratio)
    idleBytes += bytes
  }
  const { heapMb } = await withPlayers(1, ([player]) => player!.ask('retained', { scene: sparse.name, versions }))
  return { idleRatio: median(ratios), idleBytes, retainedHeapMb: heapMb }
}

async function measureIdle(players: readonly Player[]): Promise<{ ratio: number; bytes: number }> {
  const scenes = [idle, idleSmall]
  for (const [index, player] of players.entries()) {
    await player.ask('open', { scene: scenes[index]!.name, system: tygase.name, heapCopies: 2 })
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
  return { ratio: medianRatio(times[0], times[1]), bytes }
}
