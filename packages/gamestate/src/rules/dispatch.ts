import { GameStateError } from '../errors.js'
import { dispatchArguments } from '../option-table.js'
import { copyValue } from '../values/kinds.js'
import type { Path } from '../values/plain.js'

/** The clients that an event goes to: all, one or several by id, or all but some. */
export type Recipients = 'all' | string | readonly string[] | { readonly except: string | readonly string[] }

/** An event that a rule sends to clients. It leaves after the commit of its tick. */
export interface Dispatch {
  readonly name: string
  readonly data: unknown
  readonly to: Recipients
  /**
   * The run that dispatched it. Set if that is the rule of a client's event: a client that has predicted the event knows
   * by it which dispatch of its own this is. `n` counts all dispatches of the run from 0.
   */
  readonly origin?: { readonly clientId: string; readonly sequence: number; readonly n: number }
}

const optionNames = ['to']

/** The root of the data of a dispatch, for messages. */
const dispatchRoot: Path = { parent: undefined, key: 'data', holder: 'a dispatched event' }

/**
 * Reads the arguments of `ctx.dispatch`. Data and recipients are copied, so that a rule may use one object several times.
 * @throws GameStateError `invalid_argument` for unknown options and recipients of another form; `invalid_value` for data that is not plain
 */
export function readDispatch(name: string, args: readonly unknown[]): Dispatch {
  const { data, options } = dispatchArguments<{ to?: unknown }>(args, optionNames)
  checkOptions(args, options)
  return { name, data: data === undefined ? undefined : copyValue(data, dispatchRoot), to: readRecipients(options?.to) }
}

/** Options that are mistaken must not send to all clients what is meant for one. */
function checkOptions(args: readonly unknown[], options: unknown): void {
  if (args.length > 2) throw new GameStateError('invalid_argument', 'ctx.dispatch takes a name, data, and options')
  if (options === undefined) return
  const fault =
    typeof options !== 'object' || options === null || Array.isArray(options)
      ? 'the options of ctx.dispatch are an object'
      : unknownOption(options)
  if (fault !== undefined) throw new GameStateError('invalid_argument', fault)
}

function unknownOption(options: object): string | undefined {
  const unknown = Object.keys(options).find((key) => !optionNames.includes(key))
  return unknown === undefined ? undefined : `ctx.dispatch has no option '${unknown}': there is 'to'`
}

function readRecipients(to: unknown = 'all'): Recipients {
  if (typeof to === 'string') return to
  if (Array.isArray(to)) return readIds(to)
  if (typeof to === 'object' && to !== null && 'except' in to) {
    const { except } = to
    return { except: typeof except === 'string' ? except : readIds(except) }
  }
  throw notRecipients()
}

function readIds(ids: unknown): readonly string[] {
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) throw notRecipients()
  return [...ids]
}

function notRecipients(): GameStateError {
  return new GameStateError('invalid_argument', "to is 'all', an id, a list of ids, or { except } with one of the two")
}
