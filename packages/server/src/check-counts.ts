import { ServerError } from './errors.js'

/**
 * Checks limits and other numbers of things: whole numbers from 1, or Infinity.
 * @throws ServerError `invalid_argument` naming the first that is none
 */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    const isCount = value === Number.POSITIVE_INFINITY || Number.isInteger(value)
    if (!isCount || value < 1) {
      throw new ServerError('invalid_argument', `${name} is a whole number from 1, not ${value}`)
    }
  }
}
