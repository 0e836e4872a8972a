import { SimulationError } from './errors.js'

/** The parts of Node's `process` that are used here. A browser has none. */
interface NodeProcess {
  readonly env?: Readonly<Record<string, string | undefined>>
  cwd?(): string
}

const nodeProcess = (globalThis as { process?: NodeProcess }).process

const freshSeed = crypto.getRandomValues(new Uint32Array(1))[0]!

/**
 * The seed of this run: the environment variable `SEED`, or a fresh number that is the same for the whole process.
 * @throws SimulationError `invalid_argument` if SEED is not a whole number from 0
 */
export function seedOfRun(): number {
  const text = nodeProcess?.env?.SEED
  if (text === undefined) return freshSeed
  const seed = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw new SimulationError('invalid_argument', `SEED is a whole number from 0, not '${text}'`)
  }
  return seed
}

const testFile = /(?:\(|at |file:\/\/|async )(\/?[^\s()]+\.(?:test|spec)\.[cm]?[jt]sx?)/

/**
 * The command that runs the calling test again, with its seed. A test that draws seeds of its own from that of the run draws
 * the same again.
 * @param stack of an error that the test has made; without a test file in it, the command runs all tests
 */
export function repeatCommand(stack: string | undefined): string {
  const found = stack?.match(testFile)?.[1]
  const again = `SEED=${seedOfRun()} npx vitest run`
  if (found === undefined) return again
  const path = found.replace(/^file:\/\//, '')
  const folder = `${nodeProcess?.cwd?.() ?? ''}/`
  return `${again} ${path.startsWith(folder) ? path.slice(folder.length) : path}`
}

/** The command of a caller, which takes the seed of this play from the environment; or that of `repeatCommand`. */
export function commandWith(seed: number, command: string | undefined, stack: string | undefined): string {
  return command === undefined ? repeatCommand(stack) : `SEED=${seed} ${command}`
}

/** @throws SimulationError `invalid_argument` with the name of a number that is not a whole number from `least` */
export function checkWholeNumbers(numbers: Readonly<Record<string, number>>, least = 0): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new SimulationError('invalid_argument', `${name} is a whole number from ${least}, not ${value}`)
    }
  }
}
