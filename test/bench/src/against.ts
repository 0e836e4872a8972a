import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median, quantile } from './median.js'
import { Player } from './player.js'
import type { Scene } from './scene.js'

/** How long two checkouts are compared. */
export interface PairEffort {
  /** Pairs of rounds that count. Fewer say little about a difference of a few per cent. */
  pairs: number
  /** How long each of the two plays before. */
  warmUpMs: number
  /** Of the scene's own number of ticks. */
  tickShare: number
}

export const wholePairs: PairEffort = { pairs: 15, warmUpMs: 1000, tickShare: 1 }
export const quickPairs: PairEffort = { pairs: 15, warmUpMs: 500, tickShare: 0.2 }

/** The heap is not looked at here. Two copies are the least that every checkout measures. */
const heapCopies = 2

/** A difference up to this counts as none. */
const usualBound = 1.05

const names = { serverMs: 'server', serverMeanMs: 'server, mean', clientMs: 'client', clientMeanMs: 'client, mean' }

/** The ratios of two checkouts in one measure, this one's figure over the other's, one for each pair of rounds. */
export interface PairedRatios {
  readonly measure: string
  readonly ratios: readonly number[]
}

/**
 * Lets this checkout and another one play a scene in turn, and compares them pair by pair. Which of the two begins changes from pair to pair.
 * Bytes are not compared: the processes warm up by time and so stand at different ticks; `npm test` holds the bytes.
 * @param folder the root of the other checkout, with its benchmarks built (`npx tsc -b test/bench`)
 * @returns server and client by the median and by the mean of a round's ticks; the mean has the collections of garbage in it
 * @throws Error if there is no such checkout
 */
export async function compareCheckouts(
  scene: Scene,
  folder: string,
  { pairs, warmUpMs, tickShare }: PairEffort,
): Promise<PairedRatios[]> {
  const other = join(resolve(folder), 'test/bench/dist/child.js')
  if (!existsSync(other)) throw new Error(`${other} is missing: build the benchmarks of the other checkout first.`)
  const players = [new Player(), new Player(pathToFileURL(other))] as const
  const ticks = Math.ceil(scene.ticksPerRound * tickShare)
  const measures = Object.keys(names) as (keyof typeof names)[]
  const ratios = { serverMs: [], clientMs: [], serverMeanMs: [], clientMeanMs: [] } as Record<
    keyof typeof names,
    number[]
  >
  try {
    for (const player of players) {
      await player.ask('open', { scene: scene.name, system: 'tygase', heapCopies })
      const startMs = performance.now()
      while (performance.now() - startMs < warmUpMs) await player.ask('round', { ticks })
    }
    for (let number = 0; number < pairs; number++) {
      const [first, second] = number % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
      const rounds = { [first]: await players[first].ask('round', { ticks }) }
      rounds[second] = await players[second].ask('round', { ticks })
      for (const measure of measures) ratios[measure].push(rounds[0]![measure] / rounds[1]![measure])
    }
    return measures.map((measure) => ({ measure: names[measure], ratios: ratios[measure] }))
  } finally {
    for (const player of players) player.end()
  }
}

/**
 * A line for the terminal: the median of the ratios, their quartiles, and whether the difference is decided.
 * @param bound a ratio up to this counts as no difference
 */
export function verdictOf(scene: string, { measure, ratios }: PairedRatios, bound = usualBound): string {
  const [low, middle, high] = [quantile(ratios, 0.25), median(ratios), quantile(ratios, 0.75)]
  const verdict = high <= bound ? 'no worse' : low > bound ? 'worse' : 'not decided'
  const figures = [low, middle, high].map((value) => (Number.isFinite(value) ? value.toFixed(3) : '–'))
  return `${scene.padEnd(12)}${measure.padEnd(15)}${figures[1]}  (${figures[0]} to ${figures[2]})  ${verdict}`
}
