import { parseArgs } from 'node:util'
import type { SeenEffort } from './compare-seen.js'

export interface MetricsBenchOptions {
  readonly help: boolean
  readonly cost: SeenEffort
  readonly look: SeenEffort
  /** Rooms of the server that is scraped. */
  readonly scraped: number
}

export const metricsHelp = `npm run bench:metrics                      in about ten minutes; on a machine that does nothing else
npm run bench:metrics -- --quick           in about three; its figures are coarse
npm run bench:metrics -- --rooms 200       small rooms, from 1 to 500; 200 without it
npm run bench:metrics -- --players 200     players in all rooms together, from 1 to 1,000; 400 without it
npm run bench:metrics -- --scraped 10000   rooms of the server that is scraped; 10,000 without it

It exits with 1 if the median of a figure is above its bound.`

/** A page that looks at a room of many rows, in the server with the small ones. */
const look = { isLook: true, lookedRows: 1000, lookedPlayers: 20 }
const noLook = { isLook: false, lookedRows: 0, lookedPlayers: 0 }
/** Of a small room. */
const rows = 10
const whole = { processes: 3, pairs: 6, warmUpSeconds: 6, seconds: 4 }
const quick = { processes: 1, pairs: 6, warmUpSeconds: 4, seconds: 3 }

/** @throws Error with a sentence for people */
export function parseMetricsOptions(args: readonly string[]): MetricsBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rooms: { type: 'string', default: '200' },
      players: { type: 'string', default: '400' },
      scraped: { type: 'string', default: '10000' },
    },
  })
  const rooms = numberIn(values.rooms, 'rooms', 500)
  const players = numberIn(values.players, 'players', 1000)
  const scraped = numberIn(values.scraped, 'scraped', 100_000)
  const effort = values.quick ? quick : whole
  return {
    help: values.help,
    cost: { ...effort, ...noLook, rows, rooms, players },
    look: { ...effort, ...look, rows, rooms, players },
    scraped,
  }
}

function numberIn(text: string, option: string, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${option} takes whole numbers from 1 to ${most}, not "${text}".`)
  }
  return value
}
