import { faultOfNumber, faultOfOptions, type OptionRange } from '@tygase/gamestate/internal'
import { invalidArgument } from './errors.js'

// Checks of what callers give.

/** @throws ClientError `invalid_argument` for a value that is no function */
export function checkFunction(name: string, given: unknown): void {
  if (typeof given !== 'function') throw invalidArgument(`${name} is a function, not ${typeof given}`)
}

/** @throws ClientError `invalid_argument` for a key that is not in `names` */
export function checkKeys(call: string, options: unknown, names: readonly string[]): void {
  checkOptions(call, names.map(unchecked), options)
}

/** @throws ClientError `invalid_argument` for an option that is not among the rows, or not in its range */
export function checkOptions(call: string, rows: readonly OptionRange[], options: unknown): void {
  const fault = faultOfOptions(call, rows, options)
  if (fault !== undefined) throw invalidArgument(fault)
}

/** The row of an option that is no number. */
export function unchecked<Name extends string>(name: Name) {
  return { name, default: undefined, unit: '', min: 0 } as const
}

/** @throws ClientError `invalid_argument` for a value that is no number from 0 */
export function checkDelay(delayMs: unknown): void {
  const fault = faultOfNumber({ name: 'delayMs', min: 0 }, delayMs)
  if (fault !== undefined) throw invalidArgument(fault)
}
