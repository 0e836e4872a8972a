import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { feelLinks } from './feel-links.js'
import { feelScenes } from './scenes.js'
import { feelSystems } from './systems.js'

export interface FeelEffort {
  /** Length of a play in virtual time. */
  readonly seconds: number
  /** One play for each. */
  readonly seeds: readonly number[]
  /** Length of a play in real time; 0: none. */
  readonly realSeconds: number
}

export interface FeelOptions {
  readonly help: boolean
  readonly scenes: readonly string[]
  readonly links: readonly string[]
  readonly systems: readonly string[]
  readonly effort: FeelEffort
  /** How many plays in virtual time run at once. */
  readonly jobs: number
  /** A file to write the rows to. */
  readonly json: string | undefined
  /** Whether rows that this file has already are taken from it: a run that was broken off goes on. */
  readonly resume: boolean
  /** A folder for the logs of all plays. */
  readonly logs: string | undefined
  /** Whether docs/internals/feel.md and its pictures are written. */
  readonly write: boolean
}

const whole: FeelEffort = { seconds: 40, seeds: [1, 2, 3], realSeconds: 40 }
const quick: FeelEffort = { seconds: 10, seeds: [1], realSeconds: 5 }

export const feelHelp = `npm run bench:feel                     plays every scene over every link, and beside Colyseus in real time
npm run bench:feel -- --quick          in less than three minutes; its figures are coarse
npm run bench:feel -- --seconds N      length of each play, in place of 40 s; --seeds N: how many plays, in place of 3
npm run bench:feel -- --scene NAME     only this one, or several with several --scene
npm run bench:feel -- --link NAME      only links whose names have this in them
npm run bench:feel -- --system NAME    only this one, or several with several --system
npm run bench:feel -- --virtual        only in virtual time
npm run bench:feel -- --jobs N         so many plays in virtual time at once, in place of one for each processor
npm run bench:feel -- --json FILE      writes the rows to a file too, each one when it is there
npm run bench:feel -- --json FILE --resume  goes on with a run that was broken off: what the file has is not played again
npm run bench:feel -- --logs FOLDER    writes the log of each play there, a line of JSON for each frame, press and version
npm run bench:feel -- --write          writes docs/internals/feel.md and its charts; with --virtual the figures in real time stay

Scenes:
${feelScenes.map(({ name, about }) => `  ${name.padEnd(10)}${about}`).join('\n')}

Links: ${feelLinks.map(({ name }) => name).join(' · ')}`

/** @throws Error with a sentence for whoever typed it */
export function parseFeelOptions(args: readonly string[]): FeelOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      virtual: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      seeds: { type: 'string' },
      jobs: { type: 'string' },
      scene: { type: 'string', multiple: true },
      link: { type: 'string', multiple: true },
      system: { type: 'string', multiple: true },
      json: { type: 'string' },
      resume: { type: 'boolean', default: false },
      logs: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  const { help, json, resume, logs, write, scene, link, system } = values
  const scenes = feelScenes.map(({ name }) => name)
  const links = feelLinks.map(({ name }) => name)
  const unknown = scene?.find((name) => !scenes.includes(name))
  if (unknown !== undefined) throw new Error(`There is no scene '${unknown}': ${scenes.join(', ')}.`)
  const systems = feelSystems.map(({ name }) => name)
  const chosenLinks = links.filter((name) => link === undefined || link.some((part) => name.includes(part)))
  if (chosenLinks.length === 0) throw new Error(`There is no such link: ${links.join(', ')}.`)
  if (write && (scene !== undefined || link !== undefined || system !== undefined)) {
    throw new Error('--write is for all scenes, links and systems.')
  }
  if (resume && json === undefined) throw new Error('--resume goes on with the rows of --json FILE.')
  const usual = values.quick ? quick : whole
  const seconds = wholeNumber('seconds', values.seconds ?? usual.seconds)
  const seeds = wholeNumber('seeds', values.seeds ?? usual.seeds.length)
  const effort: FeelEffort = {
    seconds,
    seeds: Array.from({ length: seeds }, (_, index) => index + 1),
    realSeconds: values.seconds === undefined ? usual.realSeconds : seconds,
  }
  const jobs = wholeNumber('jobs', values.jobs ?? availableParallelism())
  return {
    ...{
      help,
      jobs,
      json,
      resume,
      logs,
      write,
      links: chosenLinks,
      scenes: scene ?? scenes,
      systems: system ?? systems,
    },
    effort: values.virtual ? { ...effort, realSeconds: 0 } : effort,
  }
}

function wholeNumber(name: string, given: string | number): number {
  const value = Number(given)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1.`)
  return value
}
