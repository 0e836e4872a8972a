import { parseArgs } from 'node:util'
import { ownRoot } from './library.js'

export interface HoldEffort {
  /** Length of the window for each kind. */
  readonly seconds: number
  /** Members that the search tries for each kind and aim. */
  readonly tries: number
  /** The same where each try needs sockets. */
  readonly socketTries: number
  /** Kinds that are sent at all, those that cost most by the search first. */
  readonly kinds: number
  /** Kinds with the longest holds that ten attackers send as well. */
  readonly tenfoldKinds: number
  /** True to look for what takes most memory, and for the most time for each byte. */
  readonly isWhole: boolean
  /** Time for which the memory of a server is under attack. */
  readonly heapSeconds: number
}

export interface HoldOptions {
  readonly help: boolean
  /** The root of the checkout whose server is attacked. */
  readonly root: string
  /** True if that is another checkout than this one. */
  readonly isOther: boolean
  readonly effort: HoldEffort
  /** Only kinds whose name has this in it. */
  readonly only: string
  readonly json: string | undefined
  readonly write: boolean
  readonly seed: number
  /** Which parts run. */
  readonly parts: readonly Part[]
}

const allParts = ['find', 'hold', 'heap'] as const
type Part = (typeof allParts)[number]

export const holdHelp = `npm run bench:hold                       finds the worst of each kind, and what it does to a server; about 25 minutes
npm run bench:hold -- --quick            in two minutes, only the ten worst kinds; its figures are coarse
npm run bench:hold -- --only floor       only kinds with this in their name
npm run bench:hold -- --part heap        only the memory (heap), only the time (hold), or only the search (find)
npm run bench:hold -- --tries 200        members that the search tries for each kind and aim, from 4 to 10,000
npm run bench:hold -- --seconds 5        the length of a window, from 1 to 60; 10 without it
npm run bench:hold -- --seed 7           of the search; 1 without it
npm run bench:hold -- --server DIR       attacks the server of another checkout, with its packages built
npm run bench:hold -- --json FILE        writes the figures to a file too
npm run bench:hold -- --write            writes docs/internals/reliability.md and docs/reference/guarantees.md too`

const whole: HoldEffort = {
  seconds: 10,
  tries: 60,
  socketTries: 16,
  kinds: Number.POSITIVE_INFINITY,
  tenfoldKinds: Number.POSITIVE_INFINITY,
  isWhole: true,
  heapSeconds: 30,
}
const quick: HoldEffort = {
  seconds: 2,
  tries: 8,
  socketTries: 4,
  kinds: 10,
  tenfoldKinds: 3,
  isWhole: false,
  heapSeconds: 6,
}

/** @throws Error with a sentence for the person who typed it */
export function parseHoldOptions(args: readonly string[]): HoldOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      part: { type: 'string' },
      seconds: { type: 'string' },
      tries: { type: 'string' },
      seed: { type: 'string' },
      server: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  if (values.write && values.only !== '') throw new Error('--write is for all kinds, so --only cannot be given.')
  if (values.write && values.quick) throw new Error('--write is for all kinds, so --quick cannot be given.')
  const part = allParts.find((name) => name === values.part)
  if (values.part !== undefined && part === undefined) throw new Error(`--part is one of ${allParts.join(', ')}.`)
  const effort = values.quick ? quick : whole
  const seconds = values.seconds === undefined ? effort.seconds : numberIn(values.seconds, 'seconds', 1, 60)
  const tries = values.tries === undefined ? effort.tries : numberIn(values.tries, 'tries', 4, 10_000)
  return {
    help: values.help,
    root: values.server ?? ownRoot,
    isOther: values.server !== undefined,
    effort: { ...effort, seconds, tries },
    only: values.only,
    json: values.json,
    write: values.write,
    seed: values.seed === undefined ? 1 : numberIn(values.seed, 'seed', 0, 2 ** 31),
    parts: part === undefined ? allParts : [part],
  }
}

function numberIn(text: string, option: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${option} takes whole numbers from ${least} to ${most}, not "${text}".`)
  }
  return value
}
