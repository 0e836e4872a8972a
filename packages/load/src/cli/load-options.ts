import { isAbsolute, join } from 'node:path'
import { parseArgs } from 'node:util'

/** The command line is wrong. */
export class UsageError extends Error {}

export interface LoadOptions {
  readonly address: string
  readonly room: string | undefined
  /** Absolute path. */
  readonly play: string | undefined
  readonly clients: number
  readonly seconds: number
  readonly ramp: number
  readonly seed: number
  readonly threads: number
  readonly isRemoteAllowed: boolean
  /** Absolute path. */
  readonly json: string | undefined
  readonly svg: string | undefined
}

interface NumberRange {
  readonly name: 'clients' | 'seconds' | 'ramp' | 'seed' | 'threads'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly isWhole: boolean
}

const ranges: readonly NumberRange[] = [
  { name: 'clients', default: 50, min: 1, max: 100_000, isWhole: true },
  { name: 'seconds', default: 30, min: 1, max: 86_400, isWhole: true },
  { name: 'ramp', default: 50, min: 0.1, max: 10_000, isWhole: false },
  { name: 'seed', default: 1, min: 0, max: 2 ** 31 - 1, isWhole: true },
  { name: 'threads', default: 1, min: 1, max: 64, isWhole: true },
]

/**
 * @param args without the name of the command
 * @param folder that paths are relative to
 * @param processors how many threads there may be by default: one less, as the server may run here, too
 * @returns undefined if help was asked for
 * @throws UsageError
 */
export function readLoadOptions(args: readonly string[], folder: string, processors: number): LoadOptions | undefined {
  const { values, positionals } = parseLine(args)
  if (values.help) return undefined
  const [address, ...more] = positionals
  if (address === undefined) throw new UsageError('the address of a server is needed, as ws://localhost:8080/arena')
  if (more.length > 0) throw new UsageError(`one address is enough, and '${more[0]}' is one more`)
  const numbers = Object.fromEntries(ranges.map((range) => [range.name, readNumber(range, values[range.name])]))
  const path = (name: 'play' | 'json' | 'svg'): string | undefined => {
    const given = values[name]
    if (given === '') throw new UsageError(`--${name} takes the path of a file`)
    return given === undefined || isAbsolute(given) ? given : join(folder, given)
  }
  return {
    address,
    room: values.room,
    play: path('play'),
    json: path('json'),
    svg: path('svg'),
    isRemoteAllowed: values.remote === true,
    clients: numbers.clients!,
    seconds: numbers.seconds!,
    ramp: numbers.ramp!,
    seed: numbers.seed!,
    threads: values.threads === undefined ? Math.max(1, processors - 1) : numbers.threads!,
  }
}

function parseLine(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { ...flag, short: 'h' },
        clients: text,
        seconds: text,
        ramp: text,
        room: text,
        seed: text,
        threads: text,
        play: text,
        json: text,
        svg: text,
        remote: flag,
      },
    })
  } catch (error) {
    const isParseError =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
    throw isParseError ? new UsageError(error.message) : error
  }
}

function readNumber({ name, default: usual, min, max, isWhole }: NumberRange, text: string | undefined): number {
  if (text === undefined) return usual
  const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= min && number <= max) || (isWhole && !Number.isInteger(number))) {
    throw new UsageError(`--${name} is a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}, not '${text}'`)
  }
  return number
}

export const loadHelp = `tygase load: plays a game with many simulated players, and says what they saw

  tygase load ws://localhost:8080/arena --clients 200 --play play.js

    --clients N        players; default 50
    --seconds N        how long they play once all have joined; default 30
    --ramp N           joins per second; default 50
    --play FILE        a module with the export \`play\`: what each player does; default: join and stay
    --room PATH        the room below the address, such as arena/42
    --seed N           for the random numbers of the players; default 1
    --threads N        most threads; default: the number of processors less one
    --json FILE        writes all figures
    --svg FILE         draws them over the seconds
    --remote           allows a server that is not on this machine

Ctrl-C ends the test in order and prints what it has; a second one ends it at once.
Exit code: 0 all players joined and none was lost; 1 some did not, or the test could not begin;
2 a wrong command line; 130 interrupted.
`
