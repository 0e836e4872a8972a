import type { OptionRow } from '@tygase/gamestate/internal'
import { checkKeys, ServerError } from './errors.js'

/** A row of a table of options. */
export interface ServerOptionRow extends OptionRow {
  readonly type: 'count' | 'number' | 'switch' | 'function' | 'choice' | 'other'
  /** Words that a choice allows. */
  readonly choices?: readonly string[]
}

/** A table with a row for each option. */
export type Rows<Name extends string> = { readonly [Key in Name]-?: ServerOptionRow }

const infinity = Number.POSITIVE_INFINITY

export function count(
  name: string,
  value: number | undefined,
  unit: string,
  meaning: string,
  code?: string,
): ServerOptionRow {
  return { name, type: 'count', default: value, unit, min: 1, meaning, ...(code !== undefined && { code }) }
}

export function number(
  name: string,
  value: number | undefined,
  unit: string,
  min: number,
  meaning: string,
  code?: string,
): ServerOptionRow {
  return { name, type: 'number', default: value, unit, min, meaning, ...(code !== undefined && { code }) }
}

export function other(
  name: string,
  type: ServerOptionRow['type'],
  meaning: string,
  value?: boolean | string,
  choices?: readonly string[],
): ServerOptionRow {
  return { name, type, default: value, unit: '', min: 0, meaning, ...(choices && { choices }) }
}

/** Smallest interval that counts as above 0. */
export const aboveZero = Number.MIN_VALUE

/**
 * Checks options against their rows, and fills in the defaults.
 * @param owner for the error: `new Server`, `run`
 * @throws ServerError `invalid_argument` naming the option that is unknown or out of range
 */
export function settle<Options extends object>(
  owner: string,
  rows: Readonly<Record<string, ServerOptionRow>>,
  options: Options,
): Options {
  checkKeys(owner, options, Object.keys(rows))
  const given = options as Record<string, unknown>
  const settled: Record<string, unknown> = {}
  for (const row of Object.values(rows)) {
    const value = given[row.name]
    if (value === undefined) {
      if (row.default !== undefined) settled[row.name] = row.default
      continue
    }
    checkOption(row, value)
    settled[row.name] = value
  }
  return settled as Options
}

function checkOption({ name, type, min, choices = [] }: ServerOptionRow, value: unknown): void {
  const wrong = (wanted: string): never => {
    throw new ServerError('invalid_argument', `${name} is ${wanted}, not ${String(value)}`)
  }
  if (type === 'count') checkCounts({ [name]: value as number })
  else if (type === 'number' && !(typeof value === 'number' && value >= min)) {
    wrong(min === aboveZero ? 'a number above 0' : `a number from ${min}`)
  } else if (type === 'switch' && typeof value !== 'boolean') wrong('true or false')
  else if (type === 'function' && typeof value !== 'function') wrong('a function')
  else if (type === 'choice' && !choices.includes(String(value))) wrong(choices.join(' or '))
}

/** @throws ServerError `invalid_argument` naming the first value that is no whole number from 1 and not Infinity */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if ((value === infinity || Number.isInteger(value)) && value >= 1) continue
    throw new ServerError('invalid_argument', `${name} is a whole number from 1, not ${value}`)
  }
}
