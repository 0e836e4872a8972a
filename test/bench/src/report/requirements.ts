import type { Extras } from '../measure-extras.js'
import type { Compared } from '../measure-scene.js'
import { scenes } from '../scenes/scenes.js'
import { tygase } from '../systems/tygase.js'
import { markdownRow } from './figures-table.js'
import { formatNumber } from './format.js'

/** Something that has to be reached: a figure that must not be above a bound. */
export interface Requirement {
  measure: string
  figure: number | null
  must: number
  /** Null where the bound is all that is asked. */
  goFor: number | null
}

type Ratio = keyof Compared['ratios']

/** Bounds of ratios to the peer, by scene. */
const bounds: { measure: string; ratio: Ratio; scenes: Record<string, [must: number, goFor: number]> }[] = [
  {
    measure: 'bytes per tick',
    ratio: 'bytesPerTick',
    scenes: {
      swarm: [0.15, 0.05],
      wander: [0.25, 0.2],
      arena: [0.35, 0.25],
      sparse: [0.5, 0.4],
      churn: [0.6, 0.5],
      flags: [0.15, 0.1],
      aged: [0.3, 0.2],
      cards: [1, 0.8],
      inventory: [1, 0.8],
      log: [1, 0.8],
      text: [1, 0.8],
      lossless: [1, 0.9],
    },
  },
  {
    measure: 'snapshot bytes',
    ratio: 'snapshotBytes',
    scenes: Object.fromEntries(scenes.map(({ name }) => [name, [0.8, 0.6]])),
  },
  { measure: 'server time', ratio: 'serverMs', scenes: boundsOfTime(1, 0.7) },
  { measure: 'client time', ratio: 'clientMs', scenes: boundsOfTime(0.7, 0.5) },
]

function boundsOfTime(must: number, goFor: number): Record<string, [number, number]> {
  return Object.fromEntries(['swarm', 'wander', 'sparse', 'arena', 'churn'].map((name) => [name, [must, goFor]]))
}

export function requirementsOf(rows: readonly Compared[], extras: Extras): Requirement[] {
  const ours = new Map(rows.filter((row) => row.system === tygase.name).map((row) => [row.scene, row]))
  return [
    ...bounds.flatMap(({ measure, ratio, scenes: bySceneName }) =>
      Object.entries(bySceneName).map(([scene, [must, goFor]]) => ({
        measure: `${measure}, \`${scene}\``,
        figure: ours.get(scene)?.ratios[ratio] ?? null,
        must,
        goFor,
      })),
    ),
    {
      measure: 'idle tick with 10,000 rows, in times of one with 100',
      figure: extras.idleRatio,
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

export function requirementsForPage(requirements: readonly Requirement[]): string {
  const heads = ['measure', 'figure', 'must', 'go for', 'reached']
  return [heads, ['---', '---:', '---:', '---:', '---'], ...requirements.map(requirementCells)]
    .map(markdownRow)
    .join('\n')
}

function requirementCells({ measure, figure, must, goFor }: Requirement): string[] {
  return [
    measure,
    figure === null ? 'not measured' : formatNumber(figure),
    String(must),
    goFor === null ? '–' : String(goFor),
    figure === null ? '–' : figure > must ? '**no**' : goFor !== null && figure <= goFor ? 'both' : 'must',
  ]
}

export function unreached(requirements: readonly Requirement[]): Requirement[] {
  return requirements.filter(({ figure, must }) => figure !== null && figure > must)
}
