import type { Extras } from '../measure-extras.js'
import type { Compared, Spread } from '../scene-figures.js'
import { tygase } from '../systems/tygase.js'
import { markdownRow } from './figures-table.js'
import { formatNumber } from './format.js'

/** Something that has to be reached: a figure that must not be above a bound. */
export interface Requirement {
  measure: string
  /** The median of the processes. Null: not measured. */
  figure: number | null
  /** The figure of the worst process, for which the bounds hold. Default: `figure`. */
  worst?: number | null
  must: number
  /** Null where the bound is all that is asked. */
  goFor: number | null
  /** The mean processor time of the same measure. */
  cpu?: { figure: number | null; worst: number | null; must: number }
}

/** For a scene: what must be reached, what to go for, and what the mean processor time must be, if that is asked. */
type Bounds = readonly [must: number, goFor: number, cpuMust?: number]

const serverBounds: Readonly<Record<string, Bounds>> = {
  swarm: [0.8, 0.65, 1],
  wander: [0.6, 0.45, 1],
  arena: [0.7, 0.6, 1],
  aged: [0.9, 0.7, 1],
  sparse: [1.3, 1, 2.6],
  flags: [1.05, 0.8, 1.3],
  volley: [0.7, 0.5, 1],
  churn: [0.33, 0.3, 0.5],
  cards: [4, 3],
  log: [1.6, 1.2],
  text: [6, 4],
  inventory: [3, 2],
  events: [3.5, 2.5],
  grid: [4, 2],
  trail: [4, 2],
}

const ofRows: Bounds = [0.4, 0.25]
const ofFewRows: Bounds = [0.9, 0.25]
const ofPlainTrees: Bounds = [5, 3]

const clientBounds: Readonly<Record<string, Bounds>> = {
  swarm: ofRows,
  wander: ofRows,
  arena: ofRows,
  bots: ofRows,
  aged: ofRows,
  flags: ofRows,
  volley: ofRows,
  churn: ofRows,
  physics: ofRows,
  events: ofRows,
  lossless: ofRows,
  sparse: ofFewRows,
  huge: ofFewRows,
  cards: ofPlainTrees,
  log: ofPlainTrees,
  text: ofPlainTrees,
  inventory: ofPlainTrees,
  grid: ofPlainTrees,
  trail: ofPlainTrees,
}

const bytesBounds: Readonly<Record<string, Bounds>> = { grid: [1, 0.7], trail: [1, 0.7] }

export function requirementsOf(rows: readonly Compared[], extras: Extras): Requirement[] {
  const ours = new Map(rows.filter((row) => row.system === tygase.name).map((row) => [row.scene, row.ratios]))
  const ofTimes = (side: 'server' | 'client', bounds: Readonly<Record<string, Bounds>>) =>
    Object.entries(bounds).map(([scene, [must, goFor, cpuMust]]) => {
      const ratios = ours.get(scene)
      const requirement = { measure: `${side} time, \`${scene}\``, ...ofSpread(ratios?.[side]), must, goFor }
      const cpu = ofSpread(ratios?.[side === 'server' ? 'serverCpu' : 'clientCpu'])
      return { ...requirement, cpu: { ...cpu, must: cpuMust ?? Number.POSITIVE_INFINITY } }
    })
  return [
    ...ofTimes('server', serverBounds),
    ...ofTimes('client', clientBounds),
    ...Object.entries(bytesBounds).map(([scene, [must, goFor]]) => ({
      measure: `bytes per tick, \`${scene}\``,
      figure: ours.get(scene)?.bytesPerTick ?? null,
      must,
      goFor,
    })),
    {
      measure: `bytes of deltas and snapshots, in times of those recorded; the most of any scene, \`${extras.growth.scene}\``,
      figure: extras.growth.ratio,
      must: 1,
      goFor: null,
    },
    {
      measure: 'one view of 20 rows over 20,000, in times of one over 200',
      ...ofSpread(extras.loneView),
      must: 3,
      goFor: null,
    },
    { measure: 'memory of a version of `swarm`, KB', figure: extras.versionKb.unread, must: 120, goFor: null },
    { measure: 'the same when all its rows have been read', figure: extras.versionKb.read, must: 270, goFor: null },
    {
      measure: 'idle tick with 10,000 rows, in times of one with 100',
      ...ofSpread(extras.idle),
      must: 1.5,
      goFor: 1.1,
    },
    { measure: 'bytes of idle ticks', figure: extras.idleBytes, must: 0, goFor: 0 },
    {
      measure: 'heap of 100 retained versions above one, `sparse`, MB',
      figure: extras.retainedHeapMb,
      must: 15,
      goFor: 8,
    },
  ]
}

/** The figure of a requirement, and that of the worst process. */
export function ofSpread(spread: Spread | null | undefined): { figure: number | null; worst: number | null } {
  return { figure: spread?.middle ?? null, worst: spread?.most ?? null }
}

export function requirementsForPage(requirements: readonly Requirement[]): string {
  const heads = ['measure', 'figure', 'must', 'go for', 'reached']
  return [heads, ['---', '---:', '---:', '---:', '---'], ...requirements.map(requirementCells)]
    .map(markdownRow)
    .join('\n')
}

function requirementCells(requirement: Requirement): string[] {
  const { measure, figure, must, goFor, cpu } = requirement
  const cpuMust = cpu !== undefined && Number.isFinite(cpu.must) ? ` (cpu ${cpu.must})` : ''
  return [
    measure,
    figureText(requirement),
    `${must}${cpuMust}`,
    goFor === null ? '–' : String(goFor),
    figure === null ? '–' : reachedText(requirement),
  ]
}

function figureText({ figure, worst = null, cpu }: Requirement): string {
  if (figure === null) return 'not measured'
  const processes = worst === null ? '' : ` (${formatNumber(worst)})`
  if (cpu === undefined || cpu.figure === null || cpu.worst === null) return `${formatNumber(figure)}${processes}`
  return `${formatNumber(figure)}${processes} (cpu ${formatNumber(cpu.figure)}, ${formatNumber(cpu.worst)})`
}

function reachedText(requirement: Requirement): string {
  if (isMissed(requirement)) return '**no**'
  const { figure, worst, goFor } = requirement
  return goFor !== null && (worst ?? figure)! <= goFor ? 'both' : 'must'
}

/** Whether the worst process misses what must be reached. */
function isMissed({ figure, worst, must, cpu }: Requirement): boolean {
  if (figure === null) return false
  return (worst ?? figure) > must || (cpu !== undefined && cpu.worst !== null && cpu.worst > cpu.must)
}

export function unreached(requirements: readonly Requirement[]): Requirement[] {
  return requirements.filter(isMissed)
}

/** A line for the terminal about a requirement that is not reached. */
export function unreachedText(requirement: Requirement): string {
  const [measure, figure, must] = requirementCells(requirement)
  return `not reached: ${measure}: ${figure}, must be ${must} at most`
}
