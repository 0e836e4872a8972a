import { parseArgs } from 'node:util'
import type { Target } from './target.js'

export interface FuzzOptions {
  readonly inputs: number
  readonly seed: number
  /** Undefined: all of them. */
  readonly target: string | undefined
  readonly foundFolder: string
  readonly help: boolean
}

const defaultInputs = 1_000_000

export function fuzzHelp(targets: readonly Target[]): string {
  const names = targets.map(({ name, about }) => `  ${name.padEnd(10)}${about}`)
  return `npm run fuzz -- [--inputs N] [--seed S] [--target T] [--found FOLDER]

--inputs N      how many in all, ${defaultInputs} by default
--seed S        a fresh one by default
--target T      one of these; all by default
--found FOLDER  where failing inputs are written, test/fuzz/found by default

${names.join('\n')}`
}

/** @throws Error for what is no option, or no number where there has to be one */
export function parseFuzzOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      inputs: { type: 'string' },
      seed: { type: 'string' },
      target: { type: 'string' },
      found: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  return {
    inputs: numberOf('inputs', values.inputs) ?? defaultInputs,
    seed: numberOf('seed', values.seed) ?? crypto.getRandomValues(new Uint32Array(1))[0]!,
    target: values.target,
    foundFolder: values.found ?? 'test/fuzz/found',
    help: values.help ?? false,
  }
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0 || text.trim() === '') {
    throw new Error(`--${name} is a whole number from 0, not "${text}".`)
  }
  return number
}
