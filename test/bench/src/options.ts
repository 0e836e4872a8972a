import { parseArgs } from 'node:util'
import { type PairEffort, quickPairs, wholePairs } from './against.js'
import { type ExtrasEffort, quickExtras, wholeExtras } from './measure-extras.js'
import type { Effort } from './measure-scene.js'
import type { Scene } from './scene.js'
import { sceneNamed, scenes } from './scenes/scenes.js'
import type { ViewEffort } from './views/compare-views.js'

export interface Options {
  help: boolean
  /** None where only views are measured. */
  scenes: readonly Scene[]
  effort: Effort
  extrasEffort: ExtrasEffort
  pairEffort: PairEffort
  /** Undefined where views are not measured. */
  viewEffort: ViewEffort | undefined
  /** A file to write the rows to. */
  json: string | undefined
  /** Whether docs/internals/benchmarks.md and its pictures are written. */
  write: boolean
  /** The root of another checkout that is measured in turn with this one, instead of the peers. */
  against: string | undefined
  /** Whether clients in Firefox and Chromium are measured, and nothing else. */
  firefox: boolean
  /** Whether it is measured where the time of our server goes, and nothing else. */
  profile: boolean
  /** Whether, instead of measuring, the bytes are recorded that `npm test` compares with. */
  record: boolean
}

export const help = `npm run bench                      measures every scene, and views
npm run bench -- --scene NAME      only this one, or several with several --scene
npm run bench -- --views           only views: many clients, each of which sees rows of its own
npm run bench -- --quick           in three minutes; its times are coarse
npm run bench -- --json FILE       writes the rows to a file too
npm run bench -- --write           writes docs/internals/benchmarks.md, its charts and the README; all scenes, or the section\n                                   about views, browsers or profiles
npm run bench -- --firefox         only clients in Firefox and in Chromium, in scenes with rows
npm run bench -- --profile         only where the time of our server goes, by function; also with --scene
npm run bench -- --against DIR     plays the scenes in turn with another checkout and compares the two pair by pair
npm run bench -- --record          plays every scene and records the bytes that npm test compares with

Scenes:
${scenes.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}`

const whole: Effort = {
  processes: 3,
  otherProcesses: 3,
  rounds: 5,
  warmUpMs: 700,
  roundMs: 200,
  mostTicks: 5,
  heapCopies: 5,
}
const quick: Effort = {
  processes: 3,
  otherProcesses: 1,
  rounds: 3,
  warmUpMs: 250,
  roundMs: 50,
  mostTicks: 5,
  heapCopies: 2,
}
const wholeViews: ViewEffort = { processes: 3, rounds: 7, warmUpRounds: 2, ticksPerRound: 60 }
const quickViews: ViewEffort = { processes: 3, rounds: 3, warmUpRounds: 1, ticksPerRound: 12 }

/** @throws Error with a sentence for whoever typed it */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      scene: { type: 'string', multiple: true },
      views: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      against: { type: 'string' },
      record: { type: 'boolean', default: false },
      firefox: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  })
  if (values.write && values.scene !== undefined)
    throw new Error('--write is for all scenes, so --scene cannot be given.')
  if (values.views && values.scene !== undefined)
    throw new Error('--views is for no scene, so --scene cannot be given.')
  if (values.views && values.json !== undefined)
    throw new Error('--json is for rows of scenes, which --views has none of.')
  if (values.firefox && (values.scene !== undefined || values.views || values.json !== undefined))
    throw new Error('--firefox is for scenes of its own, so neither --scene nor --views nor --json can be given.')
  if (values.profile && (values.views || values.firefox || values.json !== undefined))
    throw new Error('--profile is for scenes, and neither --views nor --firefox nor --json can be given.')
  return {
    help: values.help,
    scenes: values.views ? [] : (values.scene?.map(sceneNamed) ?? scenes),
    effort: values.quick ? quick : whole,
    extrasEffort: values.quick ? quickExtras : wholeExtras,
    pairEffort: values.quick ? quickPairs : wholePairs,
    viewEffort: values.scene !== undefined ? undefined : values.quick ? quickViews : wholeViews,
    json: values.json,
    write: values.write,
    against: values.against,
    record: values.record,
    firefox: values.firefox,
    profile: values.profile,
  }
}
