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
const batches = 9
const versions = 100
const heapRuns = 3

export async function measureExtras(): Promise<Extras> {
  const [idleRatio, idleBytes] = await withPlayers(2, measureIdle)
  return { idleRatio, idleBytes, retainedHeapMb: await measureRetained() }
}

async function measureIdle(players: readonly Player[]): Promise<[ratio: number, bytes: number]> {
  const scenes = [idle, idleSmall]
  for (const [index, player] of players.entries()) {
    await player.ask('open', { scene: scenes[index]!.name, system: tygase.name })
  }
  const times: [number[], number[]] = [[], []]
  let bytes = 0
  // the first batch is for the compiler
  for (let batch = -1; batch < batches; batch++) {
    for (const [index, player] of players.entries()) {
      const played = await player.ask('batch', { ticks: batchTicks })
      bytes += played.bytes
      if (batch >= 0) times[index]!.push(played.msPerTick)
    }
  }
  return [medianRatio(times[0], times[1]), bytes]
}

async function measureRetained(): Promise<number> {
  const found: number[] = []
  for (let run = 0; run < heapRuns; run++) {
    const { heapMb } = await withPlayers(1, ([player]) => player!.ask('retained', { scene: sparse.name, versions }))
    found.push(heapMb)
  }
  return median(found)
}
