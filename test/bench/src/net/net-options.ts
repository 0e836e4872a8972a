import { parseArgs } from 'node:util'
import { type PairEffort, quickPairs, wholePairs } from './compare-checkouts.js'
import type { NetEffort } from './measure-window.js'

export interface NetOptions {
  help: boolean
  /** How many clients are in the room, one number after the other. */
  clients: readonly number[]
  /** How many rooms there are where rooms are measured, and nothing else; undefined where they are not. */
  rooms: number | undefined
  effort: NetEffort
  /** The root of another checkout that is measured beside this one, instead of the peers. */
  against: string | undefined
  pairEffort: PairEffort
  /** A ratio of costs up to this counts as no difference. */
  bound: number
  /** Whether the section of docs/internals/benchmarks.md is written. */
  write: boolean
}

export const netHelp = `npm run bench:net                          50, 200, 500 and 1,000 clients
npm run bench:net -- --clients 50,200      only these, from 5 to 1,000
npm run bench:net -- --rooms 200           so many rooms of 10 clients beside one room of all, and idle rooms; from 4 to 400
npm run bench:net -- --seconds 2           the length of a window, from 1 to 30; 4 without it
npm run bench:net -- --quick               200 clients, in about two minutes; its figures are coarse
npm run bench:net -- --against DIR         compares this checkout with another one, in 15 pairs, and nothing else; about six minutes
npm run bench:net -- --bound 5             with --against: per cent that count as no difference, from 1 to 50; 3 without it
npm run bench:net -- --write               writes the section of docs/internals/benchmarks.md too: of all numbers of clients, or of rooms`

/** At 20 ticks a second it takes so long until the code of every system has been compiled. */
const warmUpSeconds = 8
const wholeEffort: NetEffort = { rounds: 5, warmUpSeconds, seconds: 4 }
const quickEffort: NetEffort = { rounds: 3, warmUpSeconds, seconds: 2 }

const usualBoundPercent = 3

/** @throws Error with a sentence for whoever typed it */
export function parseNetOptions(args: readonly string[]): NetOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      clients: { type: 'string' },
      rooms: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      against: { type: 'string' },
      bound: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  if (values.write && values.clients !== undefined)
    throw new Error('--write is for all numbers of clients, so --clients cannot be given.')
  if (values.rooms !== undefined && values.clients !== undefined)
    throw new Error('--rooms have as many clients as there are, so --clients cannot be given.')
  if (values.against !== undefined && values.write)
    throw new Error('--against writes no page, so --write cannot be given.')
  const effort = values.quick ? quickEffort : wholeEffort
  const clients = values.clients ?? (values.quick && !values.write ? '200' : '50,200,500,1000')
  return {
    help: values.help,
    clients: clients.split(',').map((text) => numberIn(text, 'clients', 5, 1000)),
    rooms: values.rooms === undefined ? undefined : numberIn(values.rooms, 'rooms', 4, 400),
    effort: {
      ...effort,
      seconds: values.seconds === undefined ? effort.seconds : numberIn(values.seconds, 'seconds', 1, 30),
    },
    against: values.against,
    pairEffort: values.quick ? quickPairs : wholePairs,
    bound: 1 + (values.bound === undefined ? usualBoundPercent : numberIn(values.bound, 'bound', 1, 50)) / 100,
    write: values.write,
  }
}

function numberIn(text: string, option: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${option} takes whole numbers from ${least} to ${most}, not "${text}".`)
  }
  return value
}
