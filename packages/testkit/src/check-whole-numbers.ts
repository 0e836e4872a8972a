import { SimulationError } from './errors.js'

/** @throws SimulationError `invalid_argument` naming the one that is no whole number from 0 */
export function checkWholeNumbers(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new SimulationError('invalid_argument', `${name} is a whole number from 0, not ${value}`)
    }
  }
}
