import { median, medianRatio } from '../median.js'
import { HelperProcess } from '../net/helper-process.js'
import type { ViewQuestions } from '../view-process.js'
import type { ViewRound } from './view-match.js'
import { viewSystems } from './view-systems.js'

/** How long the views are looked at. */
export interface ViewEffort {
  rounds: number
  warmUpRounds: number
  ticksPerRound: number
}

/** A system, with the medians over the rounds. */
export interface ViewRow extends ViewRound {
  system: string
  /** Our time in times of this system's, the median over the rounds, and our bytes in times of its bytes. */
  ratios: ViewRound
}

const program = new URL('../view-process.js', import.meta.url)

/**
 * Lets the systems take turns, round by round, each in a process of its own.
 * @throws Error when a system does not end with the same state everywhere
 */
export async function compareViews({ rounds, warmUpRounds, ticksPerRound }: ViewEffort): Promise<ViewRow[]> {
  const players = viewSystems.map(({ name }) => ({
    name,
    process: new HelperProcess<ViewQuestions>(name, program),
    rounds: [] as ViewRound[],
  }))
  try {
    for (const { name, process } of players) await process.ask('open', { system: name })
    for (let number = -warmUpRounds; number < rounds; number++) {
      for (const player of players) {
        const round = await player.process.ask('round', { ticks: ticksPerRound })
        if (number >= 0) player.rounds.push(round)
      }
    }
    for (const { name, process } of players) {
      const difference = await process.ask('finish', {})
      if (difference !== null) throw new Error(`views, ${name}: states differ at the end; ${difference}`)
    }
  } finally {
    await Promise.all(players.map(({ process }) => process.end()))
  }
  return viewRowsOf(players)
}

/** @param played of each system its rounds; ours come first */
export function viewRowsOf(played: readonly { name: string; rounds: readonly ViewRound[] }[]): ViewRow[] {
  const timesOf = (rounds: readonly ViewRound[]) => rounds.map(({ serverMs }) => serverMs)
  const bytesOf = (rounds: readonly ViewRound[]) => median(rounds.map(({ bytesPerView }) => bytesPerView))
  const ours = played[0]!.rounds
  return played.map(({ name, rounds }) => ({
    system: name,
    serverMs: median(timesOf(rounds)),
    bytesPerView: bytesOf(rounds),
    ratios: {
      serverMs: medianRatio(timesOf(ours), timesOf(rounds)),
      bytesPerView: bytesOf(ours) / bytesOf(rounds),
    },
  }))
}
