import { z } from 'zod'
import { defaultPort } from '../address.js'

/** The settings of a server, read from the environment. The command line overrides them. */
export interface Settings {
  /** 0 to 65535; 0 takes a free port. */
  readonly port: number
  readonly hostname: string
  /** File of accounts and players. */
  readonly db: string
  /** Adds the players of the demo. */
  readonly demo: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

const words: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, 1: true },
  ...{ false: false, no: false, off: false, 0: false },
}

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((number) => number <= 65_535)
const flag = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((word) => Object.hasOwn(words, word))
  .transform((word) => words[word] === true)
const text = z.string()

/** For each setting its variable, how its text is read, and what a right text is. */
const table = {
  port: ['RPG_PORT', port, 'a port from 0 to 65535'],
  hostname: ['RPG_HOST', text, 'a name or an address'],
  db: ['RPG_DB', text, 'a file'],
  demo: ['RPG_DEMO', flag, 'yes or no'],
} as const

/**
 * Reads the settings of the server from the environment. An empty variable counts as missing.
 * @param defaultDb the file of accounts and players if no variable names one
 * @throws Error with a sentence for each wrong variable
 */
export function readSettings(env: Environment, defaultDb: string): Settings {
  const defaults: Settings = { port: defaultPort, hostname: 'localhost', db: defaultDb, demo: false }
  const problems: string[] = []
  const found = Object.entries(table).flatMap(([name, [variable, schema, expected]]) => {
    const value = env[variable]
    if (value === undefined || value === '') return []
    const result = (schema as z.ZodType).safeParse(value)
    if (result.success) return [[name, result.data] as const]
    problems.push(`${variable} must be ${expected}, not ${JSON.stringify(value)}`)
    return []
  })
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return { ...defaults, ...Object.fromEntries(found) }
}
