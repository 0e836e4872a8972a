import { env } from 'node:process'
import { SimulationError } from './errors.js'

/**
 * The seed of this run: that of the environment variable SEED, else a fresh one, the same for the whole process.
 * @throws SimulationError `invalid_argument` for a SEED that is no whole number from 0
 */
export function seedOfRun(): number {
  return env.SEED === undefined ? freshSeed : seedFrom(env.SEED)
}

const freshSeed = crypto.getRandomValues(new Uint32Array(1))[0]!

function seedFrom(text: string): number {
  const seed = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw new SimulationError('invalid_argument', `SEED is a whole number from 0, not '${text}'`)
  }
  return seed
}
