import { maxPlayers } from '../field.js'

const defaultPort = 8090

export interface ArenaOptions {
  /** 0: a free port. */
  port: number
  hostname: string
  /** Bots in a room with one person. */
  bots: number
  /** The folder in which rooms go on when the server is begun again; empty for none. */
  journal: string
}

/**
 * Reads the variables `PORT`, `HOST`, `BOTS` and `JOURNAL`. An empty one counts as not set.
 * @throws Error with a sentence for people if a value is not understood
 */
export function readArenaOptions(environment: Readonly<Record<string, string | undefined>>): ArenaOptions {
  const read = (name: string, byDefault: number, max: number): number => {
    const text = environment[name] || String(byDefault)
    if (!/^\d+$/.test(text) || Number(text) > max) {
      throw new Error(`${name} is a whole number from 0 to ${max}, not '${text}'`)
    }
    return Number(text)
  }
  return {
    port: read('PORT', defaultPort, 65_535),
    hostname: environment.HOST || 'localhost',
    bots: read('BOTS', 4, maxPlayers - 1),
    journal: environment.JOURNAL ?? '',
  }
}
