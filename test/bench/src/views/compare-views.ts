import { median } from '../median.js'
import { HelperProcess } from '../net/helper-process.js'
import { type Spread, spreadOf } from '../scene-figures.js'
import type { ViewQuestions } from '../view-process.js'
import type { ViewRound } from './view-match.js'
import { viewSystems } from './view-systems.js'

/** How long the views are looked at. */
export interface ViewEffort {
  /** Fresh processes in which each system plays, one after the other. */
  processes: number
  rounds: number
  warmUpRounds: number
  ticksPerRound: number
}

/** A system, with the medians over processes and rounds. */
export interface ViewRow extends ViewRound {
  system: string
  /** Our times in times of this system's, and our bytes in times of its bytes. */
  ratios: { serverMs: Spread; serverCpuMs: Spread; bytesPerView: number }
}

const program = new URL('../view-process.js', import.meta.url)

/**
 * Lets the systems take turns, round by round, each in a process of its own, and does so again in fresh processes.
 * @throws Error when a system does not end with the same state everywhere
 */
export async function compareViews(effort: ViewEffort): Promise<ViewRow[]> {
  const played = viewSystems.map(({ name }) => ({ name, processes: [] as ViewRound[][] }))
  for (let turn = 0; turn < effort.processes; turn++) {
    const rounds = await playTurn(effort)
    for (const [index, { processes }] of played.entries()) processes.push(rounds[index]!)
  }
  return viewRowsOf(played)
}

async function playTurn({ rounds, warmUpRounds, ticksPerRound }: ViewEffort): Promise<ViewRound[][]> {
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
  return players.map((player) => player.rounds)
}

/** @param played of each system the rounds of its processes; ours come first */
export function viewRowsOf(
  played: readonly { name: string; processes: readonly (readonly ViewRound[])[] }[],
): ViewRow[] {
  const ours = played[0]!.processes
  return played.map(({ name, processes }) => {
    const ratiosOf = (field: keyof ViewRound) =>
      processes.map((rounds, place) => rounds.map((round, number) => ours[place]![number]![field] / round[field]))
    const means = processes.map((rounds, place) => meanCpu(ours[place]!) / meanCpu(rounds))
    const rounds = processes.flat()
    const bytesPerView = bytesOf(rounds)
    return {
      system: name,
      serverMs: median(rounds.map(({ serverMs }) => serverMs)),
      serverCpuMs: median(processes.map(meanCpu)),
      bytesPerView,
      ratios: {
        serverMs: spreadOf(ratiosOf('serverMs'))!,
        serverCpuMs: spreadOf(ratiosOf('serverCpuMs'), means)!,
        bytesPerView: bytesOf(ours.flat()) / bytesPerView,
      },
    }
  })
}

function bytesOf(rounds: readonly ViewRound[]): number {
  return median(rounds.map(({ bytesPerView }) => bytesPerView))
}

/** Over the ticks of all rounds, of which there are as many in each. */
function meanCpu(rounds: readonly ViewRound[]): number {
  return rounds.reduce((sum, { serverCpuMs }) => sum + serverCpuMs, 0) / rounds.length
}
