import { parseArgs } from 'node:util'
import type { CostEffort } from './compare-cost.js'

export interface JournalBenchOptions {
  readonly help: boolean
  /** Whether the section of docs/internals/benchmarks.md is written. */
  readonly write: boolean
  readonly cost: CostEffort
  /** Processes that go on with a room. */
  readonly recoveries: number
  /** Length of the recordings. */
  readonly minutes: number
}

export const journalHelp = `npm run bench:journal                       in about six minutes; on a machine that does nothing else
npm run bench:journal -- --quick            in about two; its figures are coarse
npm run bench:journal -- --players 90       players in all rooms together, from 3 to 300; 36 without it
npm run bench:journal -- --rooms 9          rooms of the arena with 12 players at most, from 1 to 50; 3 without it
npm run bench:journal -- --profile DIR      writes a CPU profile of each window with a journal
npm run bench:journal -- --write            writes the section of docs/internals/benchmarks.md too`

const whole = { processes: 3, pairs: 6, warmUpSeconds: 6, seconds: 4 }
const quick = { processes: 1, pairs: 6, warmUpSeconds: 4, seconds: 3 }

/** @throws Error with a sentence for whoever typed it */
export function parseJournalOptions(args: readonly string[]): JournalBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      players: { type: 'string', default: '36' },
      rooms: { type: 'string', default: '3' },
      profile: { type: 'string' },
    },
  })
  const players = numberIn(values.players, 'players', 3, 300)
  const rooms = numberIn(values.rooms, 'rooms', 1, 50)
  if (players > rooms * 12) throw new Error(`${rooms} rooms have no place for ${players} players: 12 fit into one.`)
  return {
    help: values.help,
    write: values.write,
    cost: { ...(values.quick ? quick : whole), rooms, players, profiles: values.profile },
    recoveries: values.quick ? 3 : 7,
    minutes: values.quick ? 6 : 60,
  }
}

function numberIn(text: string, option: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${option} takes whole numbers from ${least} to ${most}, not "${text}".`)
  }
  return value
}
