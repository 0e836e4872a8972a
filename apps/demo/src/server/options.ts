import { defaultPort } from '../address.js'

export interface DemoOptions {
  /** 0: a free port. */
  port: number
  hostname: string
  /** Bots that play from the start. */
  bots: number
  /** Whether the host client may shut the server down. */
  hostShutsDown: boolean
  logLevel: string
}

const maxBots = 40
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent']

/**
 * Reads the variables `PORT`, `HOST`, `BOTS`, `HOST_SHUTS_DOWN` and `LOG_LEVEL`. An empty one counts as not set.
 * @throws Error with a sentence for people if a value is not understood
 */
export function readDemoOptions(environment: Readonly<Record<string, string | undefined>>): DemoOptions {
  const logLevel = environment.LOG_LEVEL || 'info'
  if (!logLevels.includes(logLevel)) throw new Error(`LOG_LEVEL is one of ${logLevels.join(', ')}, not '${logLevel}'`)
  return {
    port: readNumber(environment, 'PORT', defaultPort, 65_535),
    hostname: environment.HOST || 'localhost',
    bots: readNumber(environment, 'BOTS', 5, maxBots),
    hostShutsDown: readNumber(environment, 'HOST_SHUTS_DOWN', 0, 1) === 1,
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
