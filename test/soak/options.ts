import { parseArgs } from 'node:util'
import type { Carrier } from '../simulation/support/room-plan.js'

export const parts = ['rooms', 'cycles', 'idle'] as const

export type Part = (typeof parts)[number]

export interface SoakOptions {
  /** Which parts run, in this order. */
  readonly parts: readonly Part[]
  /** How long rooms are played, and how long idle clients are there. */
  readonly minutes: number
  readonly seed: number
  /** How many rooms at most. */
  readonly rooms: number
  /** Undefined: both in turn. */
  readonly carrier: Carrier | undefined
  /** How many are idle. */
  readonly clients: number
  readonly cycles: number
  readonly help: boolean
}

export const soakHelp = `npm run soak -- [--minutes N] [--seed S] [--only PART] …

rooms    plays rooms in virtual time with fresh seeds, as npm test does
cycles   connects and disconnects over real sockets, and looks at heap and handles of the server
idle     holds clients that do nothing over real sockets, and looks at heap and handles of the server

--minutes N   how long rooms and idle clients run, 10 by default
--seed S      of the first room; a fresh one by default
--only PART   one of them; all by default, one after the other
--rooms N     so many rooms at most
--carrier C   rooms over WebSocket or datagrams alone
--clients N   idle clients, 1000 by default
--cycles N    50000 by default`

/** @throws Error for what is no option, or no number where there has to be one */
export function parseSoakOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SoakOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text,
      seed: text,
      only: text,
      rooms: text,
      carrier: text,
      clients: text,
      cycles: text,
      help: { type: 'boolean' },
    },
  })
  return {
    parts: values.only === undefined ? parts : [oneOf('only', values.only, parts)],
    minutes: numberOf('minutes', values.minutes) ?? 10,
    seed: Math.floor(numberOf('seed', values.seed ?? env.SEED) ?? crypto.getRandomValues(new Uint32Array(1))[0]!),
    rooms: numberOf('rooms', values.rooms) ?? Number.POSITIVE_INFINITY,
    carrier:
      values.carrier === undefined ? undefined : oneOf('carrier', values.carrier, ['WebSocket', 'datagrams'] as const),
    clients: numberOf('clients', values.clients) ?? 1000,
    cycles: numberOf('cycles', values.cycles) ?? 50_000,
    help: values.help ?? false,
  }
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text)
  if (choice === undefined) throw new Error(`--${name} is one of ${choices.join(', ')}, not "${text}".`)
  return choice
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!Number.isFinite(number) || number < 0 || text.trim() === '') {
    throw new Error(`--${name} is a number from 0, not "${text}".`)
  }
  return number
}
