import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Effort } from './measure-scene.js'
import { median, quantile } from './median.js'
import { Player } from './player.js'
import type { Scene } from './scene.js'

/** Fewer pairs say little about a difference of a few per cent. */
const leastPairs = 15
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
export async function compareCheckouts(scene: Scene, folder: string, effort: Effort): Promise<PairedRatios[]> {
  const other = join(resolve(folder), 'test/bench/dist/child.js')
  if (!existsSync(other)) throw new Error(`${other} is missing: build the benchmarks of the other checkout first.`)
  const players = [new Player(), new Player(pathToFileURL(other))] as const
  const ticks = Math.ceil(scene.ticksPerRound * effort.tickShare)
  const measures = Object.keys(names) as (keyof typeof names)[]
  const ratios = { serverMs: [], clientMs: [], serverMeanMs: [], clientMeanMs: [] } as Record<
    keyof typeof names,
    number[]
  >
  try {
    for (const player of players)
      await player.ask('open', { scene: scene.name, system: 'tygase', heapCopies: effort.heapCopies })
    const pairs = Math.max(leastPairs, effort.rounds)
    for (let number = -effort.warmUpRounds; number < pairs; number++) {
      const [first, second] = number % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
      const rounds = { [first]: await players[first].ask('round', { ticks }) }
      rounds[second] = await players[second].ask('round', { ticks })
      if (number >= 0) for (const measure of measures) ratios[measure].push(rounds[0]![measure] / rounds[1]![measure])
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
