import { defaultPort } from '../address.js'

export interface DemoOptions {
  /** 0: a free port. */
  port: number
  hostname: string
  /** Bots that play from the start. */
  bots: number
  /** True if the host client may shut the server down. Only at addresses of this machine: elsewhere it may be any stranger. */
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
  const hostname = environment.HOST || 'localhost'
  const isOwn = isLoopback(hostname)
  const hostShutsDown = readNumber(environment, 'HOST_SHUTS_DOWN', isOwn ? 1 : 0, 1) === 1
  if (hostShutsDown && !isOwn) {
    throw new Error(`HOST_SHUTS_DOWN=1 is for this machine alone: at ${hostname} a stranger could end the server`)
  }
  return {
    port: readNumber(environment, 'PORT', defaultPort, 65_535),
    hostname,
    bots: readNumber(environment, 'BOTS', 5, maxBots),
    hostShutsDown,
    logLevel,
  }
}

/** True for an address that only this machine can reach. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname)
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
