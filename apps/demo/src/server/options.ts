import { defaultPort } from '../address.js'

export interface DemoOptions {
  /** 0 takes any that is free. */
  port: number
  hostname: string
  /** How many bots play from the start. */
  bots: number
  logLevel: string
}

const maxBots = 40
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent']

/**
 * What the environment says: `PORT`, `HOST`, `BOTS`, `LOG_LEVEL`. What is empty counts as not set.
 * @throws Error with a sentence for people where a value is not understood
 */
export function readDemoOptions(environment: Readonly<Record<string, string | undefined>>): DemoOptions {
  const logLevel = environment.LOG_LEVEL || 'info'
  if (!logLevels.includes(logLevel)) throw new Error(`LOG_LEVEL is one of ${logLevels.join(', ')}, not '${logLevel}'`)
  return {
    port: readNumber(environment, 'PORT', defaultPort, 65_535),
    hostname: environment.HOST || 'localhost',
    bots: readNumber(environment, 'BOTS', 5, maxBots),
    logLevel,
  }
}

function readNumber(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  byDefault: number,
  max: number,
): number {
  const text = environment[name] || String(byDefault)
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > max) throw new Error(`${name} is a whole number from 0 to ${max}, not '${text}'`)
  return value
}
